import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { attempt, type CommandResult } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { digestOf } from "./digest";
import type { RegistryProcess } from "./registryProcess";

export const manifestType = "application/vnd.oci.image.manifest.v1+json";
export const indexType = "application/vnd.oci.image.index.v1+json";

/** An image, or an index of images. */
export interface Image {
    readonly type: string;
    readonly content: Buffer;
    readonly digest: string;
    /** Config and layers. */
    readonly blobs: readonly Buffer[];
    /** The images of an index. */
    readonly children: readonly Image[];
}

const configType = "application/vnd.oci.image.config.v1+json";
const layerType = "application/vnd.oci.image.layer.v1.tar";

/** An image with these layers. The same layers and `variant` are the same image. */
export function image(
    layers: readonly Buffer[] = [randomBytes(100)],
    variant = randomBytes(4).toString("hex"),
    annotations?: Record<string, string>,
): Image {
    const rootfs = { type: "layers", diff_ids: layers.map((layer) => digestOf(layer)) };
    const config = Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", rootfs, author: variant }));
    const describe = (mediaType: string, blob: Buffer) => ({ mediaType, digest: digestOf(blob), size: blob.length });
    const manifest = {
        schemaVersion: 2,
        mediaType: manifestType,
        config: describe(configType, config),
        layers: layers.map((layer) => describe(layerType, layer)),
        annotations,
    };
    const content = Buffer.from(JSON.stringify(manifest));
    return { type: manifestType, content, digest: digestOf(content), blobs: [config, ...layers], children: [] };
}

export function index(children: readonly Image[]): Image {
    const manifests = children.map(({ type, digest, content }, i) => ({
        mediaType: type,
        digest,
        size: content.length,
        platform: { os: "linux", architecture: ["amd64", "arm64", "s390x"][i % 3] },
    }));
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
    return { type: indexType, content, digest: digestOf(content), blobs: [], children };
}

/** A client that pushes as docker and crane do: each blob unless the registry has it, then the manifest. */
export class Client {
    constructor(
        private readonly registry: RegistryProcess,
        readonly repository: string,
    ) {}

    /** Pushes an image; returns the status of the manifest's upload. */
    async push(pushed: Image, tag?: string): Promise<number> {
        for (const child of pushed.children) {
            const status = await this.push(child);
            if (status !== 201) return status;
        }
        for (const blob of new Set(pushed.blobs)) await this.pushBlob(blob);
        return this.putManifest(pushed, tag ?? pushed.digest);
    }

    async pushBlob(blob: Buffer, digest = digestOf(blob)): Promise<void> {
        const known = await this.ask("HEAD", `blobs/${digest}`);
        if (known.status === 200) return;
        const begun = await this.ask("POST", "blobs/uploads/");
        assert.equal(begun.status, 202);
        const location = new URL(begun.headers.get("location") ?? "", this.registry.url);
        location.searchParams.set("digest", digest);
        const put = await this.registry.request("PUT", location.href, blob, "application/octet-stream");
        await put.arrayBuffer();
        assert.equal(put.status, 201, `the upload of ${digest}`);
    }

    async putManifest({ content, type }: Image, reference: string): Promise<number> {
        return (await this.ask("PUT", `manifests/${reference}`, content, type)).status;
    }

    async tags(): Promise<{ tags: string[] }> {
        return (await this.registry.request("GET", `/v2/${this.repository}/tags/list`)).json();
    }

    async blob(digest: string): Promise<Buffer> {
        return Buffer.from(
            await (await this.registry.request("GET", `/v2/${this.repository}/blobs/${digest}`)).arrayBuffer(),
        );
    }

    /** Deletes a tag, or a manifest by digest; returns the status. */
    async delete(reference: string): Promise<number> {
        return (await this.ask("DELETE", `manifests/${reference}`)).status;
    }

    /** What is missing or wrong when the image is pulled. */
    async problems(pulled: Image, reference = pulled.digest): Promise<string[]> {
        const problems: string[] = [];
        const check = async (urlPath: string, expected: Buffer, accept?: string) => {
            const url = new URL(`/v2/${this.repository}/${urlPath}`, this.registry.url);
            const pulled = await fetch(url, { headers: accept === undefined ? {} : { accept } })
                .then(async (response) => ({ status: response.status, body: await response.arrayBuffer() }))
                // The registry ends the connection if it cannot read a blob that it has announced.
                .catch((error) => ({ status: String(error), body: new ArrayBuffer(0) }));
            if (pulled.status !== 200) problems.push(`${this.repository}/${urlPath}: ${pulled.status}`);
            else if (!expected.equals(Buffer.from(pulled.body)))
                problems.push(`${this.repository}/${urlPath}: another content`);
        };
        await check(`manifests/${reference}`, pulled.content, pulled.type);
        for (const blob of new Set(pulled.blobs)) await check(`blobs/${digestOf(blob)}`, blob);
        for (const child of pulled.children) problems.push(...(await this.problems(child)));
        return problems;
    }

    private async ask(method: string, urlPath: string, body?: Buffer, type?: string): Promise<Response> {
        const response = await this.registry.request(method, `/v2/${this.repository}/${urlPath}`, body, type);
        await response.arrayBuffer();
        return response;
    }
}

/** Runs crane, without a login. */
export async function crane(...command: string[]): Promise<CommandResult> {
    const tools = await ensureTools(["crane"], printProgress);
    return attempt([tools.crane, ...command, "--insecure"]);
}
