import type { PublishedImage } from "./publishedImage";

/**
 * Facts about the image of docker-registry-ui 2.6.0.
 * Read from Dockerfile, nginx/default.conf, bin/90-docker-registry-ui.sh and dist/index.html of
 * https://github.com/Joxit/docker-registry-ui at the tag 2.6.0 (82f6240dab8a5e40193ce62c23d4b67ba094f030). Its base is
 * `nginx:alpine-slim`, read from mainline/alpine-slim of https://github.com/nginx/docker-nginx at
 * 3a5661a6374fd9e0752cf82bbd61fdcf5df59e54, the last commit before that tag (nginx 1.29.4).
 */
export const uiImage = {
    reference: "docker.io/joxit/docker-registry-ui:2.6.0",
    user: undefined,
    entrypoint: ["/docker-entrypoint.sh"],
    command: ["nginx", "-g", "daemon off;"],
    workingDirectory: "/usr/share/nginx/html",
    environment: { NGINX_PROXY_HEADER_Host: "$http_host", NGINX_LISTEN_PORT: "80", SHOW_CATALOG_NB_TAGS: "false" },
    paths: [
        "/bin/sh",
        "/docker-entrypoint.sh",
        "/etc/nginx/nginx.conf",
        "/etc/nginx/conf.d/default.conf",
        "/usr/share/nginx/html/index.html",
        "/var/cache/nginx",
        "/var/log/nginx/access.log",
        "/var/log/nginx/error.log",
    ],
    port: 80,
} as const satisfies PublishedImage;

/** UID and GID of the user `nginx`, which owns /etc/nginx, the pages, /var/cache/nginx and /var/log/nginx. */
export const owner = 101;

/** Variables that the start-up script writes into index.html in its working directory, with sed between the characters `~`. */
export const written = [
    "CATALOG_DEFAULT_EXPANDED",
    "CATALOG_ELEMENTS_LIMIT",
    "CATALOG_MAX_BRANCHES",
    "CATALOG_MIN_BRANCHES",
    "DEFAULT_REGISTRIES",
    "DELETE_IMAGES",
    "DOCKER_REGISTRY_UI_TITLE",
    "ENABLE_VERSION_NOTIFICATION",
    "HISTORY_CUSTOM_LABELS",
    "PULL_URL",
    "READ_ONLY_REGISTRIES",
    "REGISTRY_SECURED",
    "REGISTRY_TITLE",
    "REGISTRY_URL",
    "SHOW_CATALOG_NB_TAGS",
    "SHOW_CONTENT_DIGEST",
    "SHOW_TAG_HISTORY",
    "SINGLE_REGISTRY",
    "TAGLIST_ORDER",
    "TAGLIST_PAGE_SIZE",
    "USE_CONTROL_CACHE_HEADER",
] as const;

/** Attributes of `<docker-registry-ui>` in index.html that get the variables which the component sets. */
export const attributes = {
    DELETE_IMAGES: "is-image-remove-activated",
    ENABLE_VERSION_NOTIFICATION: "enable-version-notification",
    REGISTRY_SECURED: "is-registry-secured",
    REGISTRY_TITLE: "name",
    REGISTRY_URL: "registry-url",
    SHOW_CONTENT_DIGEST: "show-content-digest",
    SINGLE_REGISTRY: "single-registry",
} as const;

/**
 * The page looks for a newer version at api.github.com, unless the attribute is exactly `false`
 * (src/components/docker-registry-ui.riot, src/scripts/utils.js).
 */
export const noVersionCheck = "false";

/** What the start-up script changes in /etc/nginx/nginx.conf if it does not run as root. */
export const unprivileged = { removes: "user  nginx;", replaces: "/run/nginx.pid", by: "/tmp/nginx.pid" } as const;
