import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { labels } from "../arguments/labels";
import { boolean, memberOf, nodeDirectory } from "../arguments/rules";
import { fields, listOf, nonEmptyListOf, plain } from "../arguments/shapes";
import { createImageCredentials } from "../kubernetes/images";
import { createNamespace } from "../kubernetes/namespace";
import { anyTaint } from "../kubernetes/nodeAgent";
import { type RegistryToleration, tolerationProblems, tolerationRules } from "../kubernetes/scheduling";
import type { Scope } from "../kubernetes/scope";
import { type DaemonSetSettings, deployNodeDaemonSet, type NodeConfig } from "./daemonSet";
import { authenticatingRuntimes, ContainerRuntime, directoryProblems } from "./nodeFiles";
import { configureNodesOverSsh, type SshNode, sshNodeProblems, sshNodeRules, sshRuntimes } from "./ssh";

/**
 * How nodes are configured to resolve and trust the registry: a DaemonSet writes the container runtime's files on the cluster's nodes,
 * and `pulumi up` writes them on the machines in `ssh` over SSH.
 */
export interface RegistryNodes {
    /** Whether to configure nodes at all. Defaults to true. */
    enabled?: boolean;
    /** Whether a DaemonSet configures the cluster's nodes. Set it to false if no pod may write to a node. Defaults to true. */
    daemonSet?: boolean;
    /**
     * Container runtimes of the nodes that the DaemonSet configures. Defaults to `containerd`, or to none if `directories` is set. A
     * pod of the DaemonSet is not ready on a node whose runtime reads none of the directories.
     */
    runtimes?: ContainerRuntime[];
    /**
     * Further directories on those nodes that containerd reads (`config_path` of its config.toml), e.g. `/etc/containerd/hosts.d` on GKE
     * or `/var/snap/microk8s/current/args/certs.d` on MicroK8s. They get `<host>/hosts.toml` and `<host>/ca.crt`. Defaults to none.
     */
    directories?: string[];
    /** Node selector of the DaemonSet. Defaults to all Linux nodes. */
    nodeSelector?: Record<string, pulumi.Input<string>>;
    /** Tolerations of the DaemonSet. By default it tolerates every taint. */
    tolerations?: RegistryToleration[];
    /** Machines that `pulumi up` configures over SSH, in addition to the DaemonSet or instead of it. Defaults to none. */
    ssh?: SshNode[];
    /**
     * Whether nodes log in as the machine user of the pull secrets, so that no namespace needs a pull secret. Every pod in the cluster
     * can then pull every image in the registry. Needs `containerd`, `k3s` or `rke2`. Defaults to false.
     */
    authenticate?: boolean;
}

export const nodeRules = fields<RegistryNodes>({
    enabled: plain(boolean),
    daemonSet: plain(boolean),
    runtimes: nonEmptyListOf(
        plain(memberOf(ContainerRuntime)),
        "is empty; list the nodes' container runtimes, or set nodes.enabled to false",
    ),
    directories: listOf(plain(nodeDirectory)),
    nodeSelector: labels,
    tolerations: listOf(tolerationRules),
    ssh: listOf(sshNodeRules),
    authenticate: plain(boolean),
});

export function nodeProblems(args: RegistryNodes = {}): Problem[] {
    return [
        ...sshNodeProblems(args.ssh),
        ...tolerationProblems("nodes.tolerations", args.tolerations),
        ...(args.enabled === false ? disabledProblems(args) : daemonSetProblems(args)),
        ...directoryProblems("nodes.directories", args.directories),
        ...(args.authenticate === true ? loginProblems(args) : []),
    ];
}

/** Arguments that have no effect while nodes are not configured. */
function disabledProblems(args: RegistryNodes): Problem[] {
    const reason = "has no effect while nodes.enabled is false; remove one of the two";
    const ineffective = (["daemonSet", "ssh", "authenticate"] as const).filter((field) => args[field]);
    return ineffective.map((field) => ({ path: `nodes.${field}`, reason }));
}

function daemonSetProblems(args: RegistryNodes): Problem[] {
    if (args.daemonSet !== false) return [];
    if (!args.ssh?.length) {
        const reason =
            "leaves no way to configure the nodes; list machines in nodes.ssh, or set nodes.enabled to false";
        return [{ path: "nodes.daemonSet", reason }];
    }
    const reason = "is for the DaemonSet, which nodes.daemonSet disables; remove one of the two";
    const idle = (["runtimes", "directories", "nodeSelector", "tolerations"] as const).filter(
        (field) => args[field] !== undefined,
    );
    return idle.map((field) => ({ path: `nodes.${field}`, reason }));
}

