import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { apiAccount, mountedCredentials } from "../kubernetes/apiAccess";
import { nameSuffix, secretByContent, suffixedMetadata } from "../kubernetes/contentNamed";
import { toolsImage } from "../kubernetes/images";
import { mountedSecret, type PodContainer, type PodSettings, podSpec, variables } from "../kubernetes/pod";
import { fixedResources } from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { shellScript } from "../kubernetes/shellScript";
import { nodeSettings, type RegistryNodes } from "../nodes/nodes";
import { inPod } from "../server/configYml";
import { curlLogin } from "../users/rotationGate";
import type { Users } from "../users/users";
import { type Content, verifyImage, verifyRepository } from "./image";
import type { VerifySettings } from "./verify";

/** The settings of a registry that its verification depends on. */
export interface VerifiedSettings extends PodSettings {
    readonly verify: VerifySettings | undefined;
    readonly image: pulumi.Input<string>;
    readonly helm: object | undefined;
    readonly replicas: number;
    readonly users: readonly { readonly name: string; readonly generation: number }[];
    readonly nodes: RegistryNodes | undefined;
    readonly storage: object;
    readonly expose: object;
    readonly networkPolicy: object | undefined;
}

/** The registry that is verified. */
export interface VerifiedRegistry {
    readonly address: {
        /** Host name in image references. */
        readonly host: pulumi.Input<string>;
        /** URL with a host name that the certificate is valid for. */
        readonly podUrl: pulumi.Output<string>;
        /** DNS name and port of the Service, to which the Jobs connect instead. */
        readonly service: pulumi.Output<string>;
        readonly clusterIp: pulumi.Output<string>;
    };
    readonly certificate: {
        readonly secretName: pulumi.Output<string>;
        /** Undefined if the certificate is publicly trusted. */
        readonly caCertPem: pulumi.Output<string> | undefined;
    };
    readonly users: Pick<Users, "puller">;
    /** The passwords, by user name, when the registry accepts them. */
    readonly passwords: pulumi.Output<Record<string, string>>;
    /** Content of the pull secrets. */
    readonly dockerConfigJson: pulumi.Output<string>;
    /** The final contents of config.yml. */
    readonly config: pulumi.Output<object>;
    /** What must be ready before: the registry, the nodes, the network policies and the edge. */
    readonly after: readonly pulumi.Resource[];
}

const steps = {
    push: "verify-push",
    persistence: "verify-persistence",
    pull: "verify-pull",
    everyNode: "verify-every-node",
    nodesReady: "verify-nodes-ready",
} as const;

/** The values of the label `app.kubernetes.io/component` of the pods that connect to the API server. */
export function stepsWithCluster(verify: VerifySettings | undefined): string[] {
    return [...(verify?.persistence ? [steps.persistence] : []), ...(verify?.everyNode ? [steps.nodesReady] : [])];
}

/** Seconds that a step waits for what it needs, and after which its Job fails. */
const patience = 90;
const deadline = patience + 90;

/** Longer than a pod that is being replaced gets requests: its preStop sleep, and the nodes' delay. */
const settling = 10;

/** A kubelet that cannot pull tries again after 10, 20 and 40 seconds. Only this deadline ends the Job. */
const pullDeadline = 90;

/** Each request is a process of curl, which takes its time from a lower limit. */
const requestResources = fixedResources({
    requests: { cpu: "10m", memory: "16Mi" },
    limits: { cpu: "500m", memory: "64Mi" },
});

/** A program that does nothing. */
const programResources = fixedResources({
    requests: { cpu: "1m", memory: "8Mi" },
    limits: { cpu: "50m", memory: "32Mi" },
});

/** What all steps share. */
interface Verification {
    readonly scope: Scope;
    readonly settings: VerifiedSettings;
    readonly registry: VerifiedRegistry;
    /** The last part of the names of the Jobs. It changes with everything that they prove. */
    readonly suffix: pulumi.Output<string>;
    /** Name of the Secret with the logins and the CA certificates. */
    readonly loginName: pulumi.Output<string>;
    /** Name of the pull secret; undefined if the nodes log in. */
    readonly pullSecretName: pulumi.Output<string> | undefined;
    /** Reference of the image, with its digest. */
    readonly image: pulumi.Output<string>;
}

