import type { PublishedImage } from "./publishedImage";

/**
 * Facts about the image of MinIO RELEASE.2025-09-07T16-13-09Z, which also has the client mc.
 * Read from Dockerfile.release and dockerscripts/docker-entrypoint.sh of https://github.com/minio/minio at that tag
 * (07c3a429bfed433e49018cb0f78a52145d4bedeb).
 */
export const minioImage = {
    reference: "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
    user: undefined,
    entrypoint: ["/usr/bin/docker-entrypoint.sh"],
    command: ["minio"],
    workingDirectory: undefined,
    environment: {
        MINIO_ACCESS_KEY_FILE: "access_key",
        MINIO_SECRET_KEY_FILE: "secret_key",
        MINIO_ROOT_USER_FILE: "access_key",
        MINIO_ROOT_PASSWORD_FILE: "secret_key",
        MINIO_KMS_SECRET_KEY_FILE: "kms_master_key",
        MINIO_CONFIG_ENV_FILE: "config.env",
        MC_CONFIG_DIR: "/tmp/.mc",
    },
    paths: ["/usr/bin/minio", "/usr/bin/mc", "/usr/bin/docker-entrypoint.sh", "/etc/ssl/certs/ca-certificates.crt"],
    port: 9000,
} as const satisfies PublishedImage;

/** What docker-entrypoint.sh runs with given arguments, without a user to change to. */
export const entrypoint = [
    { given: ["server", "/data"], runs: ["minio", "server", "/data"] },
    { given: ["minio", "server", "/data"], runs: ["minio", "server", "/data"] },
] as const;

/**
 * What the server reads. From cmd/server-main.go, cmd/main.go, cmd/config-dir.go, cmd/generic-handlers.go,
 * cmd/healthcheck-router.go and internal/config/constants.go at the same tag. The login in `MINIO_ROOT_USER` and
 * `MINIO_ROOT_PASSWORD` counts, because the files that the image names do not exist (cmd/common-main.go).
 */
export const server = {
    /** The image's volume for data (Dockerfile.release). */
    data: "/data",
    flags: ["--address", "--certs-dir"],
    /** Below the directory of `--certs-dir`. It does not have to create CAs/ if the directory exists. */
    certificates: ["CAs", "private.key", "public.crt"],
    health: { live: "/minio/health/live", ready: "/minio/health/ready" },
    variables: ["MINIO_BROWSER", "MINIO_ROOT_PASSWORD", "MINIO_ROOT_USER", "MINIO_UPDATE"],
} as const;

/**
 * What the client understands. From cmd/config.go, cmd/flags.go, cmd/mb-main.go, cmd/admin-user-add.go, cmd/admin-user-info.go,
 * cmd/admin-policy-create.go and cmd/admin-policy-attach.go of https://github.com/minio/mc at RELEASE.2025-08-13T08-35-41Z
 * (7394ce0dd2a80935aded936b09fa12cbb3cb8096), the last tag before the image, which contains the newest client of its day.
 */
export const client = {
    /** Prefix of a variable with the URL of an alias. */
    aliasVariable: "MC_HOST_",
    flag: "--config-dir",
    /** Commands with their arguments. `user add` reads both keys from standard input, one a line, if they are not arguments. */
    commands: [
        /^mb --ignore-existing ALIAS\/\S+$/,
        /^admin user add ALIAS$/,
        /^admin user info ALIAS \S+$/,
        /^admin policy create ALIAS \S+ \S+$/,
        /^admin policy attach ALIAS \S+ --user \S+$/,
    ],
} as const;
