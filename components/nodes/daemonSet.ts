import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, mountedCredentials } from "../kubernetes/apiAccess";
import { configMapByContent, secretByContent } from "../kubernetes/contentNamed";
import type { ImageSettings } from "../kubernetes/images";
import { nodeAgent } from "../kubernetes/nodeAgent";
import { mounted, mountedReadOnly, mountedSecret, type PodAddition } from "../kubernetes/pod";
import type { RegistryToleration } from "../kubernetes/scheduling";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import {
    ContainerRuntime,
    type NodeFile,
    type NodePlaces,
    nodeFiles,
    nodeFolders,
    type RegistryOnNodes,
} from "./nodeFiles";

/** The settings of a RegistryAccess that the DaemonSet depends on. */
export interface DaemonSetSettings extends ImageSettings {
    readonly nodes: NodePlaces & {
        readonly nodeSelector?: Record<string, pulumi.Input<string>>;
        readonly tolerations: RegistryToleration[];
    };
    /** With an endpoint, CRI-O needs a second directory to be mounted. */
    readonly endpoint: unknown;
}

/** The configuration that is written to the nodes. */
export interface NodeConfig {
    /** Without logins. */
    readonly registry: pulumi.Output<RegistryOnNodes>;
    /** Logins by host; undefined if nodes do not log in. Secret. */
    readonly logins: pulumi.Output<Record<string, string>> | undefined;
}

/**
 * Deploys the DaemonSet into the scope's namespace, which must admit privileged pods. It is ready when the container runtime of every
 * node reads the files. When it is deleted, it removes them, and puts back what was there before.
 */
export function deployNodeDaemonSet(scope: Scope, settings: DaemonSetSettings, nodeConfig: NodeConfig): void {
    const { nodeSelector, tolerations, ...places } = settings.nodes;
    const { namespace } = scope;
    const name = scope.name("node-trust");
    // Which files contain a login is not secret. The logins themselves are not in the ConfigMap.
    const folders = nodeFolders(places, settings.endpoint !== undefined);
    const files = nodeConfig.registry.apply((registry) =>
        agentFiles(
            nodeFiles(places, { ...registry, logins: nodeConfig.logins && noLogins(registry.hosts) }),
            folders,
            places.directories,
        ),
    );
    const openFiles = files.apply(({ open }) => open);
    const configName = configMapByContent(scope, "node-trust-files", "node-trust", openFiles);
    const secretFiles =
        nodeConfig.logins &&
        pulumi
            .all([nodeConfig.registry, nodeConfig.logins])
            .apply(([registry, logins]) => agentFiles(nodeFiles(places, { ...registry, logins })).secret);
    const secretName = secretFiles && secretByContent(scope, "node-trust-logins", "node-trust", secretFiles).name;
    // The agent checks whether its DaemonSet is being deleted, and may request nothing else.
    const rule = { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] };
    const account = apiAccount(scope, "node-trust", [rule]);
    new k8s.apps.v1.DaemonSet(
        name,
        {
            metadata: scope.metadata(name, "node-trust"),
            spec: {
                selector: { matchLabels: scope.selector("node-trust") },
                // The agents serve no requests, so all of them can be replaced at the same time.
                updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
                template: {
                    metadata: scope.podMetadata("node-trust"),
                    spec: nodeAgent(scope, settings, {
                        command: ["/bin/sh", "/agent/files/agent.sh"],
                        env: {
                            RECORD: pulumi.interpolate`.private-registry-${namespace}-${name}`,
                            DAEMON_SET: pulumi.interpolate`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`,
                        },
                        nodeSelector,
                        tolerations,
                        serviceAccountName: account.name,
                        readinessProbe: statusProbe,
                        additions: [...agentFolders(configName, secretName, folders), ...containerdConfig(places)],
                    }),
                },
            },
        },
        scope.objectOptions({ dependsOn: account.permission }),
    );
}

const agentScripts = ["nodeFiles.sh", "runtime.sh", "daemonSet.sh"];

function noLogins(hosts: readonly string[]): Record<string, string> {
    return Object.fromEntries(hosts.map((host) => [host, ""]));
}

/** Whether the node's container runtime reads the agent's files. The kubelet's event has what the agent found. */
const statusProbe = {
    exec: { command: ["/bin/sh", "-c", "cat /tmp/status; test -e /tmp/read"] },
    periodSeconds: 30,
    timeoutSeconds: 5,
};

/** Mounts containerd's configuration, which says which directories it reads, if the agent writes any of them. */
function containerdConfig({ runtimes, directories = [] }: NodePlaces): PodAddition[] {
    if (!runtimes.includes(ContainerRuntime.Containerd) && directories.length === 0) return [];
    const hostPath = { path: "/etc/containerd", type: "DirectoryOrCreate" };
    return [mountedReadOnly({ name: "containerd", hostPath }, "/agent/containerd")];
}

/**
 * The content of /agent: in a ConfigMap the script, the lists and the files without a login; in a Secret the files with one. `folders`
 * includes directories in which only an earlier configuration had files, which the agent removes.
 */
export function agentFiles(
    files: readonly NodeFile[],
    folders: readonly string[] = [],
    directories: readonly string[] = [],
) {
    const keys = files.map((file, i) => (file.isSecret ? `hosts.toml-${i}` : `file-${i}`));
    const list = files.map(({ root, path, isSecret }, i) =>
        [`/node${root}`, path, `${isSecret ? "secrets" : "files"}/${keys[i]}`, isSecret ? "0600" : "0644"].join(" "),
    );
    const roots = [...new Set([...folders, ...files.map(({ root }) => root)])].map((root) => `/node${root}`);
    const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");
    const contents = (isSecret: boolean): Record<string, string> =>
        Object.fromEntries(
            files.flatMap((file, i) => (file.isSecret === isSecret ? [[keys[i], file.content] as const] : [])),
        );
    return {
        open: {
            "agent.sh": agentScripts.map((script) => shellScript(__dirname, script)).join(""),
            list: lines(list),
            roots: lines(roots),
            directories: lines(directories),
            ...contents(false),
        },
        secret: contents(true),
    };
}

/** Mounts the agent's files, its credentials and the node's directories. */
function agentFolders(
    configMapName: pulumi.Input<string>,
    secretName: pulumi.Input<string> | undefined,
    folders: readonly string[],
): PodAddition[] {
    return [
        mountedReadOnly({ name: "files", configMap: { name: configMapName } }, "/agent/files"),
        ...(secretName === undefined
            ? []
            : [mountedSecret("secrets", secretName, "/agent/secrets", { defaultMode: 0o400 })]),
        mountedCredentials("api", "/agent/credentials"),
        ...folders.map((path, i) =>
            mounted({ name: `folder-${i}`, hostPath: { path, type: "DirectoryOrCreate" } }, `/node${path}`),
        ),
    ];
}