/**
 * Creates Jobs that `pulumi up` awaits, one after the other: a push, the death of a pod, and pulls. Returns what was verified, which is
 * known when they have completed; empty without them.
 */
export function verifyRegistry(
    scope: Scope,
    settings: VerifiedSettings,
    registry: VerifiedRegistry,
): pulumi.Output<string> {
    const { verify } = settings;
    if (verify === undefined) return pulumi.output("");
    const { host } = registry.address;
    const verification: Verification = {
        scope,
        settings,
        registry,
        image: pulumi.interpolate`${host}/${verifyRepository}@${verifyImage.index.digest}`,
        ...secretsOf(scope, settings, registry),
    };
    const pushed = push(verification);
    const served = verify.persistence ? [pushed, survival(verification, pushed)] : [pushed];
    const pulled = pull(verification, served);
    const pulledByAll = verify.everyNode ? [pullOnEveryNode(verification, served)] : [];
    const done = pulumi.all([...served, pulled, ...pulledByAll].map((job) => job.id));
    const checks = [
        "login",
        "push",
        ...(verify.persistence ? ["persistence"] : []),
        verify.everyNode ? "pull on every node" : "pull",
    ];
    return pulumi.all([verification.image, done]).apply(([image]) => `${image}: ${checks.join(", ")}`);
}

/** Creates the Secrets for the steps, and the suffix of their names. */
function secretsOf(scope: Scope, settings: VerifiedSettings, registry: VerifiedRegistry) {
    const { address, certificate, config, passwords, users, dockerConfigJson } = registry;
    const { caCertPem = "" } = certificate;
    const content = pulumi.all([passwords, users.puller.password, caCertPem]).apply(([known, pullerPassword, pem]) => {
        // Without a password that the component knows, the user of the pull secrets, who may push as well.
        const [username, password] = Object.entries(known)[0] ?? [users.puller.username, pullerPassword];
        return {
            login: curlLogin(username, password),
            // The beginning differs, because bcrypt ignores what comes after 72 bytes.
            "wrong-login": curlLogin(username, `wrong-${password}`),
            ...(pem && { "ca.crt": pem }),
        };
    });
    const login = secretByContent(scope, "verify-login", "verify", pulumi.secret(content));
    const authenticates = nodeSettings(settings.nodes, certificate.caCertPem !== undefined).authenticate;
    const pullSecret = authenticates
        ? undefined
        : secretByContent(
              scope,
              "verify-pull-secret",
              "verify",
              { ".dockerconfigjson": pulumi.secret(dockerConfigJson) },
              "kubernetes.io/dockerconfigjson",
          );
    const { image, helm, replicas, storage, nodes, expose, networkPolicy } = settings;
    const proved = {
        server: { image, helm, replicas, storage, expose, networkPolicy },
        users: settings.users.map(({ name, generation }) => `${name}=${generation}`),
        nodes,
        address,
        certificate: certificate.secretName,
        config,
        login: login.name,
        pullSecret: pullSecret?.name,
    };
    const suffix = nameSuffix(scope, "verify", { proved: pulumi.jsonStringify(proved) });
    return { suffix, loginName: login.name, pullSecretName: pullSecret?.name };
}

/** What differs between the Jobs. */
interface StepJob {
    /** One of `steps`, which is also the last part of the resource's name. */
    readonly step: string;
    readonly seconds?: number;
    readonly pod: k8s.types.input.core.v1.PodSpec;
    readonly dependsOn: readonly pulumi.Resource[];
}

/** A Job that runs once for each suffix. Another attempt would only repeat the message, and the next `pulumi up` replaces a failed Job. */
function stepJob({ scope, suffix }: Verification, given: StepJob): k8s.batch.v1.Job {
    const { step, seconds = deadline, pod, dependsOn } = given;
    return new k8s.batch.v1.Job(
        scope.name(step),
        {
            metadata: suffixedMetadata(scope, step, step, suffix, { "pulumi.com/replaceUnready": "true" }),
            spec: {
                backoffLimit: 0,
                activeDeadlineSeconds: seconds,
                template: { metadata: scope.podMetadata(step), spec: pod },
            },
        },
        scope.options({ dependsOn: [...dependsOn] }),
    );
}

