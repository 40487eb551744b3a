/** What runs the containers of a node, and so decides which folders it reads. */
export enum ContainerRuntime {
    /** containerd of kubeadm, kind, EKS, GKE, AKS and most others. */
    Containerd = "containerd",
    /** The containerd inside k3s (1.28.14, 1.29.9, 1.30.5, 1.31.1 or newer). */
    K3s = "k3s",
    /** The containerd inside RKE2, of the same versions. */
    Rke2 = "rke2",
    /** CRI-O. */
    CriO = "cri-o",
    /** Docker Engine. It cannot map names, so the nodes must resolve the registry's host by themselves. */
    Docker = "docker",
}

/** A file on a node. */
export interface NodeFile {
    /** An absolute path: the folder that is mounted. */
    readonly root: string;
    /** Below the root. */
    readonly path: string;
    readonly content: string;
}

const containerdFolders: Partial<Record<ContainerRuntime, string>> = {
    [ContainerRuntime.Containerd]: "/etc/containerd/certs.d",
    [ContainerRuntime.K3s]: "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    [ContainerRuntime.Rke2]: "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
};

/** The folders that the files of these runtimes lie in, with those for names that are mapped to an endpoint. */
export function nodeFolders(runtimes: readonly ContainerRuntime[], mapped: boolean): string[] {
    const files = nodeFiles(runtimes, ["registry"], mapped ? "endpoint" : undefined, "");
    return [...new Set(files.map((file) => file.root))];
}

/**
 * The files that make a node trust the registry's hosts and, where the runtime can, dial `endpoint` for them.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function nodeFiles(
    runtimes: readonly ContainerRuntime[],
    hosts: readonly string[],
    endpoint: string | undefined,
    caCertPem: string,
): NodeFile[] {
    return runtimes.flatMap((runtime) => {
        const root = containerdFolders[runtime];
        if (root !== undefined) {
            return hosts.flatMap((host) => [
                { root, path: `${host}/ca.crt`, content: caCertPem },
                {
                    root,
                    path: `${host}/hosts.toml`,
                    content: hostsToml(host, endpoint ?? host, `${root}/${host}/ca.crt`),
                },
            ]);
        }
        if (runtime === ContainerRuntime.Docker) return certificates("/etc/docker/certs.d", hosts, caCertPem);
        return crioFiles(hosts, endpoint, caCertPem);
    });
}

/** One host of containerd's registry configuration: pulls of `host` go to `endpoint`, which must show a certificate of `caPath`. */
export function hostsToml(host: string, endpoint: string, caPath: string): string {
    return [
        `server = "https://${host}"`,
        "",
        `[host."https://${endpoint}"]`,
        `  capabilities = ["pull", "resolve"]`,
        `  ca = "${caPath}"`,
        "",
    ].join("\n");
}

/** CRI-O looks for the certificate under the address that it dials, so that gets one as well. */
function crioFiles(hosts: readonly string[], endpoint: string | undefined, caCertPem: string): NodeFile[] {
    const trusted = certificates(
        "/etc/containers/certs.d",
        endpoint === undefined ? hosts : [...hosts, endpoint],
        caCertPem,
    );
    if (endpoint === undefined) return trusted;
    const mapped = hosts.map((host) => ({
        root: "/etc/containers/registries.conf.d",
        path: `private-registry-${host.replace(":", "-")}.conf`,
        content: `[[registry]]\nlocation = "${host}"\n\n[[registry.mirror]]\nlocation = "${endpoint}"\n`,
    }));
    return [...trusted, ...mapped];
}

function certificates(root: string, hosts: readonly string[], caCertPem: string): NodeFile[] {
    return hosts.map((host) => ({ root, path: `${host}/ca.crt`, content: caCertPem }));
}
