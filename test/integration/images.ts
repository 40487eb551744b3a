import * as assert from "node:assert/strict";
import { craneOf, pullByKubelet, pushImage, type RegistryStack } from "./harness";

/** Reads every blob of an image, or of all images in an index, and compares its digest. */
export async function everyBlobIsWhole(registry: RegistryStack, image: string): Promise<void> {
    await craneOf(registry, (host) => ["validate", "--remote", `${host}/${image}`]);
}

/**
 * Tests a registry on every kind of storage: it accepts a layer of 50 MB and an image for two architectures, serves both to the
 * kubelet, keeps every blob intact, and deletes only the requested manifest. Returns the image with the layer.
 */
export async function takesGivesAndDeletes(registry: RegistryStack, namespace: string, pullSecret: string) {
    const image = await pushImage(registry, 50);
    const [repository] = image.split(":");
    const several = `${repository}:several`;
    const pull = (name: string) => pullByKubelet(`${registry.outputs.host}/${name}`, namespace, pullSecret);
    await pull(image);
    await everyBlobIsWhole(registry, image);

    await pushIndex(registry, image, several);
    const index = JSON.parse(await craneOf(registry, (host) => ["manifest", `${host}/${several}`]));
    const architectures = index.manifests.map(
        (manifest: { platform: { architecture: string } }) => manifest.platform.architecture,
    );
    assert.equal(new Set(architectures).size, 2, architectures.join());
    assert.ok(architectures.includes(otherArchitecture), architectures.join());
    await everyBlobIsWhole(registry, several);
    await pull(several);

    const digest = (await craneOf(registry, (host) => ["digest", `${host}/${several}`])).trim();
    await craneOf(registry, (host) => ["delete", `${host}/${repository}@${digest}`]);
    for (const gone of [`${repository}@${digest}`, several]) {
        const manifest = craneOf(registry, (host) => ["manifest", `${host}/${gone}`]);
        await assert.rejects(manifest, /MANIFEST_UNKNOWN|NAME_UNKNOWN/, `${gone} is still there`);
    }
    await everyBlobIsWhole(registry, image);
    return image;
}

/** An architecture that no test machine has. */
const otherArchitecture = "riscv64";

/** Creates an image for two architectures from a pushed one. */
async function pushIndex(registry: RegistryStack, image: string, index: string): Promise<void> {
    const [repository] = image.split(":");
    const other = `${repository}:${otherArchitecture}`;
    const platform = ["--set-platform", `linux/${otherArchitecture}`];
    await craneOf(registry, (host) => ["mutate", `${host}/${image}`, ...platform, "--tag", `${host}/${other}`]);
    const manifests = (host: string) => [image, other].flatMap((name) => ["--manifest", `${host}/${name}`]);
    await craneOf(registry, (host) => ["index", "append", ...manifests(host), "--tag", `${host}/${index}`]);
}
