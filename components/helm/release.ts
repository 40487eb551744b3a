import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mirrored } from "../kubernetes/images";
import { builtContainer, containerSecurity, podSecurity } from "../kubernetes/pod";
import { checkedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { type ConfigSettings, configSections, merge, type Section } from "../server/configYml";
import { additionLabels, serverEnv, usersSecret } from "../server/deployment";
import { dataVolume, type RunningServer, type Server } from "../server/pods";
import { affinityFor, rollingUpdate } from "../server/rollout";
import { chartConfigProblems, noPlaceForSecrets } from "./limits";
import { valueProblems } from "./reservedValues";
import type { ChartSettings } from "./source";

/** Directory in which the chart mounts the TLS Secret. */
const certificateFolder = "/etc/ssl/docker";

/** Less than the pods' grace period of 30 seconds, which the chart cannot change. */
const drainSeconds = 20;

/**
 * Deploys the registry as a Helm release. Objects that must outlive the release, or that its pods need to become ready, are created
 * before it, and passed to the chart by name: the Service, the claim, the certificate, the users and the other Secrets. The chart's pods
 * have the labels that the component's Services and NetworkPolicies select. The chart's objects, of which its Service is not used, have
 * other names than the component's: Helm does not take over an object that exists.
 */
export function deployChart(scope: Scope, helm: ChartSettings, server: Server): RunningServer {
    const { serviceName } = server;
    const chartName = `${serviceName}-chart`;
    const users = usersSecret(scope, server);
    const config = server.config.apply(async (settings) => {
        const reason = `contains a secret, or another argument that is written to config.yml does, and ${noPlaceForSecrets}`;
        const problems = (await pulumi.isSecret(server.config))
            ? [{ path: "config", reason }]
            : chartConfigProblems(settings.overrides, server.storage.isInConfig === true);
        const valid = await scope.unlessProblems(problems, settings);
        return chartConfig(valid, server.certificate === undefined);
    });
    const values = pulumi
        .all([pulumi.output(chartValues(scope, server, { chartName, config, users })), pulumi.output(helm.values)])
        .apply(([componentValues, userValues]) => {
            const valid = scope.unlessProblems(valueProblems(userValues), userValues);
            return valid.then((values) => mergeValues(componentValues, values));
        });
    const release = new k8s.helm.v3.Release(
        scope.name("release"),
        {
            // A fixed name, because the immutable selector of the chart's Deployment contains it.
            name: serviceName,
            namespace: scope.namespace,
            ...helm.source,
            values,
            timeout: 600,
            maxHistory: 10,
        },
        // The manifest contains the chart's Secret.
        scope.options({ dependsOn: [users.secret, ...server.after], additionalSecretOutputs: ["manifest"] }),
    );
    return { deploymentName: release.urn.apply(() => chartName), resource: release };
}

/** config.yml for the chart, without `http.secret`, which the chart passes to the pods as an environment variable. */
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
    // The chart's default is a cache in each pod's memory, which would keep entries that another pod deleted.
    return merge({ storage: { cache: { blobdescriptor: "" } } }, config);
}

/** The chart's values. https://github.com/twuni/docker-registry.helm/blob/main/values.yaml */
function chartValues(
    scope: Scope,
    server: Server,
    parts: {
        /** Name of the chart's Service and Deployment, and the beginning of the names of its other objects. */
        readonly chartName: string;
        readonly config: pulumi.Output<Section>;
        readonly users: ReturnType<typeof usersSecret>;
    },
) {
    const { users } = parts;
    const { storage, scheduling, certificate, additions } = server;
    const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile } = podSecurity();
    const selector = { matchLabels: scope.selector("server") };
    const pod = scope.podMetadata("server");
    const isDataVolume = (volume: { name: pulumi.Input<string> }) => volume.name === dataVolume;
    const added = <T extends { name: pulumi.Input<string> }>(lists: (T[] | undefined)[]) =>
        lists.flatMap((list) => list ?? []).filter((one) => !isDataVolume(one));
    return {
        fullnameOverride: parts.chartName,
        replicaCount: server.replicas,
        image: mirrored(server.image, server.imageMirror).apply(imageValues),
        imagePullSecrets: [...server.imagePullSecrets, ...scope.imageCredentials].map((name) => ({ name })),
        updateStrategy: rollingUpdate(server.strategy),
        podLabels: { ...pod.labels, ...additionLabels(additions) },
        podAnnotations: pod.annotations,
        serviceAccount: { create: false, name: server.accountName },
        service: { type: "ClusterIP" },
        ingress: { enabled: false },
        resources: checkedResources(scope, server.resources),
        ...storageValues(server),
        ...(certificate && { tlsSecretName: certificate.secretName }),
        secrets: {
            // If empty, the chart generates a new one with every rendering, and the pods roll each time.
            haSharedSecret: server.httpSecret,
            // No users: the chart would roll its pods when one changes. No S3 keys: they are in the environment variables below,
            // because the chart always reads `s3AccessKey` and `s3SecretKey` from a Secret, contrary to its values.yaml.
            htpasswd: "",
            s3: { secretRef: "" },
        },
        configData: parts.config,
        securityContext: { enabled: true, ...podSecurity() },
        containerSecurityContext: {
            ...{ enabled: true, runAsNonRoot, runAsUser, runAsGroup, seccompProfile },
            ...containerSecurity(),
        },
        ...(server.initContainers.length > 0 && {
            initContainers: server.initContainers.map((container) => builtContainer(scope, server, container)),
        }),
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

/** Splits an image reference at its last colon, where the chart joins it again. With a digest, that is the digest's colon. */
function imageValues(image: string) {
    const [, repository, tag] = /^(.*):([^/]*)$/.exec(image) ?? [undefined, image, "latest"];
    return { repository, tag, pullPolicy: "IfNotPresent" };
}

/** The chart's storage values. It mounts a claim at the registry's default directory, and sets bucket and region itself. */
function storageValues({ storage, config }: Server) {
    if (storage.claimName !== undefined) {
        return { storage: "filesystem", persistence: { enabled: true, existingClaim: storage.claimName } };
    }
    // No kind that the chart knows: it would set environment variables and mount a volume for it.
    if (storage.isInConfig) return { storage: "config" };
    const s3 = config.apply(({ storage: driver }) => driver.s3 as Section);
    return {
        storage: "s3",
        s3: { bucket: s3.apply(({ bucket }) => bucket), region: s3.apply(({ region }) => region) },
    };
}

/** Lists of which the component needs its own items, too. */
const appendedLists = ["extraEnvVars", "extraVolumes", "extraVolumeMounts", "initContainers"];

function mergeValues(componentValues: Section, userValues: Section): Section {
    const appended = appendedLists
        .filter((key) => Array.isArray(userValues[key]))
        .map((key) => [key, [...((componentValues[key] ?? []) as unknown[]), ...(userValues[key] as unknown[])]]);
    return merge(componentValues, { ...userValues, ...Object.fromEntries(appended) });
}
