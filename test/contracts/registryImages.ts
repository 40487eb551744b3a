import type { PublishedImage } from "./publishedImage";

/** Directory of the filesystem driver, a volume of both images (`VOLUME`). */
const data = "/var/lib/registry";

/**
 * Facts about the image of registry 2.8.3.
 * Read from Dockerfile and docker-entrypoint.sh of https://github.com/distribution/distribution-library-image at
 * 39dd72feaab7066334829d6945c54bc51a0aee98, which library/registry of https://github.com/docker-library/official-images names for
 * the tag 2.8.3 at d899d1561f96f25b8b320ca4bc75315cad7db3f3.
 */
export const registry2 = {
    reference: "docker.io/library/registry:2.8.3",
    user: undefined,
    entrypoint: ["/entrypoint.sh"],
    command: ["/etc/docker/registry/config.yml"],
    workingDirectory: undefined,
    environment: {},
    paths: ["/bin/registry", "/entrypoint.sh", "/etc/docker/registry/config.yml"],
    port: 5000,
    data,
} as const satisfies PublishedImage & { data: string };

/**
 * Facts about the image of registry 3.1.1.
 * Read from Dockerfile of the same repository at 0c2328319a030d953c159f57e4ad7693a9a08a8a, which library/registry names for the tag
 * 3.1.1 at 0a44432dad7ef3743112fa0cac260d4438ecf0f9, and from entrypoint.sh at a829ed8cbcd822f50c3c4dfb1c3a5b4fcf8108f1. The
 * component refers to 3.1.2, whose Dockerfile is newer.
 */
export const registry3 = {
    reference: "docker.io/library/registry:3.1.1",
    user: undefined,
    entrypoint: ["/entrypoint.sh"],
    command: ["/etc/distribution/config.yml"],
    workingDirectory: undefined,
    environment: { OTEL_TRACES_EXPORTER: "none" },
    paths: ["/bin/registry", "/entrypoint.sh", "/etc/distribution/config.yml"],
    port: 5000,
    data,
} as const satisfies PublishedImage & { data: string };

/** What /entrypoint.sh of both images runs with given arguments. */
export const entrypoint = [
    { given: ["/etc/config.yml"], runs: ["registry", "serve", "/etc/config.yml"] },
    { given: ["config.yaml"], runs: ["registry", "serve", "config.yaml"] },
    { given: ["serve", "config.yml"], runs: ["registry", "serve", "config.yml"] },
    { given: ["garbage-collect", "config.yml"], runs: ["registry", "garbage-collect", "config.yml"] },
    { given: ["--version"], runs: ["registry", "--version"] },
    { given: ["help"], runs: ["registry", "help"] },
    { given: ["/bin/registry", "serve", "config.yml"], runs: ["/bin/registry", "serve", "config.yml"] },
] as const;
