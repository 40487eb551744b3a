import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { boolean, memberOf, string } from "../arguments/rules";
import { fields, listOf, mapOf, nonEmptyListOf, plain } from "../arguments/shapes";
import { createNamespace } from "../kubernetes/namespace";
import { anyTaint } from "../kubernetes/nodeAgent";
import { type RegistryToleration, tolerationRules } from "../kubernetes/scheduling";
import type { Scope } from "../kubernetes/scope";
import { type DaemonSetSettings, deployNodeDaemonSet, type NodeConfig } from "./daemonSet";
import { authenticatingRuntimes, ContainerRuntime } from "./nodeFiles";
import { configureNodesOverSsh, defaultSshRuntimes, type SshNode, sshNodeProblems, sshNodeRules } from "./ssh";

/**
 * How the nodes come to resolve and trust the registry: a DaemonSet writes the files that their container runtime reads, and the
 * machines of `ssh` get them over SSH.
 */
export interface RegistryNodes {
    /** Whether the nodes are told at all. Defaults to true. */
    enabled?: boolean;
    /** Whether a DaemonSet tells the cluster's nodes. Set it to false where no pod may write on a node. Defaults to true. */
    daemonSet?: boolean;
    /** The container runtimes of the nodes that the DaemonSet tells. Defaults to `containerd`. */
    runtimes?: ContainerRuntime[];
    /** Labels of the nodes that the DaemonSet tells. Defaults to all Linux nodes. */
    nodeSelector?: Record<string, pulumi.Input<string>>;
    /** Taints in spite of which the DaemonSet tells a node. Defaults to all taints. */
    tolerations?: RegistryToleration[];
    /** Machines that are told over SSH, beside the DaemonSet or instead of it. Defaults to none. */
    ssh?: SshNode[];
    /**
     * Whether the nodes log in by themselves, with the user of the pull secrets, so that no namespace needs one. Every pod of the
     * cluster can then pull every image of the registry. Needs `containerd`, `k3s` or `rke2`. Defaults to false.
     */
    authenticate?: boolean;
}

export const nodeRules = fields<RegistryNodes>({
    enabled: plain(boolean),
    daemonSet: plain(boolean),
    runtimes: nonEmptyListOf(
        plain(memberOf(ContainerRuntime)),
        "is empty; name the nodes' container runtimes, or set nodes.enabled to false",
    ),
    nodeSelector: mapOf(string),
    tolerations: listOf(tolerationRules),
    ssh: listOf(sshNodeRules),
    authenticate: plain(boolean),
});

export function nodeProblems(args: RegistryNodes = {}): Problem[] {
    return [
        ...sshNodeProblems(args.ssh),
        ...(args.enabled === false ? disabledProblems(args) : daemonSetProblems(args)),
        ...(args.authenticate === true ? loginProblems(args) : []),
    ];
}

/** What asks for nodes to be told although none is. */
function disabledProblems(args: RegistryNodes): Problem[] {
    const reason = "does nothing while nodes.enabled is false; remove one of the two";
    const asking = (["daemonSet", "ssh", "authenticate"] as const).filter((field) => args[field]);
    return asking.map((field) => ({ path: `nodes.${field}`, reason }));
}

function daemonSetProblems(args: RegistryNodes): Problem[] {
    if (args.daemonSet !== false) return [];
    if (!args.ssh?.length) {
        const reason = "leaves nobody who tells the nodes; name machines in nodes.ssh, or set nodes.enabled to false";
        return [{ path: "nodes.daemonSet", reason }];
    }
    const reason = "is for the DaemonSet, which nodes.daemonSet turns off; remove one of the two";
    const idle = (["runtimes", "nodeSelector", "tolerations"] as const).filter((field) => args[field] !== undefined);
    return idle.map((field) => ({ path: `nodes.${field}`, reason }));
}

/** Nodes whose runtimes have no place for a login. */
function loginProblems({ runtimes = [], ssh = [] }: RegistryNodes): Problem[] {
    const reason = "no place for a login of one registry only; use pull secrets there, without nodes.authenticate";
    const cannot = (runtime: ContainerRuntime) => !authenticatingRuntimes.includes(runtime);
    return [
        ...runtimes.flatMap((runtime, i) =>
            cannot(runtime) ? [{ path: `nodes.runtimes[${i}]`, reason: `${runtime} has ${reason}` }] : [],
        ),
        ...ssh.flatMap(({ runtimes: own = defaultSshRuntimes }, i) =>
            own.length > 0 && own.every(cannot)
                ? [{ path: `nodes.ssh[${i}].runtimes`, reason: `${own.join(" and ")} have ${reason}` }]
                : [],
        ),
    ];
}

/** The arguments with every default. */
export interface NodeSettings extends Omit<RegistryNodes, "enabled"> {
    /** Whether there is something to configure on the nodes: a CA to trust, or a login. */
    readonly isConfigured: boolean;
    /** Whether a DaemonSet does that. */
    readonly daemonSet: boolean;
    readonly runtimes: ContainerRuntime[];
    readonly tolerations: RegistryToleration[];
    readonly ssh: SshNode[];
    readonly authenticate: boolean;
}

/** `hasCa`: whether there is a CA certificate that the nodes should trust. */
export function nodeSettings(args: RegistryNodes | undefined, hasCa: boolean): NodeSettings {
    const { enabled = true, daemonSet = true, authenticate = false, ...others } = args ?? {};
    const isConfigured = enabled && (hasCa || authenticate);
    return {
        runtimes: [ContainerRuntime.Containerd],
        tolerations: anyTaint,
        ssh: [],
        ...others,
        authenticate,
        isConfigured,
        daemonSet: isConfigured && daemonSet,
    };
}

/** Whether the arguments ask to configure the nodes, but there is nothing to configure. */
export function isIdle(args: RegistryNodes | undefined, hasCa: boolean): boolean {
    return args !== undefined && args.enabled !== false && !nodeSettings(args, hasCa).isConfigured;
}

/** The settings of a RegistryAccess that its nodes need. */
export interface NodeConfigSettings extends DaemonSetSettings {
    readonly nodes: NodeSettings;
    /** Whether the scope's namespace, which only the DaemonSet needs, is created here. */
    readonly createNodeNamespace: boolean;
}

/** Makes the nodes resolve and trust the registry and, with `authenticate`, log in. */
export function configureNodes(scope: Scope, settings: NodeConfigSettings, nodeConfig: NodeConfig): void {
    const { isConfigured, daemonSet, ssh } = settings.nodes;
    if (!isConfigured) return;
    if (daemonSet) {
        const namespace = settings.createNodeNamespace
            ? createNamespace(scope, "node-namespace", scope.namespace, "privileged")
            : scope.namespace;
        deployNodeDaemonSet(scope.inNamespace(namespace), settings, nodeConfig);
    }
    const withLogins = pulumi
        .all([nodeConfig.registry, nodeConfig.logins])
        .apply(([registry, logins]) => ({ ...registry, logins }));
    configureNodesOverSsh(scope, ssh, withLogins);
}