/** Runtimes that cannot store a login for a single registry. */
function loginProblems({ runtimes = [], ssh = [] }: RegistryNodes): Problem[] {
    const reason = "cannot store a login for a single registry; use pull secrets there, without nodes.authenticate";
    const cannotLogIn = (runtime: ContainerRuntime) => !authenticatingRuntimes.includes(runtime);
    return [
        ...runtimes.flatMap((runtime, i) =>
            cannotLogIn(runtime) ? [{ path: `nodes.runtimes[${i}]`, reason: `${runtime} ${reason}` }] : [],
        ),
        ...ssh
            .map(sshRuntimes)
            .flatMap((own, i) =>
                own.length > 0 && own.every(cannotLogIn)
                    ? [{ path: `nodes.ssh[${i}].runtimes`, reason: `${own.join(" and ")} ${reason}` }]
                    : [],
            ),
    ];
}

/** The arguments with every default. */
export interface NodeSettings extends Omit<RegistryNodes, "enabled"> {
    /** Whether there is something to configure on the nodes: a CA to trust, or a login. */
    readonly isConfigured: boolean;
    /** Whether a DaemonSet configures them. */
    readonly daemonSet: boolean;
    readonly runtimes: ContainerRuntime[];
    readonly directories: string[];
    readonly tolerations: RegistryToleration[];
    readonly ssh: SshNode[];
    readonly authenticate: boolean;
}

/** `hasCa`: whether there is a CA certificate that the nodes should trust. */
export function nodeSettings(args: RegistryNodes | undefined, hasCa: boolean): NodeSettings {
    const { enabled = true, daemonSet = true, authenticate = false, ...others } = args ?? {};
    const isConfigured = enabled && (hasCa || authenticate);
    return {
        runtimes: others.directories?.length ? [] : [ContainerRuntime.Containerd],
        directories: [],
        tolerations: anyTaint,
        ssh: [],
        ...others,
        authenticate,
        isConfigured,
        daemonSet: isConfigured && daemonSet,
    };
}

export function nodeTrustProblems(nodes: RegistryNodes | undefined, hasCa: boolean): Problem[] {
    if (!isIdle(nodes, hasCa)) return [];
    const reason = "has no effect, because nodes already trust this certificate; set its caCertPem, or remove nodes";
    return [{ path: "nodes", reason }];
}

/** The arguments for the namespaces of a registry and of its DaemonSet. */
interface NodeNamespaceArgs {
    readonly nodeNamespace?: pulumi.Input<string>;
    readonly createNamespace?: boolean;
    readonly createNodeNamespace?: boolean;
}

/** The namespaces have different Pod Security levels, so they can be the same only if the component creates neither of them. */
export function nodeNamespaceProblems(namespace: pulumi.Input<string>, args: NodeNamespaceArgs): Problem[] {
    const { nodeNamespace, createNamespace, createNodeNamespace } = args;
    const createsNeither = createNamespace === false && createNodeNamespace === false;
    if (nodeNamespace !== namespace || createsNeither) return [];
    const reason =
        "is the registry's namespace, whose Pod Security level `restricted` rejects pods that write to nodes; name another namespace";
    return [{ path: "nodeNamespace", reason }];
}

/** Whether the arguments ask to configure the nodes, but there is nothing to configure. */
export function isIdle(args: RegistryNodes | undefined, hasCa: boolean): boolean {
    return args !== undefined && args.enabled !== false && !nodeSettings(args, hasCa).isConfigured;
}

/** The settings of a RegistryAccess that its nodes depend on. */
export interface NodeConfigSettings extends DaemonSetSettings {
    readonly nodes: NodeSettings;
    /** Whether to create the scope's namespace, which only the DaemonSet needs. */
    readonly createNodeNamespace: boolean;
    readonly imageDockerConfigJson: pulumi.Input<string> | undefined;
}

/** Makes the nodes resolve and trust the registry and, with `authenticate`, log in. */
export function configureNodes(scope: Scope, settings: NodeConfigSettings, nodeConfig: NodeConfig): void {
    const { isConfigured, daemonSet, ssh } = settings.nodes;
    if (!isConfigured) return;
    if (daemonSet) {
        const namespace = settings.createNodeNamespace
            ? createNamespace(scope, "node-namespace", scope.namespace, "privileged")
            : scope.namespace;
        const onNodes = scope.inNamespace(namespace);
        const secrets = createImageCredentials(onNodes, "image-credentials", settings.imageDockerConfigJson);
        deployNodeDaemonSet(scope.inNamespace(namespace, secrets), settings, nodeConfig);
    }
    const withLogins = pulumi
        .all([nodeConfig.registry, nodeConfig.logins])
        .apply(([registry, logins]) => ({ ...registry, logins }));
    configureNodesOverSsh(scope, ssh, withLogins);
}
