import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { unlessEmpty } from "./emptyFields";
import { pullSecretReferences } from "./images";

export interface NodeAgent {
    readonly image: pulumi.Input<string>;
    readonly command: string[];
    readonly env: Record<string, pulumi.Input<string>>;
    /** Linux capabilities; none by default. */
    readonly capabilities?: string[];
    readonly nodeSelector?: Record<string, pulumi.Input<string>>;
    readonly tolerations: k8s.types.input.core.v1.Toleration[];
    readonly imagePullSecrets?: pulumi.Input<string>[];
    readonly serviceAccountName?: pulumi.Input<string>;
    readonly mounts: k8s.types.input.core.v1.VolumeMount[];
    readonly volumes: k8s.types.input.core.v1.Volume[];
}

/** For agents of all nodes, whatever their taints. */
export const anyTaint = [{ operator: "Exists" }];

/**
 * The pod of a DaemonSet that works on folders of its node: root, because those belong to root, and nothing else. The agent
 * creates /tmp/ready when its node is done, so the DaemonSet is ready when every node is.
 */
export function nodeAgent(agent: NodeAgent): k8s.types.input.core.v1.PodSpec {
    return {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        serviceAccountName: agent.serviceAccountName,
        imagePullSecrets: pullSecretReferences(agent.imagePullSecrets),
        nodeSelector: { "kubernetes.io/os": "linux", ...agent.nodeSelector },
        tolerations: unlessEmpty(agent.tolerations),
        terminationGracePeriodSeconds: 30,
        securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
            {
                name: "agent",
                image: agent.image,
                command: agent.command,
                env: Object.entries(agent.env).map(([name, value]) => ({ name, value })),
                resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
                securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"], add: agent.capabilities },
                },
                // Asked no more once it has succeeded: a command in the pod every second would be most of the agent's work.
                startupProbe: {
                    exec: { command: ["test", "-e", "/tmp/ready"] },
                    periodSeconds: 1,
                    failureThreshold: 60,
                },
                volumeMounts: [{ name: "tmp", mountPath: "/tmp" }, ...agent.mounts],
            },
        ],
        volumes: [{ name: "tmp", emptyDir: { sizeLimit: "1Mi" } }, ...agent.volumes],
    };
}
