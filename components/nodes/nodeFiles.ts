import { type Problem, repeatedProblems } from "../arguments/check";

/** Container runtime of a node, which determines the directories that the registry's configuration is written to. */
export enum ContainerRuntime {
    /** containerd with `/etc/containerd/certs.d`, as on EKS, AKS and kind. Others: see `directories`. */
    Containerd = "containerd",
    /** The containerd in k3s 1.28.14, 1.29.9, 1.30.5, 1.31.1 or newer. */
    K3s = "k3s",
    /** The containerd in RKE2, of the same versions. */
    Rke2 = "rke2",
    /** CRI-O. */
    CriO = "cri-o",
    /**
     * Docker Engine. Host names are not mapped, because it can do that only with containerd's image store. Nodes must resolve the
     * registry's host; `nodes.ssh` adds it to /etc/hosts.
     */
    Docker = "docker",
}

/** A file on a node. */
export interface NodeFile {
    /** Absolute path of the directory that is mounted. */
    readonly root: string;
    /** Path below the root. */
    readonly path: string;
    readonly content: string;
    /** Whether it contains a password, so that only root may read it. */
    readonly isSecret: boolean;
}

/** The configuration of a registry on nodes. */
export interface RegistryOnNodes {
    readonly hosts: readonly string[];
    /** Address to pull from instead of the hosts. */
    readonly endpoint?: string;
    /** CA certificates, PEM-encoded. If undefined, the nodes' trust store is unchanged. */
    readonly caCertPem?: string;
    /** The nodes' logins, by host, encoded for Basic authentication. */
    readonly logins?: Readonly<Record<string, string>>;
}

/** The runtimes with a separate login for each registry. The others keep the logins of all registries in one file. */
export const authenticatingRuntimes = [ContainerRuntime.Containerd, ContainerRuntime.K3s, ContainerRuntime.Rke2];

const containerdFolders: Partial<Record<ContainerRuntime, string>> = {
    [ContainerRuntime.Containerd]: "/etc/containerd/certs.d",
    [ContainerRuntime.K3s]: "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    [ContainerRuntime.Rke2]: "/var/lib/rancher/rke2/agent/etc/containerd/certs.d",
};

/** Where a node's files are: the directories of container runtimes, and further ones of containerd. */
export interface NodePlaces {
    readonly runtimes: readonly ContainerRuntime[];
    readonly directories?: readonly string[];
}

/** The directories of the files in these places; `mapped`: including those that map host names to an endpoint. */
export function nodeFolders(places: NodePlaces, mapped: boolean): string[] {
    const registry = { hosts: ["registry"], endpoint: mapped ? "endpoint" : undefined, caCertPem: "any" };
    return [...new Set(nodeFiles(places, registry).map((file) => file.root))];
}

/** The directories of all runtimes' files. */
export const allNodeFolders = nodeFolders({ runtimes: Object.values(ContainerRuntime) }, true);

/**
 * Problems with a list of directories. A directory that belongs to a runtime already has that runtime's files, which may be others.
 */
export function directoryProblems(path: string, directories: readonly string[] = []): Problem[] {
    const owned = directories.flatMap((directory, i) => {
        const runtime = Object.values(ContainerRuntime).find((candidate) =>
            nodeFolders({ runtimes: [candidate] }, true).includes(directory),
        );
        const reason = `is the directory of ${runtime}; add ${runtime} to ${path.replace(/directories$/, "runtimes")} instead`;
        return runtime === undefined || runtime === ContainerRuntime.Containerd
            ? []
            : [{ path: `${path}[${i}]`, reason }];
    });
    return [...repeatedProblems(path, directories), ...owned];
}

/**
 * The files that make a node trust the registry's hosts and, if the runtime supports it, pull from `endpoint` and log in.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function nodeFiles({ runtimes, directories = [] }: NodePlaces, registry: RegistryOnNodes): NodeFile[] {
    const ofRuntimes = runtimes.flatMap((runtime) => {
        const root = containerdFolders[runtime];
        if (root !== undefined) return containerdFiles(root, registry);
        if (runtime === ContainerRuntime.Docker) {
            return certificates("/etc/docker/certs.d", registry.hosts, registry.caCertPem);
        }
        return crioFiles(registry);
    });
    const further = directories.filter((directory) => !ofRuntimes.some(({ root }) => root === directory));
    return [...ofRuntimes, ...further.flatMap((directory) => containerdFiles(directory, registry))];
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
 * containerd's configuration of one host: pulls from `host` go to `endpoint`, whose certificate is verified with the CA at `caPath`,
 * and use `login` instead of the pod's pull secret.
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

/** CRI-O looks up the CA certificate by the address that it connects to, so the endpoint needs one as well. */
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
