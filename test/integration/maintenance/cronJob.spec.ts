import * as assert from "node:assert/strict";
import * as path from "node:path";
import type { PrivateRegistryArgs } from "../../../components";
import { run } from "../../../sandbox/command";
import {
    commandLine,
    craneOf,
    inSandbox,
    kubectl,
    loginOf,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
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
        return { registry, ofRegistry, reference, digestOf, report, collectsOne };
    };

    describe("with a volume", () => {
        stepwise();
        const { registry, ofRegistry, reference, digestOf, report, collectsOne } = maintained("collected", {
            storage: { volume: { deleteWithStack: true } },
            maintenance: {
                garbageCollection: { grace: "0h", untagged: true },
                retention: {
                    rules: [{ repositories: ["team/used"], keep: { lastPushed: 2 }, protect: "0h" }],
                    dryRun: false,
                },
            },
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

        const used = (tag: string) => `team/used:${tag}`;
        const inTeam = "--namespace maintained-team";
        const workload = (name: string, tag: string, replicas: number) => {
            const labels = { app: name };
            const container = { name: "app", image: reference(used(tag)) };
            const spec = { containers: [container], imagePullSecrets: [{ name: "collected" }] };
            return {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name, namespace: "maintained-team" },
                spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
            };
        };
        const apply = (object: object) => kubectl("apply --filename -", JSON.stringify(object));
        /** Pushes an image under this many tags, a few per second. */
        const pushTags = async (image: string, count: number) => {
            const { host, clusterIp, caCertPem, dockerConfigJson } = registry.outputs;
            const { username, password } = loginOf(dockerConfigJson);
            const config = [
                `user = "${username}:${password}"`,
                `resolve = "${host}:443:${clusterIp}"`,
                `url = "https://${host}/v2/team/used/manifests/w[1-${count}]"`,
            ];
            const manifest = await craneOf(registry, (address) => ["manifest", `${address}/${image}`]);
            const { mediaType } = JSON.parse(manifest);
            const script = `cat <<'CA' >/tmp/ca.pem\n${caCertPem}\nCA\nprintf %s '${manifest}' >/tmp/manifest
exec curl --silent --show-error --fail --rate 4/s --cacert /tmp/ca.pem --request PUT --data-binary @/tmp/manifest \\
--header 'Content-Type: ${mediaType}' --output /dev/null --config -`;
            await run([...theSandbox().enter(), "sh", "-c", script], { input: `${config.join("\n")}\n` });
        };

        it("keeps an image that runs, is scaled to zero or belongs to an old ReplicaSet after 50 newer pushes", async () => {
            for (const tag of ["unused", "running", "scaled", "old", "current"]) {
                await pushImage(registry, undefined, used(tag));
            }
            await apply(workload("running", "running", 1));
            await apply(workload("scaled", "scaled", 0));
            await apply(workload("rolled", "old", 0));
            const replicaSets = async () =>
                (await kubectl(`get replicasets ${inTeam} --selector app=rolled --output name`)).trim().split("\n");
            await until("the old ReplicaSet", 60, async () => (await replicaSets())[0] !== "");
            await apply(workload("rolled", "current", 0));
            await until("the new ReplicaSet", 60, async () => (await replicaSets()).length === 2);
            await pushTags(await pushImage(registry, undefined, used("newer")), 50);
            const log = await succeeds("collect", ...ofRegistry);
            assert.match(log, /No tag and no manifest is deleted before 20/);
            assert.equal((await report()).wouldDeleteTags, 0);
            // As if that run had been a day ago.
            const day = new Date(Date.now() - 25 * 3_600_000).toISOString().replace(/:|\.\d+/g, "");
            const folder = "/var/lib/registry/private-registry/in-use";
            const [server] = await registry.pods();
            const age = `cd ${folder} && mv $(ls | tail -n 1) ${day}.gz`;
            await run(["kubectl", "exec", "--namespace", "collected", server, "--", "sh", "-c", age], {
                env: theSandbox().environment,
            });
            await succeeds("collect", ...ofRegistry);
            const tags = (await craneOf(registry, (host) => ["ls", `${host}/team/used`])).trim().split("\n");
            const newer = tags.filter((tag) => /^w\d/.test(tag));
            assert.deepEqual(
                tags.filter((tag) => !newer.includes(tag)),
                ["current", "old", "running", "scaled"],
            );
            // Those of one second are kept together.
            assert.ok(newer.includes("w50") && newer.includes("w49") && newer.length < 12, `${newer}`);
            const { deletedTags, untaggedManifests } = await report();
            assert.equal(deletedTags, 52 - newer.length);
            assert.equal(untaggedManifests, 1);
        });

        it("keeps these images pullable after they were deleted from the node", async () => {
            await kubectl(`delete deployment ${inTeam} running`);
            const images = ["running", "scaled", "old"].map((tag) => reference(used(tag)));
            const program = path.join(theSandbox().folder, "bin", "ctr");
            const ctr = [...theSandbox().enter(1, { all: true }), program, "--namespace", "k8s.io", "images"];
            await run([...ctr, "rm", "--sync", images[0]]);
            for (const image of images) {
                assert.ok(!(await run([...ctr, "ls", "--quiet"])).split("\n").includes(image));
                await pullByKubelet(image, "maintained-team", "collected");
            }
        });

        it("ends when the registry leaves the node, and the next run moves back what it had moved", async () => {
            const [deleted, kept] = [await pushImage(registry), await pushImage(registry)];
            const digest = (await digestOf(deleted)).trim();
            await craneOf(registry, (host) => ["delete", `${host}/${deleted.split(":")[0]}@${digest}`]);
            const cronJob = JSON.parse(
                await kubectl("get cronjob registry-maintenance --namespace collected --output json"),
            );
            const { spec } = cronJob.spec.jobTemplate;
            const { name, uid } = cronJob.metadata;
            // So that the Job goes with the stack if this test fails.
            const ownerReferences = [{ apiVersion: "batch/v1", kind: "CronJob", name, uid }];
            spec.template.spec.containers[0].env.push({ name: "WAIT", value: "300" });
            const job = {
                apiVersion: "batch/v1",
                kind: "Job",
                metadata: { name: "long", namespace: "collected", ownerReferences },
                spec,
            };
            await kubectl("apply --filename -", JSON.stringify(job));
            const log = () => kubectl("logs --namespace collected job/long --container collect").catch(() => "");
            await until("the move of blobs", 120, async () => /Moving \d+ of \d+ blobs/.test(await log()));
            const server = "--namespace collected --selector app.kubernetes.io/component=server";
            await kubectl(`scale deployment ${server} --replicas=0`);
            // The registry's pod ends after its open requests, within its grace period of 75 seconds.
            await kubectl("wait --namespace collected job/long --for=condition=Failed --timeout=120s");
            assert.match(await log(), /no pod of the registry is on this node any more, so the run ends/);
            await kubectl(`scale deployment ${server} --replicas=1`);
            await kubectl(`rollout status deployment ${server} --timeout=90s`);
            await succeeds("collect", ...ofRegistry);
            await pullByKubelet(reference(kept), "maintained-team", "collected");
            await kubectl("delete job --namespace collected long");
        });

        it("runs on its schedule", async () => {
            const patch = JSON.stringify({ spec: { schedule: "* * * * *", suspend: false } });
            const command = "kubectl patch cronjob registry-maintenance --namespace collected --patch".split(" ");
            await run([...command, patch], { env: theSandbox().environment });
            // Runs by hand count as a success, but not as a scheduled run.
            const times = "jsonpath={.status.lastScheduleTime},{.status.lastSuccessfulTime}";
            await until("the success of a scheduled run", 240, async () => {
                const status = await kubectl(
                    `get cronjob registry-maintenance --namespace collected --output ${times}`,
                );
                const [scheduled, succeeded] = status.split(",");
                return scheduled !== "" && succeeded > scheduled;
            });
        });

        it("has an account that may patch the Lease and the report, and list what names images", async () => {
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
                "cronjobs.batch [] [] [list]",
                "daemonsets.apps [] [] [list]",
                "deployments.apps [] [] [list]",
                "jobs.batch [] [] [list]",
                "leases.coordination.k8s.io [] [registry-maintenance] [get patch]",
                "pods [] [] [list]",
                "replicasets.apps [] [] [list]",
                "replicationcontrollers [] [] [list]",
                "statefulsets.apps [] [] [list]",
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
