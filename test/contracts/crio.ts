/**
 * Facts about CRI-O 1.36.3.
 * Read from server/server.go, pkg/config/reload.go and docs/crio.conf.5.md of https://github.com/cri-o/cri-o at the tag v1.36.3
 * (b24632ab44955fa84685640d4177f3c554e9f69c), and from the modules go.podman.io/image v5.38.0 and go.podman.io/storage in its vendor/:
 * docker/docker_client.go, docker/paths_common.go, pkg/tlsclientconfig/tlsclientconfig.go, pkg/sysregistriesv2 and
 * types/options_linux.go.
 */
export const crio = {
    version: "1.36.3",
    /**
     * Directories with a directory `<host>` or `<host>:<port>` for each address that it connects to, in the order in which it looks for
     * one. It reads the first that exists. The home directory's .config/containers/certs.d comes before them.
     */
    certificates: ["/etc/containers/certs.d", "/etc/docker/certs.d"],
    /** Extension of CA certificates, which it trusts in addition to the system's. */
    caExtension: ".crt",
    /** Directory of further configuration. It reads files directly below it, in the order of their names; a later one wins. */
    registries: { directory: "/etc/containers/registries.conf.d", extension: ".conf" },
    /** Tables and keys of such a file, in TOML. Without a prefix, the location is the prefix of the images' names. */
    tables: { registry: "[[registry]]", mirror: "[[registry.mirror]]", address: "location" },
    /** The signal after which it reads these files again. */
    reload: "SIGHUP",
    /** Directories of containers' file systems (`graphroot`) and of their other files (`runroot`). */
    storage: ["/var/lib/containers/storage", "/run/containers/storage"],
} as const;
