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
    readonly additions: readonly PodAddition[];
}

/** For agents of all nodes, whatever their taints. */
export const anyTaint = [{ operator: "Exists" }];

/**
 * The pod of a DaemonSet that works on folders of its node: root, because those belong to root, and nothing else. The agent
 * creates /tmp/ready when its node is done, so the DaemonSet is ready when every node is. The registry's `scheduling` is not for
 * agents, which run on every node that they configure.
 */
export function nodeAgent(scope: Scope, settings: ImageSettings, agent: NodeAgent): k8s.types.input.core.v1.PodSpec {
    const { command, env, capabilities, additions } = agent;
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
                    additions: [scratch("tmp", "/tmp", "1Mi"), ...additions],
                },
            ],
        },
    );
}
