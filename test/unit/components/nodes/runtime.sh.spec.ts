import * as assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { scriptFolder } from "../../shellScripts";

/** /proc/self/mountinfo of a container whose root is an overlay with this upper directory. */
const overlay = (
    upper: string,
) => `812 640 0:99 / / rw,relatime - overlay overlay rw,lowerdir=l/A:l/B,upperdir=${upper},workdir=/w
820 812 8:1 /resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw
`;
const snapshot = (root: string) => overlay(`${root}/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs`);

/** The same with a snapshotter other than overlayfs, whose mounts do not have containerd's directory in their options. */
const native = (
    root: string,
) => `812 640 8:1 ${root}/io.containerd.snapshotter.v1.native/snapshots/12 / rw - ext4 /dev/sda1 rw
820 812 8:1 ${root}/io.containerd.grpc.v1.cri/sandboxes/0a/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw
`;

/** Docker Engine 29 with containerd's image store, below cri-dockerd. */
const docker = `812 640 0:99 / / rw - overlay overlay rw,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/3/fs
820 812 8:1 /var/lib/docker/containers/0a/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw
`;

const stock = snapshot("/var/lib/containerd");
const certs = "/etc/containerd/certs.d";

interface Node {
    readonly mounts?: string;
    /** Below /etc/containerd. If null, that is not mounted, because the agent has no files for containerd. */
    readonly config?: Record<string, string> | null;
    readonly roots?: string[];
    readonly directories?: string[];
}

const version1 = `[plugins.cri.registry]\n  config_path = "${certs}"\n`;
const version2 = `version = 2
# [plugins."io.containerd.grpc.v1.cri".registry]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "pause" # config_path = "/a/comment"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${certs}" # for hosts.toml
    [plugins."io.containerd.grpc.v1.cri".registry.headers]
[plugins."io.containerd.tracing.v1"]
  config_path = "/another/plugin"
`;
const version3 = `version = 3
[plugins]
  [plugins.'io.containerd.cri.v1.images'.registry]
    config_path = '${certs}'
`;
const both = `${certs}:/etc/docker/certs.d`;
const list = (more = "") => version3.replace(`'${certs}'`, `'${both}'`) + more;

