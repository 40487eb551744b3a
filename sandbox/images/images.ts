import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureDebianPackages, unpackDebianPackage } from "../debian";
import { cacheFolder } from "../paths";
import type { Progress } from "../progress";
import { buildTools, type Tool } from "../toolchain/toolchain";
import { type Image, packImage } from "./archive";
import { type ImageName, imageReferences, recipes } from "./catalog";
import type { Sources } from "./sources";

export { type Image, packImage } from "./archive";
export { type ImageName, imageReferences } from "./catalog";

/** Incremented when the format of images changes, so that older archives in the cache are not used. */
const formatVersion = 1;

/**
 * Packs images into archives for `ctr --namespace k8s.io images import` and returns the path of each. An archive whose parts have
 * not changed is taken from the cache.
 */
export async function packImages<N extends ImageName>(
    names: readonly N[],
    progress: Progress,
): Promise<Record<N, string>> {
    const sources = await ensureSources(names, progress);
    const archives = names.map((name) => {
        const image: Image = { reference: imageReferences[name], ...recipes[name].image(sources) };
        const archive = path.join(cacheFolder, "images", `${name}-${contentKey(image)}.tar`);
        if (!fs.existsSync(archive)) {
            progress(`Packing the image ${image.reference}`);
            packImage(image, archive);
        }
        return [name, archive];
    });
    return Object.fromEntries(archives) as Record<N, string>;
}

/** The tools that images hold. */
export function toolsOf(names: readonly ImageName[]): Tool[] {
    return [...new Set(names.flatMap((name) => recipes[name].tools))];
}

async function ensureSources(names: readonly ImageName[], progress: Progress): Promise<Sources> {
    const packages = names.flatMap((name) => recipes[name].packages ?? []);
    await ensureDebianPackages(["ca-certificates", "curl", ...packages], progress);
    // Unpacked and not installed, because it would replace the busybox that the machine's boot files may need.
    const busybox = await unpackDebianPackage("busybox-static", progress);
    const unpacked: Record<string, string> = {};
    for (const name of names.flatMap((image) => recipes[image].unpacked ?? [])) {
        unpacked[name] = await unpackDebianPackage(name, progress);
    }
    return {
        tools: await buildTools(toolsOf(names), progress),
        busybox: path.join(busybox, "bin", "busybox"),
        unpacked,
        installed: "/usr/bin",
        authorities: "/etc/ssl/certs/ca-certificates.crt",
    };
}

/** A short hash of an image's contents; files of the machine are identified by path, size and modification time. */
export function contentKey(image: Image): string {
    const parts = image.files.map((file) => {
        if (!("source" in file)) {
            return file;
        }
        const { size, mtimeMs } = fs.statSync(file.source);
        return { ...file, size, mtimeMs };
    });
    const text = JSON.stringify([formatVersion, { ...image, files: parts }]);
    return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
