import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ImageSettings, toolsImage } from "./images";
import { type PodAddition, podSpec, readyFileProbe, scratch, scriptResources, variables } from "./pod";
import type { Scope } from "./scope";

export interface NodeAgent {
    readonly command: string[];
    readonly env: Record<string, pulumi.Input<string>>;
    /** Linux capabilities; none by default. */
    readonly capabilities?: string[];
    readonly nodeSelector?: Record<string, pulumi.Input<string>>;
    readonly tolerations: k8s.types.input.core.v1.Toleration[];
    readonly serviceAccountName?: pulumi.Input<string>;
    /** Whether the pod is ready, once it has started. By default it is. */
    readonly readinessProbe?: k8s.types.input.core.v1.Probe;
    readonly additions: readonly PodAddition[];
}

/** Tolerates every taint. */
export const anyTaint = [{ operator: "Exists" }];

/**
 * The pod of a DaemonSet that writes to directories of its node. It runs as root, which owns the directories, without any other
 * privilege. The agent creates /tmp/ready when its node is configured, so the DaemonSet is not ready before every node is. The registry's
 * `scheduling` does not apply to agents, which run on every node that they configure.
 */
export function nodeAgent(scope: Scope, settings: ImageSettings, agent: NodeAgent): k8s.types.input.core.v1.PodSpec {
    const { command, env, capabilities, readinessProbe, additions } = agent;
    const scheduling = {
        nodeSelector: { "kubernetes.io/os": "linux", ...agent.nodeSelector },
        tolerations: agent.tolerations,
    };
    return podSpec(
        scope,
        { ...settings, scheduling },
        {
            isNodeAgent: true,
            serviceAccountName: agent.serviceAccountName,
            terminationGracePeriodSeconds: 30,
            containers: [
                {
                    name: "agent",
                    image: toolsImage,
                    command,
                    env: variables(env),
                    resources: scriptResources,
                    capabilities,
                    startupProbe: readyFileProbe,
                    readinessProbe,
                    additions: [scratch("tmp", "/tmp", "1Mi"), ...additions],
                },
            ],
        },
    );
}
