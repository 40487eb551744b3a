import * as fs from "node:fs";
import * as path from "node:path";
import type { Cluster } from "./cluster";
import { kubeconfig } from "./kubeconfig";
import { containerdConfiguration, kubeletConfiguration, networkConfiguration } from "./nodeConfiguration";
import { createAuthority, createKey, type Identity, issue, type KeyPair } from "./pki";
import { apiServiceAddress, dnsServiceAddress, type NodePlan } from "./plan";
import { nodeFolder } from "./settings";

/** The files of a sandbox's nodes: each node's /etc/kubernetes, and the administrator's kubeconfig. */
export class NodeFiles {
    private constructor(
        private readonly cluster: Cluster,
        private readonly authority: KeyPair,
    ) {}

    /** Reads the sandbox's CA, or creates it at the first start. */
    static async open(cluster: Cluster): Promise<NodeFiles> {
        const authority = await ensurePair(path.join(cluster.folder, "ca"), () =>
            createAuthority(`private-registry sandbox ${cluster.name}`),
        );
        return new NodeFiles(cluster, authority);
    }

    /** Writes the keys and the kubeconfig of an administrator. */
    async writeAdministrator(): Promise<void> {
        const pair = await this.ensurePair(path.join(this.cluster.folder, "admin"), {
            commonName: "admin",
            organization: "system:masters",
        });
        write(path.join(this.cluster.folder, "kubeconfig"), this.kubeconfig("admin", pair));
    }

    /** Writes the files of the node's programs. Existing keys are kept; configuration is written again. */
    async writeNode(node: NodePlan, pauseImage: string): Promise<void> {
        const folder = path.join(nodeFolder(this.cluster.folder, node.number), "kubernetes");
        write(path.join(folder, "ca.crt"), this.authority.certificate);
        write(path.join(folder, "kubelet.yaml"), kubeletConfiguration(node));
        write(path.join(folder, "containerd.toml"), containerdConfiguration(pauseImage));
        write(path.join(folder, "cni", "pods.conflist"), networkConfiguration(node));
        write(path.join(folder, "resolv.conf"), `nameserver ${dnsServiceAddress}\n`);
        await this.ensurePair(path.join(folder, "kubelet-server"), {
            commonName: `system:node:${node.name}`,
            organization: "system:nodes",
            serverNames: { dns: [node.name], ip: [node.address] },
        });
        await this.ensureKubeconfig(path.join(folder, "kubelet.kubeconfig"), {
            commonName: `system:node:${node.name}`,
            organization: "system:nodes",
        });
        await this.ensureKubeconfig(path.join(folder, "kube-proxy.kubeconfig"), { commonName: "system:kube-proxy" });
        if (node.number === 1) await this.writeControlPlane(folder);
    }

    private async writeControlPlane(folder: string): Promise<void> {
        write(path.join(folder, "ca.key"), this.authority.key);
        await ensureFile(path.join(folder, "service-accounts.key"), createKey);
        await this.ensurePair(path.join(folder, "kube-apiserver"), {
            commonName: "kube-apiserver",
            serverNames: {
                dns: [
                    "kubernetes",
                    "kubernetes.default",
                    "kubernetes.default.svc",
                    "kubernetes.default.svc.cluster.local",
                    "localhost",
                ],
                ip: [apiServiceAddress, this.cluster.network.apiServer, "127.0.0.1"],
            },
        });
        await this.ensurePair(path.join(folder, "kubelet-client"), {
            commonName: "kube-apiserver-kubelet-client",
            organization: "system:masters",
        });
        for (const name of ["kube-controller-manager", "kube-scheduler"]) {
            await this.ensureKubeconfig(path.join(folder, `${name}.kubeconfig`), { commonName: `system:${name}` });
        }
    }

    private ensurePair(file: string, identity: Identity): Promise<KeyPair> {
        return ensurePair(file, () => issue(this.authority, identity));
    }

    private async ensureKubeconfig(file: string, identity: Identity): Promise<void> {
        await ensureFile(file, async () => this.kubeconfig(identity.commonName, await issue(this.authority, identity)));
    }

    private kubeconfig(user: string, pair: KeyPair): string {
        const server = `https://${this.cluster.network.apiServer}:6443`;
        return kubeconfig(`private-registry-${this.cluster.name}`, server, this.authority.certificate, user, pair);
    }
}

/** Reads FILE.crt and FILE.key, or creates them if one is missing. */
async function ensurePair(file: string, make: () => Promise<KeyPair>): Promise<KeyPair> {
    const [certificate, key] = [`${file}.crt`, `${file}.key`];
    if (!fs.existsSync(certificate) || !fs.existsSync(key)) {
        const pair = await make();
        write(key, pair.key);
        write(certificate, pair.certificate);
    }
    return { certificate: fs.readFileSync(certificate, "utf8"), key: fs.readFileSync(key, "utf8") };
}

async function ensureFile(file: string, make: () => Promise<string>): Promise<void> {
    if (!fs.existsSync(file)) write(file, await make());
}

/** Writes a file that only root can read, atomically. */
function write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(`${file}.new`, content, { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
}
