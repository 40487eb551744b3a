import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../paths";
import type { Tool } from "../toolchain/toolchain";
import type { Image } from "./archive";
import type { TarEntry } from "./tar";

/** The images that the sandbox builds. */
export type ImageName =
    | "pause"
    | "busybox"
    | "coredns"
    | "registry"
    | "registry-2"
    | "registry-ui"
    | "crane"
    | "curl"
    | "local-path-provisioner"
    | "minio"
    | "redis"
    | "traefik"
    | "versitygw";

/** The public name of each image, so that the same manifests run in the sandbox and anywhere else. */
export const imageReferences: Readonly<Record<ImageName, string>> = {
    pause: "registry.k8s.io/pause:3.10",
    busybox: "docker.io/library/busybox:1.37.0",
    coredns: "docker.io/coredns/coredns:1.14.7",
    registry: "docker.io/library/registry:3.1.2",
    // The program is Debian's registry 2.8, the last series of version 2.
    "registry-2": "docker.io/library/registry:2.8.3",
    // Debian's nginx with a page of the sandbox, because the public image's pages are in no package.
    "registry-ui": "docker.io/joxit/docker-registry-ui:2.6.0",
    crane: "gcr.io/go-containerregistry/crane:v0.21.9",
    curl: "docker.io/curlimages/curl:8.16.0",
    "local-path-provisioner": "docker.io/rancher/local-path-provisioner:v0.0.30",
    // The tag is the last image that MinIO published. The program is built from its last source, for which there is no public image.
    minio: "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
    // The program is Debian's patched Redis 7.0, for which there is no public image.
    redis: "docker.io/library/redis:7.2.11",
    traefik: "docker.io/library/traefik:v3.6.12",
    versitygw: "docker.io/versity/versitygw:v1.8.0",
};

/** The sources of images' files on this machine. */
export interface Sources {
    /** The statically linked executable of a tool. */
    readonly tools: Readonly<Partial<Record<Tool, string>>>;
    /** The statically linked busybox. */
    readonly busybox: string;
    /** Debian's curl, which needs the machine's libraries. */
    readonly curl: string;
    /** The files of Debian packages that are not installed, by name. */
    readonly unpacked: Readonly<Record<string, string>>;
    /** The CA certificates that the machine trusts, in one file. */
    readonly authorities: string;
}

/** The definition of an image: its tools, and its content in the layout of the public image. */
interface Recipe {
    readonly tools: readonly Tool[];
    /** Debian packages with its files, in addition to those that every sandbox needs. */
    readonly packages?: readonly string[];
    /** Debian packages that are only unpacked, because installing them would start their services. */
    readonly unpacked?: readonly string[];
    readonly image: (sources: Sources) => Omit<Image, "reference">;
}

