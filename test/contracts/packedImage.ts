import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type ImageName, recipes } from "../../sandbox/images/catalog";
import { imageReferences, packImage } from "../../sandbox/images/images";
import type { PublishedImage } from "./publishedImage";

/** An image as the sandbox packs it, with empty files in place of programs. */
export interface PackedImage {
    /** The image's configuration, in the names of the OCI image specification. */
    readonly config: {
        readonly User?: string;
        readonly Env: readonly string[];
        readonly Entrypoint?: readonly string[];
        readonly Cmd?: readonly string[];
        readonly WorkingDir?: string;
    };
    /** Absolute paths. */
    readonly paths: readonly string[];
    readonly read: (file: string) => string;
}

/** Packs an image without building or installing anything. */
export function packed(name: ImageName): PackedImage {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-contracts-"));
    const write = (file: string, content = "") => {
        fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        fs.writeFileSync(path.join(folder, file), content, { mode: 0o755 });
        return path.join(folder, file);
    };
    const archive = path.join(folder, "image.tar");
    try {
        pack(name, write, archive);
        return opened(archive);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

function pack(name: ImageName, write: (file: string, content?: string) => string, archive: string): void {
    const { tools, unpacked = [], image } = recipes[name];
    const ldd = write("bin/ldd", "#!/bin/sh\n");
    for (const program of ["curl", "redis-check-rdb", "redis-cli"]) write(`installed/${program}`);
    for (const program of ["usr/bin/docker-registry", "usr/sbin/nginx"]) write(`unpacked/${program}`);
    const below = (file: string) => path.join(path.dirname(archive), file);
    const { PATH } = process.env;
    process.env.PATH = `${path.dirname(ldd)}:${PATH}`;
    try {
        const files = image({
            tools: Object.fromEntries(tools.map((tool) => [tool, write(`tools/${tool}`)])),
            busybox: write("busybox", "#!/bin/sh\nprintf 'busybox\\nsh\\n'\n"),
            installed: below("installed"),
            unpacked: Object.fromEntries(unpacked.map((debianPackage) => [debianPackage, below("unpacked")])),
            authorities: write("authorities"),
        });
        packImage({ reference: imageReferences[name], ...files }, archive);
    } finally {
        process.env.PATH = PATH;
    }
}

function opened(archive: string): PackedImage {
    const tar = (args: readonly string[], input?: Buffer) => execFileSync("tar", args, { input });
    const inArchive = (file: string) => tar(["--extract", "--to-stdout", "--file", archive, file]);
    const [{ Config, Layers }] = JSON.parse(inArchive("manifest.json").toString());
    const layer = inArchive(Layers[0]);
    const entries = tar(["--list"], layer).toString().trimEnd().split("\n");
    return {
        config: JSON.parse(inArchive(Config).toString()).config,
        paths: entries.map((entry) => `/${entry.replace(/\/$/, "")}`),
        read: (file) => tar(["--extract", "--to-stdout", file.slice(1)], layer).toString(),
    };
}

/** Checks that an image of the sandbox is like the published one. */
export function assertLikePublished(name: ImageName, facts: PublishedImage): void {
    assert.equal(imageReferences[name], facts.reference);
    const { config, paths } = packed(name);
    assert.deepEqual(
        {
            user: config.User,
            entrypoint: config.Entrypoint,
            command: config.Cmd,
            workingDirectory: config.WorkingDir,
            environment: Object.fromEntries(
                config.Env.map((variable) => variable.split(/=(.*)/s, 2)).filter(([key]) => key !== "PATH"),
            ),
            missing: facts.paths.filter(
                (wanted) => !paths.some((found) => found === wanted || found.startsWith(`${wanted}/`)),
            ),
        },
        {
            user: facts.user,
            entrypoint: facts.entrypoint,
            command: facts.command,
            workingDirectory: facts.workingDirectory,
            environment: facts.environment,
            missing: [],
        },
    );
}
