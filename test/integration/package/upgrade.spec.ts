import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { AccessMode } from "../../../components";
import { SandboxStack } from "../../../sandbox/stack/stack";
import type { StackOutputs } from "../../../settings";
import { allowedChanges, type Change } from "../../upgrade/allowedChanges";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    stepwise,
    theSandbox,
} from "../harness";
import { checkOut, previousCommit } from "../previousRelease";

interface Listed {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly uid: string };
    readonly spec: {
        readonly nodeName?: string;
        readonly volumes?: { persistentVolumeClaim?: { claimName: string } }[];
    };
    readonly status?: { readonly phase?: string };
}

async function list(kinds: string, namespace: string): Promise<Listed[]> {
    return JSON.parse(await kubectl(`get ${kinds} --namespace ${namespace} --output json`)).items;
}

/** Objects that an upgrade keeps, with their names. A Secret or ConfigMap with another content gets another name. */
async function kept(namespace: string): Promise<string[]> {
    const kinds =
        "deployments,statefulsets,daemonsets,services,persistentvolumeclaims,serviceaccounts,roles,rolebindings";
    return (await list(kinds, namespace))
        .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`)
        .sort();
}

/** The most pods that had the same claim at one time during an action. A pod has it from when it is on a node until it is gone. */
async function mostPodsOnOneClaim(namespace: string, action: () => Promise<unknown>): Promise<number> {
    let isDone = false;
    let most = 0;
    const running = action().finally(() => {
        isDone = true;
    });
    while (!isDone) {
        const pods = (await list("pods", namespace)).filter(
            ({ spec, status }) => spec.nodeName !== undefined && !/Succeeded|Failed/.test(status?.phase ?? ""),
        );
        const claims = pods.flatMap(({ spec }) =>
            (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
        );
        for (const claim of claims) most = Math.max(most, claims.filter((other) => other === claim).length);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await running;
    return most;
}

/** test/unit/upgrade.spec.ts compares the names in Pulumi's state for every kind of registry. */
describe("a stack of the previous release", () => {
    const previous = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-previous-"));
    inSandbox("minio", "redis");
    before(async () => checkOut(await previousCommit(), previous));
    after(() => fs.rmSync(previous, { recursive: true, force: true }));

    async function deployPrevious(registry: RegistryStack): Promise<void> {
        const old = new SandboxStack(theSandbox(), registry.name, previous);
        await old.prepare(stringify({ config: { "private-registry:registry": registry.args } }));
        const { code, stdout, stderr } = await old.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(code, 0, stdout + stderr);
        registry.outputs = await old.outputs<StackOutputs>();
    }

    describe("with a ReadWriteOncePod volume", () => {
        stepwise();
        namespaceOfPods("upgraded-team");
        const registry = new RegistryStack("upgraded", {
            namespace: "upgraded",
            users: [{ name: "admin" }, { name: "ci" }],
            pullSecrets: { namespaces: ["upgraded-team"], serviceAccounts: ["default"] },
            storage: { volume: { accessMode: AccessMode.ReadWriteOncePod } },
        });
        let image: string;
        let before: string[];
        after(() => registry.remove());

        it("is deployed by the previous release", async () => {
            await deployPrevious(registry);
            image = await pushImage(registry);
            before = await kept("upgraded");
        });

        it("has only the changes in test/upgrade/changes.json with this release", async () => {
            const { code, stdout, stderr } = await registry.pulumi("preview", "--json");
            assert.equal(code, 0, stdout + stderr);
            const steps: { op: string; urn: string }[] = JSON.parse(stdout).steps;
            const changes = steps
                .filter(({ op }) => op !== "same")
                .map(({ op, urn }): Change => ({ operation: op, resource: urn.split("$").at(-1) as string }));
            const sorted = (all: Change[]) => all.map(({ operation, resource }) => `${operation} ${resource}`).sort();
            assert.deepEqual(sorted(changes), sorted(allowedChanges()));
        });

        it("keeps its objects, passwords and CA with this release, and then does not change", async () => {
            const { password, dockerConfigJson, caCertPem } = registry.outputs;
            assert.equal(await mostPodsOnOneClaim("upgraded", () => registry.up()), 1);
            assert.deepEqual(await kept("upgraded"), before);
            const now = registry.outputs;
            assert.deepEqual(
                [now.password, now.dockerConfigJson, now.caCertPem],
                [password, dockerConfigJson, caCertPem],
            );
            await registry.expectNoChange();
        });

        it("can change its arguments afterwards", async () => {
            registry.args.resources = { limits: { memory: "300Mi" } };
            registry.args.labels = { team: "platform" };
            assert.equal(await mostPodsOnOneClaim("upgraded", () => registry.up()), 1);
            assert.deepEqual(await kept("upgraded"), before);
        });

        it("serves the old images", () => {
            const secret = registry.outputs.pullSecretNames["upgraded-team"];
            return pullByKubelet(`${registry.outputs.host}/${image}`, "upgraded-team", secret);
        });
    });

    describe("with MinIO and Redis", () => {
        stepwise();
        namespaceOfPods("upgraded-minio-team");
        const registry = new RegistryStack("upgraded-minio", {
            namespace: "upgraded-minio",
            pullSecrets: { namespaces: ["upgraded-minio-team"] },
            storage: { minio: {} },
            descriptorCache: { redis: {} },
        });
        after(() => registry.remove());

        it("keeps its objects and images with this release, and never has two servers on one claim", async () => {
            await deployPrevious(registry);
            const image = await pushImage(registry);
            const before = await kept("upgraded-minio");
            assert.equal(await mostPodsOnOneClaim("upgraded-minio", () => registry.up()), 1);
            assert.deepEqual(await kept("upgraded-minio"), before);
            await registry.expectNoChange();
            const secret = registry.outputs.pullSecretNames["upgraded-minio-team"];
            await pullByKubelet(`${registry.outputs.host}/${image}`, "upgraded-minio-team", secret);
        });
    });
});
