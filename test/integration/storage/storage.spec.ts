import * as assert from "node:assert/strict";
import { AccessMode, type PrivateRegistryArgs, type VolumeStorage } from "../../../components";
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
import { takesGivesAndDeletes } from "../images";

describe("storage and exposure", () => {
    inSandbox();
    namespaceOfPods("storage-team");

    /** Up, no change, push, pull, delete, a new pod, pull, destroy. */
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

        it(`${name}: is deployed, and accepts an image that the kubelet pulls`, async () => {
            await registry.up();
            await registry.expectNoChange();
            const image = await takesGivesAndDeletes(registry, "storage-team", name);
            await kubectl(`rollout restart deployment --namespace ${name}`);
            await kubectl(`rollout status deployment --namespace ${name} --timeout=90s`);
            if (keepsImages) await pullByKubelet(`${registry.outputs.host}/${image}`, "storage-team", name);
            await further(registry);
        });
    }

    lives("volume", { storage: { volume: { deleteWithStack: true } } }, true);

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

    // Removed from the stack below: a directory of the node, owned by root until the component changes that.
    lives(
        "host-path",
        { storage: { hostPath: { path: "/var/images", nodeName: "node1", deleteWithStack: true } } },
        true,
        async (registry) => {
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
            registry.args = {
                ...registry.args,
                storage: { hostPath: { ...registry.args.storage?.hostPath, path: "/var/images", size: "5Gi" } },
            };
            await registry.expectNoChange();
        },
    );

    lives(
        "memory",
        {
            storage: { memory: {} },
            nodes: { enabled: true },
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
            await pullByKubelet(`images.example.com/${image}`, "storage-team", "memory");
        },
    );

    describe("a volume that changes", () => {
        const classes = ["growing", "other"];
        const volume = { size: "1Gi", storageClassName: "growing" };
        const registry = new RegistryStack("growing", { namespace: "growing", storage: { volume } });
        const claim = async () => JSON.parse(await kubectl("get pvc registry --namespace growing --output json"));
        const refusal = async (changed: VolumeStorage): Promise<string> => {
            const { args } = registry;
            registry.args = { ...args, storage: { volume: changed } };
            const results = [await registry.pulumi("preview"), await registry.pulumi("up", "--yes", "--skip-preview")];
            registry.args = args;
            for (const { code } of results) assert.notEqual(code, 0, "it was not refused");
            return results.map(({ stdout, stderr }) => stdout + stderr).join("\n");
        };

        before(async () => {
            for (const name of classes) {
                const storageClass = {
                    apiVersion: "storage.k8s.io/v1",
                    kind: "StorageClass",
                    metadata: { name },
                    provisioner: "rancher.io/local-path",
                    volumeBindingMode: "WaitForFirstConsumer",
                    allowVolumeExpansion: true,
                };
                await kubectl("apply --filename -", JSON.stringify(storageClass));
            }
        });
        after(async () => {
            await registry.remove();
            for (const name of classes) await kubectl(`delete storageclass ${name}`);
        });

        it("grows in place: the same claim, with a larger request", async () => {
            // Nothing here expands the volume, because local directories have no size. The claim's request shows the change.
            await registry.up();
            const { uid } = (await claim()).metadata;
            registry.args = { ...registry.args, storage: { volume: { ...volume, size: "2Gi" } } };
            await registry.up();
            const { metadata, spec } = await claim();
            assert.equal(metadata.uid, uid);
            assert.equal(spec.resources.requests.storage, "2Gi");
        });

        it("does not shrink", async () => {
            const said = await refusal({ ...volume, size: "512Mi" });
            const sentence =
                /storage.volume.size: the claim `registry` has `2Gi` and cannot shrink; keep `2Gi`, or copy the images/g;
            assert.equal(said.match(sentence)?.length, 2, `a preview says it and an update: ${said}`);
            assert.equal((await claim()).spec.resources.requests.storage, "2Gi");
        });

        it("keeps its storage class and access mode, and the error says how to move the images", async () => {
            const { uid } = (await claim()).metadata;
            const said = await refusal({
                size: "2Gi",
                storageClassName: "other",
                accessMode: AccessMode.ReadWriteMany,
            });
            assert.match(said, /storage.volume.storageClassName: the claim `registry` has the storage class `growing`/);
            assert.match(said, /storage.volume.accessMode: the claim `registry` has the access mode `ReadWriteOnce`/);
            assert.match(said, /copy the images to a second registry/);
            assert.equal((await claim()).metadata.uid, uid);
        });
    });

    it("deletes the images with the stack with deleteWithStack", async () => {
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
