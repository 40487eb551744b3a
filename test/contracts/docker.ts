/**
 * Facts about Docker Engine 29.7.2.
 * Read from daemon/pkg/registry/config.go, daemon/pkg/registry/registry.go, daemon/hosts.go, daemon/daemon.go and
 * daemon/config/config_linux.go of https://github.com/moby/moby at the tag docker-v29.7.2 (6a43e3d5afddf4111da0f864bbc7cae5d7e95001),
 * and from containerd's core/remotes/docker/config in its vendor/.
 */
export const docker = {
    version: "29.7.2",
    /** Directory with a directory `<host>` or `<host>:<port>` for each registry. */
    certificates: "/etc/docker/certs.d",
    /** Extension of CA certificates, which it trusts in addition to the system's. */
    caExtension: ".crt",
    /** Directory of containers' files, such as resolv.conf, each in a directory of its ID. */
    containers: "/var/lib/docker/containers",
} as const;
