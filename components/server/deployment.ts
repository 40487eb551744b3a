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
 * The Deployment. Its pods roll when config.yml, the certificate or content that the additions read at startup changes: those
 * Secrets get another name with every change, and the checksums change too where the provider updates Secrets in place. The
 * htpasswd Secret keeps its name, because the registry reloads the file. It is mounted as a folder, because Kubernetes never
 * updates single files.
 */
export function deployServer(scope: Scope, server: Server): RunningServer {
    const { scheduling, storage, certificate, additions } = server;
    const configText = pulumi
        .all([server.httpSecret, server.config])
        .apply(([httpSecret, settings]) => configYaml({ ...settings, httpSecret, isPlain: certificate === undefined }));
    const config = new k8s.core.v1.Secret(
        scope.name("config"),
        // A Secret, because it holds the key that signs upload addresses, and overrides may hold credentials.
        { metadata: scope.metadata("server"), stringData: { "config.yml": configText } },
        { parent: scope.parent },
    );
    const users = usersSecret(scope, server);
    const account = serverAccount(scope, server);
    const selector = { matchLabels: scope.selector("server") };
    // Together with config.yml, whose random key keeps anyone from finding a weak secret by trying.
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
                    metadata: scope.podMetadata("server", checksums),
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
                        // Above the pause before the end, and the time that requests then have.
                        terminationGracePeriodSeconds: drainSeconds + 15,
                        containers: [registryContainer(server, mounted)],
                    }),
                },
            },
        },
        { parent: scope.parent, dependsOn: [users.secret, ...server.after] },
    );
    return { deploymentName: deployment.metadata.name, resource: deployment };
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
        { parent: scope.parent },
    );
    // By its plain name: what holds an output of a Secret that is deleted first goes with it.
    return { secret, pod: mountedSecret("auth", name, inPod.htpasswd) };
}

/** The pods' service account, which the API server lets do nothing. */
export function serverAccount(scope: Scope, { additions }: Server): k8s.core.v1.ServiceAccount {
    const annotations = Object.assign({}, ...additions.map((addition) => addition.accountAnnotations));
    return new k8s.core.v1.ServiceAccount(
        scope.name("account"),
        { metadata: scope.metadata("server", annotations), automountServiceAccountToken: false },
        { parent: scope.parent },
    );
}

/** Disables OpenTelemetry tracing. */
export const serverEnv = variables({ OTEL_TRACES_EXPORTER: "none" });

function registryContainer(server: Server, additions: readonly PodAddition[]): PodContainer {
    const port = server.certificate ? "https" : "http";
    return {
        name: "registry",
        image: server.image,
        // The path is ours, so that versions 2 and 3, which look in different places, are run in the same way.
        command: ["/bin/registry", "serve", `${inPod.config}/config.yml`],
        env: serverEnv,
        ports: [
            { name: port, containerPort: inPod.port },
            { name: "metrics", containerPort: inPod.debugPort },
        ],
        resources: server.resources,
        startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 60 },
        // 503 while the storage fails: no traffic then, but no restart either, which would not mend it.
        readinessProbe: { httpGet: { path: "/", port, scheme: port.toUpperCase() }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port }, periodSeconds: 20 },
        // Endpoints lag behind a pod's end; until every node knows, the pod must still answer.
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        additions,
    };
}
