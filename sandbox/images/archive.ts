import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { architecture } from "../toolchain/go";
import { type TarEntry, writeTar } from "./tar";

/** A container image with one layer. */
export interface Image {
    /** The full name under which the image is loaded, e.g. `docker.io/library/registry:3.1.2`. */
    readonly reference: string;
    /** The files of the image; their paths have no leading slash. */
    readonly files: readonly TarEntry[];
    readonly entrypoint?: readonly string[];
    /** The arguments of the entrypoint, or the command when there is none. */
    readonly command?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** UID with an optional GID, e.g. `65532:65532`, or the name of a user in the image; root if omitted. */
    readonly user?: string;
    /** A directory of the image; `/` if omitted. */
    readonly workingDirectory?: string;
}

interface Descriptor {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Writes an image into an archive that `ctr images import`, `docker load` and `crane push` read: an OCI layout which also
 * carries Docker's manifest.json. The archive appears at once, by a rename.
 */
export function packImage(image: Image, archive: string): void {
    const work = `${archive}.partial-${process.pid}`;
    fs.mkdirSync(work, { recursive: true });
    try {
        const layerFile = path.join(work, "layer.tar");
        writeTar(layerFile, image.files);
        writeTar(path.join(work, "archive.tar"), archiveEntries(image, layerFile));
        fs.renameSync(path.join(work, "archive.tar"), archive);
    } finally {
        fs.rmSync(work, { recursive: true, force: true });
    }
}

function archiveEntries(image: Image, layerFile: string): TarEntry[] {
    const layer = describe("application/vnd.oci.image.layer.v1.tar", fs.readFileSync(layerFile));
    const config = JSON.stringify(imageConfig(image, layer.digest));
    const configDescriptor = describe("application/vnd.oci.image.config.v1+json", config);
    const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: configDescriptor,
        layers: [layer],
    });
    const manifestDescriptor = describe("application/vnd.oci.image.manifest.v1+json", manifest);
    const annotations = { "io.containerd.image.name": image.reference };
    const index = { schemaVersion: 2, manifests: [{ ...manifestDescriptor, annotations }] };
    const dockerManifest = [
        { Config: blobPath(configDescriptor), RepoTags: [image.reference], Layers: [blobPath(layer)] },
    ];
    return [
        { path: "oci-layout", content: JSON.stringify({ imageLayoutVersion: "1.0.0" }) },
        { path: "index.json", content: JSON.stringify(index) },
        { path: "manifest.json", content: JSON.stringify(dockerManifest) },
        { path: blobPath(manifestDescriptor), content: manifest },
        { path: blobPath(configDescriptor), content: config },
        { path: blobPath(layer), source: layerFile },
    ];
}

function imageConfig(image: Image, layerDigest: string): object {
    const env = { PATH: defaultPath, ...image.env };
    return {
        created: "1970-01-01T00:00:00Z",
        architecture,
        os: "linux",
        config: {
            User: image.user,
            Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
            Entrypoint: image.entrypoint,
            Cmd: image.command,
            WorkingDir: image.workingDirectory,
        },
        // The layer is not compressed, so that its digest is also that of its content.
        rootfs: { type: "layers", diff_ids: [layerDigest] },
        history: [{ created: "1970-01-01T00:00:00Z", created_by: "private-registry sandbox" }],
    };
}

function describe(mediaType: string, content: string | Uint8Array): Descriptor {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    return { mediaType, digest, size: Buffer.byteLength(content) };
}

function blobPath(descriptor: Descriptor): string {
    return `blobs/${descriptor.digest.replace(":", "/")}`;
}
