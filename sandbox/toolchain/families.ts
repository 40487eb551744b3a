/** The programs of the sandbox, by the name of their executable. */
export type Tool =
    | "kube-apiserver"
    | "kube-controller-manager"
    | "kube-scheduler"
    | "kubelet"
    | "kube-proxy"
    | "kubectl"
    | "etcd"
    | "containerd"
    | "containerd-shim-runc-v2"
    | "ctr"
    | "coredns"
    | "local-path-provisioner"
    | "registry"
    | "crane"
    | "minio"
    | "mc"
    | "versitygw"
    | "rclone"
    | "wharfie"
    | "traefik"
    | "kube-router"
    | "cert-manager"
    | "pulumi"
    | "pulumi-language-yaml"
    | "pulumi-python-sdk"
    | "pulumi-resource-kubernetes"
    | "pause";

/** Tools that are built together, from the go.mod in the directory with the family's name. */
export interface Family {
    readonly name: string;
    /** The module whose version in go.mod is the family's version. If omitted, the program is in the directory itself. */
    readonly module?: string;
    /** The Go package of each tool's main function; `.` is the family's own folder. Tools of one package are one program that goes by its name. */
    readonly packages: Readonly<Partial<Record<Tool, string>>>;
    /** Files that the main package embeds and the family's module has elsewhere: name in the family's folder, to path in the module. */
    readonly embedded?: Readonly<Record<string, string>>;
    /** Flags of the compiler, by a pattern of packages. */
    readonly compilerFlags?: Readonly<Record<string, string>>;
    /** String variables that tell the program its version: import path and name, to value. */
    readonly variables?: (version: string) => Readonly<Record<string, string>>;
}

/** All families in the order in which they are built: what a cluster starts with, Pulumi, and what only tests need. */
export const families: readonly Family[] = [
    {
        name: "kubernetes",
        module: "k8s.io/kubernetes",
        packages: {
            "kube-apiserver": ".",
            "kube-controller-manager": ".",
            "kube-scheduler": ".",
            kubelet: ".",
            "kube-proxy": ".",
            kubectl: ".",
        },
        variables: kubernetesVersionVariables,
    },
    {
        name: "containerd",
        module: "github.com/containerd/containerd/v2",
        packages: {
            containerd: "github.com/containerd/containerd/v2/cmd/containerd",
            "containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
            ctr: "github.com/containerd/containerd/v2/cmd/ctr",
        },
        variables: (version) => ({ "github.com/containerd/containerd/v2/version.Version": version }),
    },
    {
        name: "etcd",
        module: "go.etcd.io/etcd/server/v3",
        packages: { etcd: "go.etcd.io/etcd/server/v3" },
    },
    {
        name: "coredns",
        module: "github.com/coredns/coredns",
        packages: { coredns: "." },
    },
    {
        name: "local-path-provisioner",
        module: "github.com/rancher/local-path-provisioner",
        packages: { "local-path-provisioner": "github.com/rancher/local-path-provisioner" },
        variables: (version) => ({ "main.VERSION": version }),
    },
    {
        name: "registry",
        module: "github.com/distribution/distribution/v3",
        packages: { registry: "github.com/distribution/distribution/v3/cmd/registry" },
        variables: (version) => ({ "github.com/distribution/distribution/v3/version.version": version }),
    },
    {
        name: "crane",
        module: "github.com/google/go-containerregistry",
        packages: { crane: "github.com/google/go-containerregistry/cmd/crane" },
        variables: (version) => ({ "github.com/google/go-containerregistry/cmd/crane/cmd.Version": version }),
    },
    {
        name: "pause",
        packages: { pause: "." },
    },
    {
        name: "pulumi",
        module: "github.com/pulumi/pulumi/pkg/v3",
        packages: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
        variables: (version) => ({ "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version }),
    },
    {
        // The module has the provider but no main package that can be built: Pulumi generates the embedded files from these.
        name: "pulumi-kubernetes",
        module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        packages: { "pulumi-resource-kubernetes": "." },
        embedded: {
            "schema.json": "cmd/pulumi-resource-kubernetes/schema.json",
            "terraform-mapping.json": "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
        },
        // Pulumi's Go SDK, most of what there is to compile, calls itself seldom: without inlining it takes a third less time.
        compilerFlags: { "github.com/pulumi/pulumi-kubernetes/sdk/...": "-dwarf=false -l" },
    },
    {
        // Its dashboard is not in the module; the proxy is.
        name: "traefik",
        module: "github.com/traefik/traefik/v3",
        packages: { traefik: "github.com/traefik/traefik/v3/cmd/traefik" },
        variables: (version) => ({ "github.com/traefik/traefik/v3/pkg/version.Version": version.slice(1) }),
    },
    {
        name: "kube-router",
        module: "github.com/cloudnativelabs/kube-router/v2",
        packages: { "kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router" },
        variables: (version) => ({ "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": version }),
    },
    {
        name: "cert-manager",
        module: "github.com/cert-manager/cert-manager",
        packages: { "cert-manager": "." },
    },
    {
        // Under AGPL: built here to run in tests, and not distributed.
        name: "minio",
        module: "github.com/minio/minio",
        packages: { minio: "github.com/minio/minio" },
    },
    {
        name: "mc",
        module: "github.com/minio/mc",
        packages: { mc: "github.com/minio/mc" },
    },
    {
        name: "versitygw",
        module: "github.com/versity/versitygw",
        packages: { versitygw: "github.com/versity/versitygw/cmd/versitygw" },
        variables: (version) => ({ "main.Version": version }),
    },
    {
        name: "rclone",
        module: "github.com/rclone/rclone",
        packages: { rclone: "." },
        variables: (version) => ({ "github.com/rclone/rclone/fs.Version": version }),
    },
    {
        name: "pulumi-yaml",
        module: "github.com/pulumi/pulumi-yaml",
        packages: { "pulumi-language-yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
        variables: (version) => ({ "github.com/pulumi/pulumi-yaml/pkg/version.Version": version }),
    },
    {
        name: "pulumi-python-sdk",
        packages: { "pulumi-python-sdk": "." },
    },
    {
        // The library's own program needs modules of Kubernetes that are not published; ours reads and pulls as that does.
        name: "wharfie",
        module: "github.com/rancher/wharfie",
        packages: { wharfie: "." },
    },
];

/** The family that builds a tool. */
export function familyOf(tool: Tool): Family {
    const family = families.find((candidate) => tool in candidate.packages);
    if (family === undefined) {
        throw new Error(`The toolchain has no module that builds ${tool}.`);
    }
    return family;
}

/** Without these the API server calls itself v0.0.0 and the kubeVersion conditions of charts fail. */
function kubernetesVersionVariables(version: string): Record<string, string> {
    const [major, minor] = version.slice(1).split(".");
    const values = {
        gitVersion: version,
        gitMajor: major,
        gitMinor: minor,
        gitTreeState: "clean",
        gitCommit: "unknown",
        buildDate: "1970-01-01T00:00:00Z",
    };
    return Object.fromEntries(
        ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) =>
            Object.entries(values).map(([name, value]) => [`${path}.${name}`, value]),
        ),
    );
}
