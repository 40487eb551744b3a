import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { secretByContent } from "../kubernetes/contentNamed";
import { unlessEmpty } from "../kubernetes/emptyFields";
import { mountedSecret, type PodAddition, type PodContainer, podSpec, variables } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { configYaml, drainSeconds, inPod } from "./configYml";
import type { RunningServer, Server } from "./pods";
import { affinityFor, rollingUpdate } from "./rollout";

/**
 * Deploys the registry as a Deployment. Its pods roll when config.yml, the certificate or content that additions read at startup
 * changes, because those Secrets get a new name with every change. The htpasswd Secret keeps its name, because the registry reloads the
 * file. It is mounted as a directory, because Kubernetes does not update single mounted files.
 */
export function deployServer(scope: Scope, server: Server): RunningServer {
    const { scheduling, storage, certificate, additions } = server;
    const configText = pulumi
        .all([server.httpSecret, server.config])
        .apply(([httpSecret, settings]) => configYaml({ ...settings, httpSecret, isPlain: certificate === undefined }));
    // A Secret, because it contains the key that signs upload URLs, and overrides may contain credentials.
    const config = secretByContent(scope, "config", "server", { "config.yml": configText });
    const users = usersSecret(scope, server);
    const selector = { matchLabels: scope.selector("server") };
    const mounted = [
        mountedSecret("config", config.name, inPod.config),
        ...(certificate ? [mountedSecret("tls", certificate.secretName, inPod.certificate)] : []),
        users.pod,
        ...additions,
    ];
    const deployment = new k8s.apps.v1.Deployment(
        scope.name("deployment"),
        {
            metadata: scope.metadata(scope.objectName("deployment"), "server"),
            spec: {
                replicas: server.replicas,
                selector,
                strategy: rollingUpdate(server.strategy),
                template: {
                    metadata: podMetadata(scope, server),
                    spec: podSpec(scope, server, {
                        serviceAccountName: server.accountName,
                        affinity: affinityFor(scheduling.affinity, storage.mounting, selector),
                        topologySpreadConstraints: unlessEmpty(
                            scheduling.topologySpread?.map((given) =>
                                pulumi
                                    .output(given)
                                    .apply((constraint) => ({ labelSelector: selector, ...constraint })),
                            ),
                        ),
                        // Longer than the preStop sleep and the drain timeout together.
                        terminationGracePeriodSeconds: drainSeconds + 15,
                        initContainers: server.initContainers,
                        containers: [registryContainer(server, mounted)],
                    }),
                },
            },
        },
        scope.fixedOptions({ dependsOn: [users.secret, ...server.after] }),
    );
    return { deploymentName: deployment.metadata.name, resource: deployment };
}

function podMetadata(scope: Scope, { additions }: Server) {
    const { labels, ...metadata } = scope.podMetadata("server");
    return { ...metadata, labels: { ...labels, ...additionLabels(additions) } };
}

/** The labels that parts of the registry add to its pods. */
export function additionLabels(additions: Server["additions"]): Record<string, string> {
    return Object.assign({}, ...additions.map(({ labels }) => labels));
}

/** The annotations that parts of the registry add to the service account of its pods. */
export function accountAnnotations(additions: Server["additions"]): Record<string, pulumi.Input<string>> {
    return Object.assign({}, ...additions.map((addition) => addition.accountAnnotations));
}

/** The htpasswd file, and how the pods mount it. */
export function usersSecret(scope: Scope, server: Server) {
    const name = `${server.serviceName}-htpasswd`;
    const secret = new k8s.core.v1.Secret(
        scope.name("htpasswd"),
        {
            metadata: scope.metadata(name, "server"),
            stringData: { htpasswd: server.htpasswd },
        },
        scope.objectOptions(),
    );
    // By its plain name: Pulumi deletes a named Secret before it replaces it, and with it what depends on its outputs.
    return { secret, pod: mountedSecret("auth", name, inPod.htpasswd) };
}

/** The pods' service account, without any permission in Kubernetes. */
export function serverAccount(scope: Scope, additions: Server["additions"]): k8s.core.v1.ServiceAccount {
    return new k8s.core.v1.ServiceAccount(
        scope.name("account"),
        {
            metadata: scope.metadata(scope.objectName("account"), "server", accountAnnotations(additions)),
            automountServiceAccountToken: false,
        },
        scope.fixedOptions(),
    );
}

/** Disables OpenTelemetry tracing. */
export const serverEnv = variables({ OTEL_TRACES_EXPORTER: "none" });

function registryContainer(server: Server, additions: readonly PodAddition[]): PodContainer {
    const port = server.certificate ? "https" : "http";
    return {
        name: "registry",
        image: server.image,
        // An explicit path, because versions 2 and 3 have different default paths.
        command: ["/bin/registry", "serve", `${inPod.config}/config.yml`],
        env: serverEnv,
        ports: [
            { name: port, containerPort: inPod.port },
            { name: "metrics", containerPort: inPod.debugPort },
        ],
        resources: server.resources,
        startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 60 },
        // 503 while the storage fails: the pod gets no traffic, but no restart either, which would not help.
        readinessProbe: { httpGet: { path: "/", port, scheme: port.toUpperCase() }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port }, periodSeconds: 20 },
        // Endpoints are updated with a delay, so a terminating pod must keep serving until every node has the update.
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        additions,
    };
}