/** A container with a script, which writes a sentence to the termination message if it fails. */
function scriptContainer(name: string, file: string): Pick<PodContainer, "name" | "image" | "command" | "resources"> {
    const script = ["requests.sh", file].map((part) => shellScript(__dirname, part)).join("");
    return { name, image: toolsImage, command: ["/bin/sh", "-c", script], resources: requestResources };
}

const onError = "FallbackToLogsOnError";

function registryVariables({ registry: { address } }: Verification) {
    return {
        URL: address.podUrl,
        SERVICE: address.service,
        REPOSITORY: verifyRepository,
        PATIENCE: String(patience),
    };
}

const base64 = ({ bytes }: Content) => bytes.toString("base64");

function push(verification: Verification): k8s.batch.v1.Job {
    const { scope, settings, registry, loginName } = verification;
    const { index, manifests, blobs } = verifyImage;
    const lines = (all: readonly string[]) => all.join("\n");
    return stepJob(verification, {
        step: steps.push,
        pod: podSpec(scope, settings, {
            restartPolicy: "Never",
            containers: [
                {
                    ...scriptContainer("push", "push.sh"),
                    terminationMessagePolicy: onError,
                    env: variables({
                        ...registryVariables(verification),
                        TIMES: String(settings.replicas === 1 ? 1 : settings.replicas * 5),
                        SETTLING: String(settling),
                        BLOBS: lines(blobs.map((blob) => `${blob.digest} ${base64(blob)}`)),
                        // The index has a tag, so that garbage collectors other than the component's spare it.
                        MANIFESTS: lines([
                            ...manifests.map((one) => `${one.digest} ${one.mediaType} ${base64(one)}`),
                            `1 ${index.mediaType} ${base64(index)}`,
                        ]),
                        DIGEST: index.digest,
                    }),
                    additions: [mountedSecret("login", loginName, "/verify")],
                },
            ],
        }),
        dependsOn: registry.after,
    });
}

/** The path of a list of pods at the API server, and its selector in a query. */
function podVariables(scope: Scope, labels: Record<string, string>) {
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return {
        PODS: pulumi.interpolate`/api/v1/namespaces/${scope.namespace}/pods`,
        SELECTOR: encodeURIComponent(selector.join(",")),
    };
}

function survival(verification: Verification, pushed: k8s.batch.v1.Job): k8s.batch.v1.Job {
    const { scope, settings, loginName } = verification;
    const { index, manifests, blobs } = verifyImage;
    const paths = [
        ...[index, ...manifests].map(({ digest }) => `manifests ${digest}`),
        ...blobs.map(({ digest }) => `blobs ${digest}`),
    ];
    const account = apiAccount(scope, steps.persistence, [
        { apiGroups: [""], resources: ["pods"], verbs: ["list", "delete"] },
    ]);
    return stepJob(verification, {
        step: steps.persistence,
        pod: podSpec(scope, settings, {
            restartPolicy: "Never",
            serviceAccountName: account.name,
            containers: [
                {
                    ...scriptContainer("persistence", "persistence.sh"),
                    terminationMessagePolicy: onError,
                    env: variables({
                        ...registryVariables(verification),
                        ...podVariables(scope, scope.selector("server")),
                        PORT: String(inPod.port),
                        CONTENTS: paths.join("\n"),
                        ACCEPT: [index.mediaType, manifests[0].mediaType, "*/*"].join(", "),
                    }),
                    additions: [
                        mountedSecret("login", loginName, "/verify"),
                        mountedCredentials("cluster", "/cluster"),
                    ],
                },
            ],
        }),
        dependsOn: [pushed, account.permission],
    });
}

