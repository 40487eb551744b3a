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
    /** Docker Engine. It cannot map names: the nodes must resolve the registry's host, which `nodes.ssh` sees to. */
    Docker = "docker",
}

/** A file on a node. */
export interface NodeFile {
    /** An absolute path: the folder that is mounted. */
    readonly root: string;
    /** Below the root. */
    readonly path: string;
    readonly content: string;
    /** Whether it holds a password, so that nobody but root may read it. */
    readonly isSecret: boolean;
}

/** The configuration of a registry on nodes. */
export interface RegistryOnNodes {
    readonly hosts: readonly string[];
    /** Address that pulls are sent to instead of the host's own. */
    readonly endpoint?: string;
    /** Left out, they trust what they trust. */
    readonly caCertPem?: string;
    /** What the nodes log in with by themselves, by host, as Basic authentication sends it. */
    readonly logins?: Readonly<Record<string, string>>;
}

/** The runtimes whose files can hold a login. The others know one login for all registries, which is not ours to write. */
export const authenticatingRuntimes = [ContainerRuntime.Containerd, ContainerRuntime.K3s, ContainerRuntime.Rke2];

const containerdFolders: Partial<Record<ContainerRuntime, string>> = {
    [ContainerRuntime.Containerd]: "/etc/containerd/certs.d",
    [ContainerRuntime.K3s]: "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    [ContainerRuntime.Rke2]: "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
};

/** The folders that the files of these runtimes lie in, with those for names that are mapped to an endpoint. */
export function nodeFolders(runtimes: readonly ContainerRuntime[], mapped: boolean): string[] {
    const registry = { hosts: ["registry"], endpoint: mapped ? "endpoint" : undefined, caCertPem: "any" };
    return [...new Set(nodeFiles(runtimes, registry).map((file) => file.root))];
}

/** The folders that the files of any runtime lie in. */
export const allNodeFolders = nodeFolders(Object.values(ContainerRuntime), true);

/**
 * The files that make a node trust the registry's hosts and, where the runtime can, dial `endpoint` for them and log in.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function nodeFiles(runtimes: readonly ContainerRuntime[], registry: RegistryOnNodes): NodeFile[] {
    return runtimes.flatMap((runtime) => {
        const root = containerdFolders[runtime];
        if (root !== undefined) return containerdFiles(root, registry);
        if (runtime === ContainerRuntime.Docker) {
            return certificates("/etc/docker/certs.d", registry.hosts, registry.caCertPem);
        }
        return crioFiles(registry);
    });
}

function containerdFiles(root: string, { hosts, endpoint, caCertPem, logins }: RegistryOnNodes): NodeFile[] {
    return hosts.flatMap((host) => {
        const caPath = caCertPem === undefined ? undefined : `${root}/${host}/ca.crt`;
        const login = logins?.[host];
        return [
            ...certificates(root, [host], caCertPem),
            {
                root,
                path: `${host}/hosts.toml`,
                content: hostsToml(host, endpoint ?? host, caPath, login),
                isSecret: login !== undefined,
            },
        ];
    });
}

/**
 * One host of containerd's registry configuration: pulls of `host` go to `endpoint`, which must show a certificate of `caPath`,
 * with `login` where a pod brings none of its own.
 */
export function hostsToml(
    host: string,
    endpoint: string,
    caPath: string | undefined,
    login: string | undefined,
): string {
    return [
        `server = "https://${host}"`,
        "",
        `[host."https://${endpoint}"]`,
        `  capabilities = ["pull", "resolve"]`,
        ...(caPath === undefined ? [] : [`  ca = "${caPath}"`]),
        ...(login === undefined
            ? []
            : ["", `  [host."https://${endpoint}".header]`, `    Authorization = "Basic ${login}"`]),
        "",
    ].join("\n");
}

/** CRI-O looks for the certificate under the address that it dials, so that gets one as well. */
function crioFiles({ hosts, endpoint, caCertPem }: RegistryOnNodes): NodeFile[] {
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
        isSecret: false,
    }));
    return [...trusted, ...mapped];
}

function certificates(root: string, hosts: readonly string[], caCertPem: string | undefined): NodeFile[] {
    if (caCertPem === undefined) return [];
    return hosts.map((host) => ({ root, path: `${host}/ca.crt`, content: caCertPem, isSecret: false }));
}