export const recipes: Readonly<Record<ImageName, Recipe>> = {
    pause: {
        tools: ["pause"],
        image: (sources) => ({
            files: [program("pause", sources.tools.pause)],
            entrypoint: ["/pause"],
            user: "65535:65535",
        }),
    },
    busybox: {
        tools: [],
        image: (sources) => ({ files: shell(sources), command: ["sh"] }),
    },
    coredns: {
        tools: ["coredns"],
        image: (sources) => ({
            files: [program("coredns", sources.tools.coredns), authorities(sources)],
            entrypoint: ["/coredns"],
        }),
    },
    registry: {
        tools: ["registry"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                authorities(sources),
                program("bin/registry", sources.tools.registry),
                program("entrypoint.sh", ownFile("registry/entrypoint.sh")),
                { path: "etc/distribution/config.yml", source: ownFile("registry/config.yml") },
            ],
            entrypoint: ["/entrypoint.sh"],
            command: ["/etc/distribution/config.yml"],
            env: { OTEL_TRACES_EXPORTER: "none" },
        }),
    },
    "registry-2": {
        tools: [],
        unpacked: ["docker-registry"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                authorities(sources),
                ...withLibraries("bin/registry", unpacked(sources, "docker-registry", "usr/bin/docker-registry")),
                program("entrypoint.sh", ownFile("registry/entrypoint.sh")),
                { path: "etc/docker/registry/config.yml", source: ownFile("registry/config.yml") },
            ],
            entrypoint: ["/entrypoint.sh"],
            command: ["/etc/docker/registry/config.yml"],
        }),
    },
    "registry-ui": {
        tools: [],
        unpacked: ["nginx"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                ...withLibraries("usr/sbin/nginx", unpacked(sources, "nginx", "usr/sbin/nginx")),
                { path: "var/log/nginx/access.log", link: "/dev/stdout" },
                { path: "var/log/nginx/error.log", link: "/dev/stderr" },
                program("docker-entrypoint.sh", ownFile("ui/entrypoint.sh")),
                { path: "etc/nginx/nginx.conf", source: ownFile("ui/nginx.conf") },
                { path: "etc/nginx/conf.d/default.conf", source: ownFile("ui/default.conf") },
                { path: "usr/share/nginx/html/index.html", source: ownFile("ui/index.html") },
                { path: "run", folder: true },
                { path: "var/cache/nginx", folder: true },
            ],
            entrypoint: ["/docker-entrypoint.sh"],
            command: ["nginx", "-g", "daemon off;"],
        }),
    },
    crane: {
        tools: ["crane"],
        image: (sources) => ({
            files: [program("ko-app/crane", sources.tools.crane), authorities(sources)],
            entrypoint: ["/ko-app/crane"],
            user: "65532",
        }),
    },
    curl: {
        tools: [],
        image: (sources) => ({
            files: [...shell(sources), authorities(sources), ...withLibraries("usr/bin/curl", sources.curl)],
            command: ["curl"],
            user: "100",
        }),
    },
    "local-path-provisioner": {
        tools: ["local-path-provisioner"],
        image: (sources) => ({
            files: [
                program("usr/bin/local-path-provisioner", sources.tools["local-path-provisioner"]),
                authorities(sources),
            ],
            command: ["local-path-provisioner"],
        }),
    },
    minio: {
        tools: ["minio", "mc"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                authorities(sources),
                program("usr/bin/minio", sources.tools.minio),
                program("usr/bin/mc", sources.tools.mc),
            ],
            command: ["minio"],
        }),
    },
    redis: {
        tools: [],
        packages: ["redis-tools"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                // One executable, whose name decides whether it is the server or the checker.
                ...withLibraries("usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"),
                ...withLibraries("usr/local/bin/redis-cli", "/usr/bin/redis-cli"),
            ],
            command: ["redis-server"],
        }),
    },
    traefik: {
        tools: ["traefik"],
        image: (sources) => ({
            files: [
                program("usr/local/bin/traefik", sources.tools.traefik),
                authorities(sources),
                { path: "tmp", folder: true, mode: 0o1777 },
            ],
            entrypoint: ["/usr/local/bin/traefik"],
        }),
    },
    versitygw: {
        tools: ["versitygw"],
        image: (sources) => ({
            files: [
                ...shell(sources),
                authorities(sources),
                program("usr/local/bin/versitygw", sources.tools.versitygw),
            ],
            entrypoint: ["versitygw"],
        }),
    },
};

/** A small system with busybox as its shell and commands, and a directory for temporary files. */
function shell(sources: Sources): TarEntry[] {
    const applets = execFileSync(sources.busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
    return [
        program("bin/busybox", sources.busybox),
        ...applets.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, link: "busybox" })),
        { path: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n" },
        { path: "etc/group", content: "root:x:0:\nnobody:x:65534:\n" },
        { path: "root", folder: true, mode: 0o700 },
        { path: "tmp", folder: true, mode: 0o1777 },
    ];
}

function ownFile(name: string): string {
    return path.join(repositoryRoot, "sandbox/images", name);
}

function unpacked(sources: Sources, name: string, file: string): string {
    return path.join(sources.unpacked[name], file);
}

function authorities(sources: Sources): TarEntry {
    return { path: "etc/ssl/certs/ca-certificates.crt", source: sources.authorities };
}

function program(target: string, source: string | undefined): TarEntry {
    if (source === undefined) {
        throw new Error(`The program for /${target} of an image is not in the toolchain.`);
    }
    return { path: target, source: fs.realpathSync(source), mode: 0o755 };
}

/** An executable with the shared libraries that the machine's loader finds for it, at their paths. */
function withLibraries(target: string, executable: string): TarEntry[] {
    const listing = execFileSync("ldd", [executable], { encoding: "utf8" });
    const libraries = [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file);
    return [program(target, executable), ...libraries.map((file) => program(file.slice(1), file))];
}
