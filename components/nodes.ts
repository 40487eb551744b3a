import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, apiCredentials } from "./apiAccess";
import { mirrored, toolsImage } from "./images";
import { type Identity, marks, selectorLabels } from "./labels";
import { nodeAgent } from "./nodeAgent";
import { ContainerRuntime, type NodeFile, nodeFiles, nodeFolders } from "./nodeFiles";
import { flag, memberOf, text } from "./rules";
import { script } from "./scripts";
import { type RegistryToleration, schedulingRules } from "./server";
import type { Problem, Rules } from "./validation";

/** How the nodes come to resolve and trust the registry: a DaemonSet writes the files that their container runtime reads. */
export interface RegistryNodes {
    /** Whether the nodes are told at all. Defaults to true. */
    enabled?: boolean;
    /** The container runtimes of the cluster's nodes. Defaults to `containerd`. */
    runtimes?: ContainerRuntime[];
    /** Labels of the nodes that are told. Defaults to all Linux nodes. */
    nodeSelector?: Record<string, pulumi.Input<string>>;
    /** Taints in spite of which a node is told. Defaults to all taints. */
    tolerations?: RegistryToleration[];
}

const tolerationRules = Object.fromEntries(
    Object.entries(schedulingRules).filter(([path]) => path.startsWith("tolerations")),
);

export const nodeRules: Rules = {
    enabled: flag,
    "runtimes[]": memberOf(ContainerRuntime),
    "nodeSelector{}": text,
    ...tolerationRules,
};

export function nodeProblems(args: RegistryNodes = {}): Problem[] {
    return args.runtimes?.length === 0
        ? [
              {
                  path: "nodes.runtimes",
                  reason: "is empty; name the nodes' container runtimes, or set nodes.enabled to false",
              },
          ]
        : [];
}

export interface NodeTrust {
    readonly args: RegistryNodes;
    /** The namespace of the DaemonSet; it may hold privileged pods. */
    readonly namespace: pulumi.Input<string>;
    readonly hosts: pulumi.Output<string[]>;
    /** Address that pulls are sent to instead of the host's own, e.g. the Service's IP. */
    readonly endpoint: pulumi.Output<string> | undefined;
    readonly caCertPem: pulumi.Output<string>;
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}

/** Deploys the DaemonSet. It is ready when all nodes have the files, and takes them away when it is deleted. */
export function trustOnNodes(identity: Identity, trust: NodeTrust, parent: pulumi.Resource): k8s.apps.v1.DaemonSet {
    const runtimes = trust.args.runtimes ?? [ContainerRuntime.Containerd];
    const { namespace } = trust;
    const name = `${identity.name}-node-trust`;
    const metadata = { namespace, ...marks(identity, "node-trust") };
    const files = pulumi
        .all([trust.hosts, trust.endpoint, trust.caCertPem])
        .apply(([hosts, endpoint, caCertPem]) => agentFiles(nodeFiles(runtimes, hosts, endpoint, caCertPem)));
    const config = new k8s.core.v1.ConfigMap(`${name}-files`, { metadata, data: files }, { parent });
    // The agent asks whether its DaemonSet is being deleted, and may ask nothing else.
    const rule = { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] };
    const account = apiAccount(name, metadata, rule, parent);
    return new k8s.apps.v1.DaemonSet(
        name,
        {
            metadata: { ...metadata, name },
            spec: {
                selector: { matchLabels: selectorLabels(identity, "node-trust") },
                // The agents serve nobody, so all of them may be exchanged at once.
                updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
                template: {
                    metadata: marks(identity, "node-trust"),
                    spec: nodeAgent({
                        image: mirrored(toolsImage, trust.imageMirror),
                        imagePullSecrets: trust.imagePullSecrets,
                        command: ["/bin/sh", "/agent/files/agent.sh"],
                        env: {
                            RECORD: pulumi.interpolate`.private-registry-${namespace}-${name}`,
                            DAEMON_SET: pulumi.interpolate`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`,
                        },
                        nodeSelector: trust.args.nodeSelector,
                        tolerations: trust.args.tolerations,
                        serviceAccountName: account.name,
                        ...mounts(config.metadata.name, nodeFolders(runtimes, trust.endpoint !== undefined)),
                    }),
                },
            },
        },
        { parent, dependsOn: account.permission },
    );
}

/** The data of the agent's ConfigMap: its script, the list of files, and their contents. */
export function agentFiles(files: readonly NodeFile[]): Record<string, string> {
    const list = files.map((file, i) => `/node${file.root} ${file.path} file-${i}\n`).join("");
    const contents = Object.fromEntries(files.map((file, i) => [`file-${i}`, file.content]));
    return { "agent.sh": script("nodes.sh"), list, ...contents };
}

function mounts(configMapName: pulumi.Input<string>, folders: readonly string[]) {
    return {
        mounts: [
            { name: "files", mountPath: "/agent/files", readOnly: true },
            { name: "api", mountPath: "/agent/credentials", readOnly: true },
            ...folders.map((folder, i) => ({ name: `folder-${i}`, mountPath: `/node${folder}` })),
        ],
        volumes: [
            { name: "files", configMap: { name: configMapName } },
            { name: "api", projected: apiCredentials },
            ...folders.map((path, i) => ({ name: `folder-${i}`, hostPath: { path, type: "DirectoryOrCreate" } })),
        ],
    };
}
