import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, apiCredentials } from "../kubernetes/apiAccess";
import { mirrored, toolsImage } from "../kubernetes/images";
import { nodeAgent } from "../kubernetes/nodeAgent";
import type { RegistryToleration } from "../kubernetes/scheduling";
import { type Identity, marks, selectorLabels } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { ContainerRuntime, type NodeFile, nodeFiles, nodeFolders, type RegistryOnNodes } from "./nodeFiles";

export interface NodeDaemonSet {
    /** What of the argument `nodes` concerns the DaemonSet. */
    readonly args: {
        readonly runtimes?: ContainerRuntime[];
        readonly nodeSelector?: Record<string, pulumi.Input<string>>;
        readonly tolerations?: RegistryToleration[];
    };
    /** The namespace of the DaemonSet; it may hold privileged pods. */
    readonly namespace: pulumi.Input<string>;
    /** Without logins. */
    readonly registry: pulumi.Output<RegistryOnNodes>;
    /** One for each host, or left out when the nodes do not log in. Secret. */
    readonly logins: pulumi.Output<Record<string, string>> | undefined;
    /** Whether the registry has an endpoint, which decides what is mounted. */
    readonly isMapped: boolean;
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}

/** Deploys the DaemonSet. It is ready when all nodes have the files, and takes them away when it is deleted. */
export function deployNodeDaemonSet(identity: Identity, told: NodeDaemonSet, parent: pulumi.Resource): void {
    const runtimes = told.args.runtimes ?? [ContainerRuntime.Containerd];
    const { namespace } = told;
    const name = `${identity.name}-node-trust`;
    const metadata = { namespace, ...marks(identity, "node-trust") };
    // Which files hold a login is no secret; the logins themselves stay out of the ConfigMap.
    const known = told.registry.apply((registry) =>
        agentFiles(nodeFiles(runtimes, { ...registry, logins: told.logins && noLogins(registry.hosts) })),
    );
    const config = new k8s.core.v1.ConfigMap(
        `${name}-files`,
        { metadata, data: known.apply(({ open }) => open) },
        { parent },
    );
    const secrets =
        told.logins &&
        new k8s.core.v1.Secret(
            `${name}-logins`,
            {
                metadata,
                stringData: pulumi
                    .all([told.registry, told.logins])
                    .apply(([registry, logins]) => agentFiles(nodeFiles(runtimes, { ...registry, logins })).secret),
            },
            { parent },
        );
    // The agent asks whether its DaemonSet is being deleted, and may ask nothing else.
    const rule = { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] };
    const account = apiAccount(name, metadata, rule, parent);
    new k8s.apps.v1.DaemonSet(
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
                        image: mirrored(toolsImage, told.imageMirror),
                        imagePullSecrets: told.imagePullSecrets,
                        command: ["/bin/sh", "/agent/files/agent.sh"],
                        env: {
                            RECORD: pulumi.interpolate`.private-registry-${namespace}-${name}`,
                            DAEMON_SET: pulumi.interpolate`/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`,
                        },
                        nodeSelector: told.args.nodeSelector,
                        tolerations: told.args.tolerations,
                        serviceAccountName: account.name,
                        ...mounts(config.metadata.name, secrets?.metadata.name, nodeFolders(runtimes, told.isMapped)),
                    }),
                },
            },
        },
        { parent, dependsOn: account.permission },
    );
}

function noLogins(hosts: readonly string[]): Record<string, string> {
    return Object.fromEntries(hosts.map((host) => [host, ""]));
}

/** What the agent finds below /agent: in a ConfigMap its script, the lists and the files, but in a Secret those with a password. */
export function agentFiles(files: readonly NodeFile[]) {
    const keys = files.map((file, i) => (file.isSecret ? `hosts.toml-${i}` : `file-${i}`));
    const list = files.map(({ root, path, isSecret }, i) =>
        [`/node${root}`, path, `${isSecret ? "secrets" : "files"}/${keys[i]}`, isSecret ? "0600" : "0644"].join(" "),
    );
    const roots = [...new Set(files.map(({ root }) => `/node${root}`))];
    const lines = (all: string[]) => all.map((line) => `${line}\n`).join("");
    const contents = (isSecret: boolean): Record<string, string> =>
        Object.fromEntries(
            files.flatMap((file, i) => (file.isSecret === isSecret ? [[keys[i], file.content] as const] : [])),
        );
    return {
        open: {
            "agent.sh": shellScript(__dirname, "nodeFiles.sh") + shellScript(__dirname, "daemonSet.sh"),
            list: lines(list),
            roots: lines(roots),
            ...contents(false),
        },
        secret: contents(true),
    };
}

function mounts(
    configMapName: pulumi.Input<string>,
    secretName: pulumi.Input<string> | undefined,
    folders: readonly string[],
) {
    const secrets =
        secretName === undefined
            ? { mounts: [], volumes: [] }
            : {
                  mounts: [{ name: "secrets", mountPath: "/agent/secrets", readOnly: true }],
                  volumes: [{ name: "secrets", secret: { secretName, defaultMode: 0o400 } }],
              };
    return {
        mounts: [
            { name: "files", mountPath: "/agent/files", readOnly: true },
            ...secrets.mounts,
            { name: "api", mountPath: "/agent/credentials", readOnly: true },
            ...folders.map((folder, i) => ({ name: `folder-${i}`, mountPath: `/node${folder}` })),
        ],
        volumes: [
            { name: "files", configMap: { name: configMapName } },
            ...secrets.volumes,
            { name: "api", projected: apiCredentials },
            ...folders.map((path, i) => ({ name: `folder-${i}`, hostPath: { path, type: "DirectoryOrCreate" } })),
        ],
    };
}
