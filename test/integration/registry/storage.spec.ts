import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs } from "../../../components";
import { run } from "../../../sandbox/command";
import {
    inSandbox,
    kubectl,
    namespaceOfPods,
    pullByKubelet,
    pushImage,
    RegistryStack,
    request,
    theSandbox,
} from "../harness";

describe("storage and exposure", () => {
    inSandbox();
    namespaceOfPods("storage-team");

    /** Up, no change, push, pull, a new pod, pull again, destroy. */
    function lives(
        name: string,
        args: PrivateRegistryArgs,
        keepsImages: boolean,
        further: (registry: RegistryStack) => Promise<void> = async () => {},
    ) {
        const registry = new RegistryStack(name, {
            namespace: name,
            pullSecrets: { namespaces: ["storage-team"], name },
            ...args,
        });
        after(() => registry.remove());

        it(`${name}: comes up, takes an image and gives it to the kubelet`, async () => {
            await registry.up();
            await registry.expectNoChange();
            const image = await pushImage(registry);
            const pull = () => pullByKubelet(`${registry.outputs.host}/${image}`, "storage-team", name);
            await pull();
            await kubectl(`rollout restart deployment --namespace ${name}`);
            await kubectl(`rollout status deployment --namespace ${name} --timeout=90s`);
            if (keepsImages) await pull();
            await further(registry);
        });
    }

    lives("memory", { storage: { memory: {} }, nodes: { enabled: true } }, false);

    describe("existing claim", () => {
        before(async () => {
            await kubectl("create namespace existing-claim");
            const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
            const claim = {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: "mine", namespace: "existing-claim" },
                spec,
            };
            await kubectl("apply --filename -", JSON.stringify(claim));
        });
        after(() => kubectl("delete namespace existing-claim --wait=false"));
        lives("existing-claim", { createNamespace: false, storage: { existingClaim: { name: "mine" } } }, true);
    });

    // Removed from the stack below: a folder of the node, owned by root until the component changes that.
    lives(
        "host-path",
        { storage: { hostPath: { path: "/var/images", nodeName: "node1", deleteWithStack: true } } },
        true,
        async () => {
            const listing = await run([
                ...theSandbox().enter(1, { all: true }),
                "stat",
                "--format",
                "%u:%g",
                "/var/images",
            ]);
            assert.equal(listing.trim(), "1000:1000");
            const pods = JSON.parse(await kubectl("get pods --namespace host-path --output json"));
            assert.ok(
                !JSON.stringify(pods).includes('"hostPath"'),
                "the registry's pod mounts a claim, not the folder",
            );
        },
    );

    lives(
        "node-port",
        {
            storage: { memory: {} },
            expose: { nodePort: { port: 30443 } },
            serviceName: "images",
            hostAliases: ["images.example.com"],
        },
        false,
        async (registry) => {
            const address = (
                await kubectl("get nodes --output jsonpath={.items[0].status.addresses[0].address}")
            ).trim();
            const login = { username: registry.outputs.username, password: registry.outputs.password };
            const { outputs } = registry;
            const viaNodePort = await request(
                { ...outputs, clusterIp: address },
                "/v2/",
                login,
                "images.example.com",
                30443,
            );
            assert.deepEqual(viaNodePort, { status: 200, error: "" });
            const image = await pushImage(registry);
            await pullByKubelet(`images.example.com/${image}`, "storage-team", "node-port");
        },
    );

    it("deletes the images with the stack when told so", async () => {
        const registry = new RegistryStack("short-lived", {
            namespace: "short-lived",
            storage: { volume: { deleteWithStack: true } },
        });
        await registry.up();
        const result = await registry.pulumi("destroy", "--yes", "--skip-preview");
        assert.equal(result.code, 0, result.stdout + result.stderr);
        await assert.rejects(kubectl("get namespace short-lived"), /NotFound/);
        await registry.remove();
    });
});
