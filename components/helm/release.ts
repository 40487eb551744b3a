import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum } from "../kubernetes/checksum";
import { mirrored } from "../kubernetes/images";
import { containerSecurity, podSecurity } from "../kubernetes/pod";
import { checkedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { type ConfigSettings, configSections, merge, type Section } from "../server/configYml";
import { serverAccount, serverEnv, usersSecret } from "../server/deployment";
import { dataVolume, type RunningServer, type Server } from "../server/pods";
import { affinityFor, rollingUpdate } from "../server/rollout";
import { configProblems, noPlaceForSecrets, valueProblems } from "./limits";
import type { ChartSettings } from "./source";

/** Where the chart's pods have the TLS Secret that it is told the name of. */
const certificateFolder = "/etc/ssl/docker";

/** Below the 30 seconds that Kubernetes gives the chart's pods, which the chart cannot change. */
const drainSeconds = 20;

/**
 * The release. Everything that must outlive it, or must be there for its pods to become ready, is made before it and only named
 * to the chart: the Service, the claim, the certificate, the users and the other Secrets. The chart's pods carry the labels by
 * which the component's Services, policies and pods find the registry; the chart's own Service is not used.
 */
export function deployChart(scope: Scope, helm: ChartSettings, server: Server): RunningServer {
    const { serviceName } = server;
    const users = usersSecret(scope, server);
    const account = serverAccount(scope, server);
    const config = server.config.apply(async (settings) => {
        if (await pulumi.isSecret(server.config)) {
            const reason = `has a secret in it, or another argument that config.yml shows has, and ${noPlaceForSecrets}`;
            scope.refuse([{ path: "config", reason }]);
        }
        scope.refuse(configProblems(settings.overrides));
        return chartConfig(settings, server.certificate === undefined);
    });
    const values = pulumi
        .all([
            pulumi.output(chartValues(scope, server, config, account.metadata.name, users)),
            pulumi.output(helm.values),
        ])
        .apply(([ours, over]) => {
            scope.refuse(valueProblems(over));
            return mergeValues(ours, over);
        });
    const release = new k8s.helm.v3.Release(
        scope.name("release"),
        {
            // A fixed name: the selector of the chart's Deployment holds it and can never change.
            name: serviceName,
            namespace: scope.namespace,
            ...helm.source,
            values,
            timeout: 600,
            maxHistory: 10,
        },
        // The manifest holds the chart's Secret.
        { parent: scope.parent, dependsOn: [users.secret, ...server.after], additionalSecretOutputs: ["manifest"] },
    );
    return { deploymentName: release.urn.apply(() => serviceName), resource: release };
}

/** config.yml for the chart: without the shared secret, which the chart gives the pods by a variable. */
export function chartConfig(settings: ConfigSettings, isPlain: boolean): Section {
    const folders = {
        http: {
            draintimeout: `${drainSeconds}s`,
            ...(!isPlain && {
                tls: { certificate: `${certificateFolder}/tls.crt`, key: `${certificateFolder}/tls.key` },
            }),
        },
    };
    const config = merge(configSections({ ...settings, overrides: folders, isPlain }), settings.overrides);
    // The chart's own default is a cache in each pod's memory, from which no other pod can delete.
    return merge({ storage: { cache: { blobdescriptor: "" } } }, config);
}

/** The chart's values. https://github.com/twuni/docker-registry.helm/blob/main/values.yaml */
function chartValues(
    scope: Scope,
    server: Server,
    config: pulumi.Output<Section>,
    accountName: pulumi.Output<string>,
    users: ReturnType<typeof usersSecret>,
) {
    const { serviceName, storage, scheduling, certificate, additions } = server;
    const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile } = podSecurity();
    const selector = { matchLabels: scope.selector("server") };
    const content = pulumi.all([server.httpSecret, ...additions.flatMap((addition) => addition.content ?? [])]);
    const pod = scope.podMetadata("server", {
        // Beside the chart's own checksums of its configuration and its Secret. The random key keeps anyone from finding a weak
        // secret by trying.
        "checksum/content": checksum(content.apply((texts) => texts.join("\n"))),
        ...(certificate?.checksum && { "checksum/certificate": certificate.checksum }),
    });
    const ofTheChartItself = (volume: { name: pulumi.Input<string> }) => volume.name === dataVolume;
    const added = <T extends { name: pulumi.Input<string> }>(lists: (T[] | undefined)[]) =>
        lists.flatMap((list) => list ?? []).filter((one) => !ofTheChartItself(one));
    return {
        fullnameOverride: serviceName,
        replicaCount: server.replicas,
        image: mirrored(server.image, server.imageMirror).apply(imageValues),
        imagePullSecrets: server.imagePullSecrets.map((name) => ({ name })),
        updateStrategy: rollingUpdate(server.strategy),
        podLabels: pod.labels,
        podAnnotations: pod.annotations,
        serviceAccount: { create: false, name: accountName },
        // Of the cluster's inside only, and under another name than the component's.
        service: { name: `${serviceName}-chart`, type: "ClusterIP" },
        ingress: { enabled: false },
        resources: checkedResources(scope, server.resources),
        ...storageValues(server),
        ...(certificate && { tlsSecretName: certificate.secretName }),
        secrets: {
            // Left empty, every rendering has another one, and the pods roll each time.
            haSharedSecret: server.httpSecret,
            // No users here: the chart would roll its pods when one changes. No keys of S3 either: they come as variables below,
            // for the chart looks for `s3AccessKey` and `s3SecretKey` in a Secret, whatever its values.yaml says.
            htpasswd: "",
            s3: { secretRef: "" },
        },
        configData: config,
        securityContext: { enabled: true, ...podSecurity() },
        containerSecurityContext: {
            ...{ enabled: true, runAsNonRoot, runAsUser, runAsGroup, seccompProfile },
            ...containerSecurity(),
        },
        priorityClassName: scheduling.priorityClassName ?? "",
        nodeSelector: scheduling.nodeSelector ?? {},
        tolerations: scheduling.tolerations ?? [],
        affinity: affinityFor(scheduling.affinity, storage.mounting, selector) ?? {},
        extraEnvVars: [...serverEnv, ...additions.flatMap((addition) => addition.env ?? [])],
        extraVolumes: added<k8s.types.input.core.v1.Volume>([
            users.pod.volumes,
            ...additions.map((addition) => addition.volumes),
        ]),
        extraVolumeMounts: added<k8s.types.input.core.v1.VolumeMount>([
            users.pod.mounts,
            ...additions.map((addition) => addition.mounts),
        ]),
    };
}

/** `repository:tag`, as the chart puts it together again; with a digest, the last colon is that of the digest. */
function imageValues(image: string) {
    const [, repository, tag] = /^(.*):([^/]*)$/.exec(image) ?? [undefined, image, "latest"];
    return { repository, tag, pullPolicy: "IfNotPresent" };
}

/** The chart mounts a claim at the registry's usual folder, and names bucket and region itself. */
function storageValues({ storage, config }: Server) {
    if (storage.claimName !== undefined) {
        return { storage: "filesystem", persistence: { enabled: true, existingClaim: storage.claimName } };
    }
    const s3 = config.apply(({ storage: driver }) => driver.s3 as Section);
    return {
        storage: "s3",
        s3: { bucket: s3.apply((known) => known.bucket), region: s3.apply((known) => known.region) },
    };
}

/** Lists of what the component needs as well. */
const extended = ["extraEnvVars", "extraVolumes", "extraVolumeMounts"];

function mergeValues(ours: Section, over: Section): Section {
    const longer = extended
        .filter((key) => Array.isArray(over[key]))
        .map((key) => [key, [...(ours[key] as unknown[]), ...(over[key] as unknown[])]]);
    return merge(ours, { ...over, ...Object.fromEntries(longer) });
}