/** Nodes whose runtime reads the agent's directories, and what the agent says. */
const read: Record<string, [Node, string]> = {
    "containerd 1.4, configuration version 1": [
        { config: { "config.toml": version1 } },
        `containerd, which reads ${certs}`,
    ],
    "containerd 1.7, configuration version 2": [
        { config: { "config.toml": version2 } },
        `containerd, which reads ${certs}`,
    ],
    "containerd 2, configuration version 3": [
        { config: { "config.toml": version3 } },
        `containerd, which reads ${certs}`,
    ],
    "containerd with a dotted key": [
        { config: { "config.toml": `plugins."io.containerd.grpc.v1.cri".registry.config_path = "${certs}"\n` } },
        `containerd, which reads ${certs}`,
    ],
    "containerd 1.7 with a list of directories": [
        { config: { "config.toml": version2.replace(certs, both) } },
        `containerd, which reads ${certs}`,
    ],
    "EKS on Amazon Linux 2023, whose list works because of local pulls": [
        {
            config: {
                "config.toml": list("[plugins.'io.containerd.cri.v1.images']\ndiscard_unpacked_layers = true\n"),
            },
        },
        `containerd, which reads ${certs}`,
    ],
    "containerd with imported files, the last of which wins": [
        {
            config: {
                "config.toml": `version = 3\nimports = ["conf.d/*.toml",\n  "/etc/containerd/last.toml"]\n`,
                "conf.d/a.toml": version3.replace(certs, "/elsewhere"),
                "last.toml": version3,
            },
        },
        `containerd, which reads ${certs}`,
    ],
    "containerd with the native snapshotter": [
        { mounts: native("/var/lib/containerd"), config: { "config.toml": version2 } },
        `containerd, which reads ${certs}`,
    ],
    "AKS with another root directory": [
        {
            mounts: snapshot("/mnt/containerd"),
            config: { "config.toml": `version = 2\nroot = "/mnt/containerd"\n${version2.slice(12)}` },
        },
        `containerd, which reads ${certs}`,
    ],
    "containerd with another root directory on its command line": [
        { mounts: snapshot("/data/containerd"), config: { "config.toml": version2 } },
        `containerd, which reads ${certs}`,
    ],
    "kOps, whose containerd has another file than its package's": [
        { config: { "config.toml": 'disabled_plugins = ["cri"]\n', "config-kops.toml": version2 } },
        `containerd, which reads ${certs}`,
    ],
    "GKE with nodes.directories": [
        {
            config: { "config.toml": version2.replace(certs, "/etc/containerd/hosts.d") },
            directories: ["/etc/containerd/hosts.d"],
        },
        "containerd, which reads /etc/containerd/hosts.d",
    ],
    "MicroK8s with nodes.directories": [
        {
            mounts: snapshot("/var/snap/microk8s/common/var/lib/containerd"),
            directories: ["/var/snap/microk8s/current/args/certs.d"],
        },
        "MicroK8s, which reads /var/snap/microk8s/current/args/certs.d",
    ],
    "k0s with nodes.directories, which the agent cannot verify": [
        { mounts: snapshot("/var/lib/k0s/containerd"), directories: ["/etc/k0s/certs.d"] },
        "k0s, whose containerd reads the config_path of its files in /etc/k0s/containerd.d; nodes.directories says that it reads /etc/k0s/certs.d",
    ],
    "containerd without config_path, with nodes.directories": [
        { directories: [certs] },
        `containerd, whose config.toml sets no config_path; nodes.directories says that it reads ${certs}`,
    ],
    k3s: [
        {
            mounts: snapshot("/var/lib/rancher/k3s/agent/containerd"),
            roots: ["/var/lib/rancher/k3s/agent/etc/containerd/certs.d"],
        },
        "k3s, which reads /var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    ],
    "k3s in a cluster with other nodes": [
        {
            mounts: native("/var/lib/rancher/k3s/agent/containerd"),
            roots: [certs, "/var/lib/rancher/k3s/agent/etc/containerd/certs.d"],
        },
        "k3s, which reads /var/lib/rancher/k3s/agent/etc/containerd/certs.d",
    ],
    "k3s with another --data-dir and nodes.directories": [
        { mounts: snapshot("/data/agent/containerd"), directories: ["/data/agent/etc/containerd/certs.d"] },
        "k3s, which reads /data/agent/etc/containerd/certs.d",
    ],
    RKE2: [
        {
            mounts: snapshot("/var/lib/rancher/rke2/agent/containerd"),
            roots: ["/var/lib/rancher/rke2/agent/etc/containerd/certs.d"],
        },
        "RKE2, which reads /var/lib/rancher/rke2/agent/etc/containerd/certs.d",
    ],
    "CRI-O": [
        { mounts: overlay("/var/lib/containers/storage/overlay/0a/diff"), roots: ["/etc/containers/certs.d"] },
        "CRI-O, which reads /etc/containers/certs.d",
    ],
    "CRI-O that maps the host's name": [
        {
            mounts: overlay("/var/lib/containers/storage/overlay/0a/diff"),
            roots: ["/etc/containers/certs.d", "/etc/containers/registries.conf.d"],
        },
        "CRI-O, which reads /etc/containers/certs.d and, when it is reloaded (systemctl reload crio), /etc/containers/registries.conf.d",
    ],
    Docker: [{ mounts: docker, roots: ["/etc/docker/certs.d"] }, "Docker, which reads /etc/docker/certs.d"],
    "a runtime that is not known": [
        { mounts: overlay("/var/lib/other/1") },
        "a container runtime that the agent does not know",
    ],
};

const advice =
    'set config_path = "/etc/containerd/certs.d" there and restart containerd, or name the directory that it reads in nodes.directories';

/** Nodes whose runtime reads none of the agent's directories, and what the agent says. */
const unread: Record<string, [Node, string]> = {
    "k3s with the default of nodes.runtimes": [
        { mounts: snapshot("/var/lib/rancher/k3s/agent/containerd") },
        `k3s, which reads /var/lib/rancher/k3s/agent/etc/containerd/certs.d, so nothing reads ${certs}; add k3s to nodes.runtimes`,
    ],
    "RKE2 with runtimes for others": [
        { mounts: snapshot("/var/lib/rancher/rke2/agent/containerd"), roots: [certs, "/etc/docker/certs.d"] },
        `RKE2, which reads /var/lib/rancher/rke2/agent/etc/containerd/certs.d, so nothing reads ${certs} or /etc/docker/certs.d; add rke2 to nodes.runtimes`,
    ],
    "k3s with another --data-dir": [
        {
            mounts: snapshot("/data/k3s/agent/containerd"),
            roots: ["/var/lib/rancher/k3s/agent/etc/containerd/certs.d"],
        },
        "k3s, which reads /data/k3s/agent/etc/containerd/certs.d, so nothing reads /var/lib/rancher/k3s/agent/etc/containerd/certs.d; add that directory to nodes.directories",
    ],
    "CRI-O with the default of nodes.runtimes": [
        { mounts: overlay("/var/lib/containers/storage/overlay/0a/diff") },
        `CRI-O, which reads /etc/containers/certs.d, so nothing reads ${certs}; add cri-o to nodes.runtimes`,
    ],
    "Docker with the default of nodes.runtimes": [
        { mounts: docker, config: { "config.toml": 'disabled_plugins = ["cri"]\n' } },
        `Docker, which reads /etc/docker/certs.d, so nothing reads ${certs}; add docker to nodes.runtimes`,
    ],
    MicroK8s: [
        { mounts: snapshot("/var/snap/microk8s/common/var/lib/containerd") },
        `MicroK8s, which reads /var/snap/microk8s/current/args/certs.d, so nothing reads ${certs}; add that directory to nodes.directories`,
    ],
    GKE: [
        { config: { "config.toml": version2.replace(certs, "/etc/containerd/hosts.d") } },
        `containerd, which reads /etc/containerd/hosts.d, as its config.toml says, so nothing reads ${certs}; add that directory to nodes.directories`,
    ],
    k0s: [
        { mounts: snapshot("/var/lib/k0s/containerd") },
        `k0s, whose containerd reads the config_path of its files in /etc/k0s/containerd.d, so nothing reads ${certs}; name that directory in nodes.directories`,
    ],
    "containerd without a configuration": [
        {},
        `containerd, whose config.toml sets no config_path, so nothing reads ${certs}; ${advice}`,
    ],
    "containerd with an empty config_path": [
        { config: { "config.toml": version2.replace(certs, "") } },
        `containerd, whose config.toml sets no config_path, so nothing reads ${certs}; ${advice}`,
    ],
    "containerd 2.2 with the list of `containerd config default`": [
        { config: { "config.toml": list() } },
        `containerd, whose config.toml has a list of directories as config_path, which containerd 2.1 and newer do not read, so nothing reads ${certs}; ${advice}`,
    ],
    "containerd with config_path in a comment or in another table": [
        { config: { "config.toml": `# config_path = "${certs}"\n[plugins.transfer]\nconfig_path = "${certs}"\n` } },
        `containerd, whose config.toml sets no config_path, so nothing reads ${certs}; ${advice}`,
    ],
    "Canonical Kubernetes, next to the configuration of another containerd": [
        {
            mounts: snapshot("/var/snap/k8s/common/var/lib/containerd"),
            config: { "config.toml": version2.replace(certs, "/elsewhere") },
        },
        `containerd, whose configuration is not in /etc/containerd, so nothing reads ${certs}; name the directory that it reads in nodes.directories`,
    ],
    "containerd with the runtimes of other nodes": [
        { config: null, roots: ["/var/lib/rancher/k3s/agent/etc/containerd/certs.d"] },
        "containerd, so nothing reads /var/lib/rancher/k3s/agent/etc/containerd/certs.d; add containerd to nodes.runtimes",
    ],
    "containerd with nodes.directories that it does not read": [
        { config: { "config.toml": version3 }, directories: ["/etc/containerd/hosts.d"] },
        `containerd, which reads ${certs}, as its config.toml says, so nothing reads /etc/containerd/hosts.d; add containerd to nodes.runtimes`,
    ],
};

describe("nodes/runtime.sh", () => {
    const { at, write, inFolder, run } = scriptFolder();

    async function call(command: string, node: Node, list = ""): Promise<{ code: number | null; output: string }> {
        const {
            mounts = stock,
            config = {},
            directories = [],
            roots = directories.length > 0 ? directories : [certs],
        } = node;
        write("proc/self/mountinfo", mounts);
        if (config !== null) mkdirSync(at("containerd"), { recursive: true });
        for (const [file, content] of Object.entries(config ?? {})) write(`containerd/${file}`, content);
        write("agent/files/roots", roots.map((root) => `/node${root}\n`).join(""));
        write("agent/files/directories", directories.map((directory) => `${directory}\n`).join(""));
        write("agent/files/list", list);
        const runtime = inFolder("nodes/runtime.sh", "/proc/self/mountinfo");
        const started = run(`${inFolder("nodes/nodeFiles.sh")}${runtime}${command}\n`, {
            FILES: at("agent"),
            CONTAINERD: at("containerd"),
            RECORD: ".private-registry-x",
        });
        return { code: await started.ended, output: started.output() };
    }

    for (const [what, [node, says]] of Object.entries(read)) {
        it(`finds that the files are read on a node with ${what}`, async () => {
            assert.deepEqual(await call("verdict", node), { code: 0, output: `this node runs ${says}\n` });
        });
    }

    for (const [what, [node, says]] of Object.entries(unread)) {
        it(`finds that nothing reads the files on a node with ${what}`, async () => {
            assert.deepEqual(await call("verdict", node), { code: 1, output: `this node runs ${says}\n` });
        });
    }

    it("finds a later file of CRI-O that has the same host, but not as a mirror", async () => {
        const root = at("registries.conf.d");
        const file = (content: string) => `unqualified-search-registries = []\n[[registry]]\n${content}`;
        write("agent/files/file-0", '[[registry]]\nlocation = "a.example"\n');
        write("registries.conf.d/private-registry-a.example.conf", "");
        write("registries.conf.d/50-before.conf", file('prefix = "a.example"\n'));
        write(
            "registries.conf.d/zz-mirror.conf",
            file('prefix = "docker.io"\n[[registry.mirror]]\nlocation = "a.example"\n'),
        );
        write("registries.conf.d/zz-other.conf", file('location = "not-a.example"\n'));
        const list = `${root} private-registry-a.example.conf files/file-0 0644\n`;
        assert.equal((await call("shadows", {}, list)).output, "");
        write("registries.conf.d/zz-theirs.conf", file('  location = "a.example"\n'));
        assert.equal(
            (await call("shadows", {}, list)).output,
            `${root}/zz-theirs.conf comes before ${root}/private-registry-a.example.conf; remove "a.example" from it\n`,
        );
    });

    it("finds a directory that Docker reads first for a host with a port", async () => {
        const root = at("docker/certs.d");
        write("docker/certs.d/a.example_5000_/ca.crt", "theirs\n");
        const list = ["a.example:5000", "b.example:5000"].map((host) => `${root} ${host}/ca.crt x 0644\n`);
        const { output } = await call("shadows", {}, list.join(""));
        assert.equal(output, `${root}/a.example_5000_ comes before ${root}/a.example:5000; remove it\n`);
    });

    it("finds a directory that containerd reads first for a host with a port", async () => {
        const root = at("certs.d");
        write("certs.d/a.example_5000_/hosts.toml", "theirs\n");
        const list = ["a.example:5000", "b.example:5000", "a.example"].map(
            (host) => `${root} ${host}/hosts.toml x 0644\n`,
        );
        const { output } = await call("shadows", {}, list.join(""));
        assert.equal(output, `${root}/a.example_5000_ comes before ${root}/a.example:5000; remove it\n`);
    });
});
