import * as assert from "node:assert/strict";
import { Client, type Image } from "./client";
import { onVolume, RegistryProcess } from "./registryProcess";

/** Starts a registry on a volume, and pushes images to it as team/app:kept-0, team/app:kept-1 and so on. */
export async function startWithImages(
    images: readonly Image[],
): Promise<{ registry: RegistryProcess; client: Client }> {
    const registry = await RegistryProcess.start(onVolume);
    const client = new Client(registry, "team/app");
    for (const [i, one] of images.entries()) assert.equal(await client.push(one, `kept-${i}`), 201);
    return { registry, client };
}
