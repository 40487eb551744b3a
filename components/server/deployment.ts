import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../kubernetes/checksum";
import { unlessEmpty } from "../kubernetes/emptyFields";
import { mountedSecret, type PodAddition, type PodContainer, podSpec, variables } from "../kubernetes/pod";
import type { Scope } from "../kubernetes/scope";
import { configYaml, drainSeconds, inPod } from "./configYml";
import type { RunningServer, Server } from "./pods";
import { affinityFor, rollingUpdate } from "./rollout";

/**
 * Deploys the registry as a Deployment. Its pods roll when config.yml, the certificate or content that additions read at startup
 * changes: those Secrets get a new name with every change, and if the provider updates Secrets in place, the checksums change. The
 * htpasswd Secret keeps its name, because the registry reloads the file. It is mounted as a directory, because Kubernetes does not
 * update single mounted files.
 */
export function deployServer(scope: Scope, server: Server): RunningServer {
    const { scheduling, storage, certificate, additions } = server;
    const configText = pulumi
        .all([server.httpSecret, server.config])
        .apply(([httpSecret, settings]) => configYaml({ ...settings, httpSecret, isPlain: certificate === undefined }));
    const config = new k8s.core.v1.Secret(
        scope.name("config"),
        // A Secret, because it contains the key that signs upload URLs, and overrides may contain credentials.
        { metadata: scope.metadata("server"), stringData: { "config.yml": configText } },
        scope.options(),
    );
    const users = usersSecret(scope, server);
    const account = serverAccount(scope, server);
    const selector = { matchLabels: scope.selector("server") };
    // Hashed together with config.yml, whose random key protects a weak secret from brute force.
    const content = pulumi.all([configText, ...additions.flatMap((addition) => addition.content ?? [])]);
    const checksums = {
        "checksum/config": checksum(content.apply((texts) => texts.join("\n"))),
        ...(certificate?.checksum && { "checksum/certificate": certificate.checksum }),
    };
    const mounted = [
        mountedSecret("config", config.metadata.name, inPod.config),
        ...(certificate ? [mountedSecret("tls", certificate.secretName, inPod.certificate)] : []),
        users.pod,
        ...additions,
    ];
    const deployment = new k8s.apps.v1.Deployment(
        scope.name("deployment"),
        {
            metadata: scope.metadata("server"),
            spec: {
                replicas: server.replicas,
                selector,
                strategy: rollingUpdate(server.strategy),
                template: {
                    metadata: podMetadata(scope, server, checksums),
                    spec: podSpec(scope, server, {
                        serviceAccountName: account.metadata.name,
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
                        containers: [registryContainer(server, mounted)],
                    }),
                },
            },
        },
        scope.options({ dependsOn: [users.secret, ...server.after] }),
    );
    return { deploymentName: deployment.metadata.name, resource: deployment };
}

function podMetadata(scope: Scope, { additions }: Server, annotations: Record<string, pulumi.Input<string>>) {
    const { labels, ...metadata } = scope.podMetadata("server", annotations);
    return { ...metadata, labels: { ...labels, ...additionLabels(additions) } };
}

/** The labels that parts of the registry add to its pods. */
export function additionLabels(additions: Server["additions"]): Record<string, string> {
    return Object.assign({}, ...additions.map(({ labels }) => labels));
}

/** The htpasswd file, and how the pods mount it. */
export function usersSecret(scope: Scope, server: Server) {
    const name = `${server.serviceName}-htpasswd`;
    const secret = new k8s.core.v1.Secret(
        scope.name("htpasswd"),
        {
            metadata: { name, ...scope.metadata("server") },
            stringData: { htpasswd: server.htpasswd },
        },
        scope.options(),
    );
    // By its plain name: Pulumi deletes a named Secret before it replaces it, and with it what depends on its outputs.
    return { secret, pod: mountedSecret("auth", name, inPod.htpasswd) };
}

/** The pods' service account, without any permission in Kubernetes. */
export function serverAccount(scope: Scope, { additions }: Server): k8s.core.v1.ServiceAccount {
    const annotations = Object.assign({}, ...additions.map((addition) => addition.accountAnnotations));
    return new k8s.core.v1.ServiceAccount(
        scope.name("account"),
        { metadata: scope.metadata("server", annotations), automountServiceAccountToken: false },
        scope.options(),
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
