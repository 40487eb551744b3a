import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs } from "../../../components";
import {
    commandLine,
    craneOf,
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    until,
} from "../harness";

async function succeeds(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await commandLine(args);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
}

interface Pod {
    readonly status: {
        readonly containerStatuses: readonly {
            readonly name: string;
            readonly state: { readonly terminated?: { readonly startedAt: string; readonly finishedAt: string } };
        }[];
    };
}

describe("maintenance in the cluster", function () {
    this.timeout(400_000);
    inSandbox("rclone", "redis", "minio");
    namespaceOfPods("maintained-team");

    const maintained = (name: string, args: PrivateRegistryArgs) => {
        const registry = new RegistryStack(name, {
            namespace: name,
            pullSecrets: { namespaces: ["maintained-team"], name },
            maintenance: { garbageCollection: { grace: "0h" } },
            ...args,
        });
        after(() => registry.remove());
        const ofRegistry = ["--namespace", name];
        const reference = (image: string) => `${registry.outputs.host}/${image}`;
        const digestOf = (image: string) => craneOf(registry, (host) => ["digest", `${host}/${image}`]);
        const report = async () =>
            JSON.parse(
                await kubectl(
                    `get configmap registry-maintenance-report --namespace ${name} --output jsonpath={.data.report\\.json}`,
                ),
            );
        /** Pushes three images, and deletes one of them. */
        const collectsOne = async () => {
            const [deleted, ...kept] = [
                await pushImage(registry),
                await pushImage(registry),
                await pushImage(registry),
            ];
            const digest = await digestOf(deleted);
            await succeeds("collect", ...ofRegistry);
            await craneOf(registry, (host) => ["delete", `${host}/${deleted.split(":")[0]}@${digest.trim()}`]);
            const log = await succeeds("collect", ...ofRegistry);
            assert.match(log, /Moving 3 of 9 blobs to the bin\.\nDone: 3 blobs are in the bin for 7 days\./);
            const { succeeded, movedBlobs, problems } = await report();
            assert.deepEqual({ succeeded, movedBlobs, problems }, { succeeded: true, movedBlobs: 3, problems: [] });
            for (const image of kept) await pullByKubelet(reference(image), "maintained-team", name);
            await assert.rejects(digestOf(deleted));
            return deleted;
        };
        return { registry, ofRegistry, reference, collectsOne };
    };

    describe("with a volume", () => {
        stepwise();
        const { registry, ofRegistry, reference, collectsOne } = maintained("collected", {
            storage: { volume: { deleteWithStack: true } },
        });
        let deleted: string;

        it("moves the blobs of a deleted image into the bin, and kubelets pull the others", async () => {
            await registry.up();
            const { code, stdout } = await commandLine(["status", ...ofRegistry]);
            assert.equal(code, 1, stdout);
            assert.match(stdout, /safe to delete\? +no: no run has listed the images yet; run `collect`\n/);
            assert.match(stdout, /safe to upgrade\? +yes$/m);
            deleted = await collectsOne();
        });

        it("brings the image back with `undelete`, and a kubelet pulls it", async () => {
            const log = await succeeds("undelete", deleted, ...ofRegistry);
            assert.match(log, new RegExp(`Brought back ${deleted}, sha256:`));
            await pullByKubelet(reference(deleted), "maintained-team", "collected");
            const unknown = await commandLine(["undelete", "team/never:1", ...ofRegistry]);
            assert.equal(unknown.code, 1);
            assert.match(unknown.stdout, /no run that is still kept has listed team\/never:1/);
        });

        it("runs once at a time: a second run waits for the Lease", async () => {
            await Promise.all([succeeds("collect", ...ofRegistry), succeeds("collect", ...ofRegistry)]);
            const selector = "app.kubernetes.io/component=maintenance";
            const pods: Pod[] = JSON.parse(
                await kubectl(`get pods --namespace collected --selector ${selector} --output json`),
            ).items;
            const runs = pods
                .map(({ status }) => status.containerStatuses.find(({ name }) => name === "collect")?.state.terminated)
                .map((ended) => [ended?.startedAt ?? "", ended?.finishedAt ?? ""])
                .sort();
            assert.ok(runs.length >= 4);
            for (const [i, [started]] of runs.entries()) assert.ok(i === 0 || started >= runs[i - 1][1], `${runs}`);
        });

        it("is no change for Pulumi", () => registry.expectNoChange());

        it("is safe to delete and to upgrade, according to `status`, until the CronJob is suspended", async () => {
            const stdout = await succeeds("status", ...ofRegistry);
            assert.match(stdout, /pods +1 of 1 ready\n/);
            assert.match(stdout, /certificate +20\d\d-\d\d-\d\d \(in \d+ days\)\n/);
            assert.match(stdout, /maintenance +0 3 \* \* \*, last success \d minutes ago\n/);
            const suspend = { spec: { suspend: true } };
            const patch = ["--patch", JSON.stringify(suspend)].join(" ");
            await kubectl(`patch cronjob registry-maintenance --namespace collected ${patch}`);
            const { code, stdout: json } = await commandLine(["status", "--json", ...ofRegistry]);
            assert.equal(code, 1);
            const [{ againstDeleting, againstUpgrading }] = JSON.parse(json);
            assert.deepEqual(againstDeleting, ["the CronJob is suspended"]);
            assert.deepEqual(againstUpgrading, []);
        });

        it("runs on its schedule", async () => {
            registry.args = {
                ...registry.args,
                maintenance: { schedule: "* * * * *", garbageCollection: { grace: "0h" } },
            };
            await registry.up();
            const field = "jsonpath={.status.lastSuccessfulTime}";
            const last = () => kubectl(`get cronjob registry-maintenance --namespace collected --output ${field}`);
            const before = await last();
            await kubectl(
                `patch cronjob registry-maintenance --namespace collected --patch {"spec":{"suspend":false}}`,
            );
            await until("a scheduled run", 180, async () => (await last()) !== before);
            registry.args = { ...registry.args, maintenance: { garbageCollection: { grace: "0h" } } };
            await registry.up();
        });

        it("has an account that may read and patch the Lease and the report only", async () => {
            const account = "system:serviceaccount:collected:registry-maintenance-account";
            const rights = await kubectl(`auth can-i --list --as ${account} --namespace collected`);
            // What every account may do: its reviews of itself, and the paths of discovery.
            const beyondDefaults = rights
                .split("\n")
                .slice(1)
                .filter((line) => !/^(self\S+\.k8s\.io| +\[\/)/.test(line));
            const columns = beyondDefaults
                .filter((line) => line.trim() !== "")
                .map((line) => line.trim().split(/ {2,}/).join(" "));
            assert.deepEqual(columns.sort(), [
                "configmaps [] [registry-maintenance-report] [get patch]",
                "leases.coordination.k8s.io [] [registry-maintenance] [get patch]",
            ]);
        });
    });

    describe("with MinIO, Redis, two replicas and network policies", () => {
        const { registry, ofRegistry, reference, collectsOne } = maintained("collected-s3", {
            storage: { minio: { deleteWithStack: true } },
            replicas: 2,
            descriptorCache: { redis: {} },
            networkPolicy: {},
        });

        it("collects and brings back an image", async () => {
            await registry.up();
            const deleted = await collectsOne();
            await succeeds("undelete", deleted, ...ofRegistry);
            await pullByKubelet(reference(deleted), "maintained-team", "collected-s3");
            await registry.expectNoChange();
        });
    });
});