/** The image as a container. It is in the registry only, so it is not pulled from the mirror. */
function verifyContainer({ image }: Verification, name: string): PodContainer {
    return {
        name,
        image,
        isMirrored: false,
        // Also if the node has it already.
        imagePullPolicy: "Always",
        resources: programResources,
    };
}

/** Only the pull secret of the registry, so that no other one can be the reason for a success. */
function pullSecrets({ pullSecretName }: Verification) {
    return pullSecretName === undefined ? undefined : [{ name: pullSecretName }];
}

/** Where pods of the cluster pull: on the nodes that are configured, if they are selected, or on those for the registry's pods. */
function pullingNodes({ settings }: Verification): PodSettings {
    const { nodeSelector, tolerations } = settings.nodes ?? {};
    if (nodeSelector === undefined) return settings;
    const { priorityClassName } = settings.scheduling;
    return { ...settings, scheduling: { nodeSelector, tolerations, priorityClassName } };
}

function pull(verification: Verification, served: readonly pulumi.Resource[]): k8s.batch.v1.Job {
    const { scope } = verification;
    return stepJob(verification, {
        step: steps.pull,
        seconds: pullDeadline,
        pod: podSpec(scope, pullingNodes(verification), {
            restartPolicy: "Never",
            imagePullSecrets: pullSecrets(verification),
            terminationGracePeriodSeconds: 1,
            // Pulumi's message contains the container's name.
            containers: [verifyContainer(verification, "verify-pull-by-a-node")],
        }),
        dependsOn: served,
    });
}

/** Deploys a DaemonSet, and a Job that waits for it: Pulumi does not say why a DaemonSet is not ready. */
function pullOnEveryNode(verification: Verification, served: readonly pulumi.Resource[]): k8s.batch.v1.Job {
    const { scope, settings, registry, suffix } = verification;
    const { nodeSelector, tolerations } = nodeSettings(settings.nodes, registry.certificate.caCertPem !== undefined);
    const name = scope.objectName(steps.everyNode);
    const { labels, ...metadata } = scope.podMetadata(steps.everyNode);
    const suffixLabel = "private-registry/verification";
    const daemonSet = new k8s.apps.v1.DaemonSet(
        scope.name(steps.everyNode),
        {
            metadata: scope.metadata(name, steps.everyNode, { "pulumi.com/skipAwait": "true" }),
            spec: {
                selector: { matchLabels: scope.selector(steps.everyNode) },
                updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
                template: {
                    // The pods are replaced, and pull again, when the Jobs run again.
                    metadata: { ...metadata, labels: { ...labels, [suffixLabel]: suffix } },
                    spec: podSpec(
                        scope,
                        { ...settings, scheduling: { nodeSelector, tolerations } },
                        {
                            imagePullSecrets: pullSecrets(verification),
                            // The program ignores SIGTERM, like every first process of a container without a handler.
                            terminationGracePeriodSeconds: 1,
                            containers: [{ ...verifyContainer(verification, "wait"), args: ["wait"] }],
                        },
                    ),
                },
            },
        },
        scope.fixedOptions({ dependsOn: [...served] }),
    );
    const account = apiAccount(scope, steps.nodesReady, [
        { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [name], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
    ]);
    const ofThisRun = pulumi.output(suffix).apply((value) => ({
        ...scope.selector(steps.everyNode),
        [suffixLabel]: value,
    }));
    return stepJob(verification, {
        step: steps.nodesReady,
        pod: podSpec(scope, settings, {
            restartPolicy: "Never",
            serviceAccountName: account.name,
            containers: [
                {
                    ...scriptContainer("every-node", "everyNode.sh"),
                    terminationMessagePolicy: onError,
                    env: variables({
                        PATIENCE: String(patience),
                        DAEMON_SET: pulumi.interpolate`/apis/apps/v1/namespaces/${scope.namespace}/daemonsets/${name}`,
                        PODS: podVariables(scope, {}).PODS,
                        SELECTOR: ofThisRun.apply((all) => podVariables(scope, all).SELECTOR),
                    }),
                    additions: [mountedCredentials("cluster", "/cluster")],
                },
            ],
        }),
        dependsOn: [daemonSet, account.permission],
    });
}
