import * as path from "node:path";
import type { Tool } from "../toolchain/toolchain";
import type { Image } from "./archive";
import { authorities, ownFile, program, type Sources, shell, unpacked, withLibraries } from "./sources";

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
    | "versitygw"
    | "rclone";

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
    rclone: "docker.io/rclone/rclone:1.75.1",
};

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
                ...shell(sources, { name: "nginx", id: 101, home: "/var/cache/nginx" }),
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
            env: { NGINX_PROXY_HEADER_Host: "$http_host", NGINX_LISTEN_PORT: "80", SHOW_CATALOG_NB_TAGS: "false" },
            workingDirectory: "/usr/share/nginx/html",
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
            files: [
                // The public image's build lets Alpine choose the number.
                ...shell(sources, { name: "curl_user", id: 100, home: "/home/curl_user" }),
                { path: "home/curl_user", folder: true },
                { ...authorities(sources), path: "cacert.pem" },
                ...withLibraries("usr/bin/curl", path.join(sources.installed, "curl")),
                program("entrypoint.sh", ownFile("curl/entrypoint.sh")),
            ],
            entrypoint: ["/entrypoint.sh"],
            command: ["curl"],
            env: { CURL_CA_BUNDLE: "/cacert.pem" },
            user: "curl_user",
            workingDirectory: "/home/curl_user",
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
                program("usr/bin/docker-entrypoint.sh", ownFile("minio/entrypoint.sh")),
            ],
            entrypoint: ["/usr/bin/docker-entrypoint.sh"],
            command: ["minio"],
            // Files that do not exist count as empty.
            env: {
                MINIO_ACCESS_KEY_FILE: "access_key",
                MINIO_SECRET_KEY_FILE: "secret_key",
                MINIO_ROOT_USER_FILE: "access_key",
                MINIO_ROOT_PASSWORD_FILE: "secret_key",
                MINIO_KMS_SECRET_KEY_FILE: "kms_master_key",
                MINIO_CONFIG_ENV_FILE: "config.env",
                MC_CONFIG_DIR: "/tmp/.mc",
            },
        }),
    },
    redis: {
        tools: [],
        packages: ["redis-tools"],
        image: (sources) => ({
            files: [
                ...shell(sources, { name: "redis", id: 999, home: "/data" }),
                { path: "data", folder: true },
                // One executable, whose name decides whether it is the server or the checker.
                ...withLibraries("usr/local/bin/redis-server", path.join(sources.installed, "redis-check-rdb")),
                ...withLibraries("usr/local/bin/redis-cli", path.join(sources.installed, "redis-cli")),
                program("usr/local/bin/docker-entrypoint.sh", ownFile("redis/entrypoint.sh")),
            ],
            entrypoint: ["docker-entrypoint.sh"],
            command: ["redis-server"],
            workingDirectory: "/data",
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
    rclone: {
        tools: ["rclone"],
        image: (sources) => ({
            files: [...shell(sources), authorities(sources), program("usr/local/bin/rclone", sources.tools.rclone)],
            entrypoint: ["rclone"],
            env: { XDG_CONFIG_HOME: "/config" },
            workingDirectory: "/data",
        }),
    },
};
