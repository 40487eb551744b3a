import { container, type Declared, deployment, service, unknown } from "./fixtures";
import { describeRule } from "./judge";

const image = (reference: string) => deployment({ container: { image: reference } });
const otherWorkload = { ...deployment({ container: { image: "nginx" } }) };
otherWorkload.props.spec.template.metadata.labels = { app: "web" };

/** The same pod, as another kind. */
function as(kind: string, { props, ...rest }: Declared): Declared {
    const type = kind === "CronJob" || kind === "Job" ? `kubernetes:batch/v1:${kind}` : `kubernetes:apps/v1:${kind}`;
    if (kind !== "CronJob") return { ...rest, type, props };
    return { ...rest, type, props: { ...props, spec: { jobTemplate: { spec: props.spec } } } };
}

describeRule("registry-version", {
    passes: {
        "the first fixed version": [image("registry:3.1.2")],
        "a later one behind a mirror with a port": [
            image("mirror.example.com:5000/hub/library/registry:v4.0.0@sha256:1"),
        ],
        "images that are not a registry": [image("cp-schema-registry:1.0.0"), image("nginx:1.0.0"), service()],
        "a later minor version with a lower patch": [image("registry:3.2.0")],
        "a version of several digits": { of: [image("registry:10.12.10")], settings: { minimum: "9.13.11" } },
        "a tag that contains a version": [image("registry:edge-2.8.3")],
        "an older one if the settings allow it": { of: [image("registry:3.1.0")], settings: { minimum: "3.1.0" } },
        "Harbor's build, which has Harbor's version": [image("docker.io/goharbor/registry-photon:v2.13.0")],
        "zot, which has another version": [image("ghcr.io/project-zot/zot-linux-amd64:v2.1.7")],
    },
    fails: {
        "an older patch": { of: [image("registry:3.1.1")], says: '"registry:3.1.1" is older than 3.1.2' },
        "an older minor version with a higher patch": { of: [image("registry:3.0.9")], says: "is older than 3.1.2" },
        "an older version of several digits": {
            of: [image("registry:3.10.11")],
            settings: { minimum: "3.10.12" },
            says: "is older than 3.10.12",
        },
        "an older major version with a higher minor": { of: [image("registry:2.9")], says: "is older than 3.1.2" },
        "version 2": { of: [image("registry:2")], says: '"registry:2" is older' },
        "version 2 in full": { of: [image("docker.io/distribution/distribution:2.8.3")], says: "is older" },
        "a StatefulSet's": { of: [as("StatefulSet", image("registry:3.0.0"))], says: "is older" },
        "a DaemonSet's": { of: [as("DaemonSet", image("registry:3.0.0"))], says: "is older" },
        "a pod's": {
            of: [{ type: "kubernetes:core/v1:Pod", name: "pod", props: image("registry:3.0.0").props.spec.template }],
            says: "is older",
        },
        "a CronJob's": { of: [as("CronJob", image("registry:3.0.0"))], says: "is older" },
        "each of a list": {
            of: [
                {
                    type: "kubernetes:apps/v1:DeploymentList",
                    name: "list",
                    props: { items: [image("registry:3.0.0").props, image("registry:3.1.2").props] },
                },
            ],
            says: "is older",
        },
    },
    unknown: { "an image": [image(unknown)], "a whole pod": [deployment({ spec: { template: unknown } })] },
});

describeRule("pinned-images", {
    passes: {
        "a full version": [image("registry:3.1.2")],
        "a variant of one": [image("registry:3.1.2-alpine")],
        "a full version with a digest": {
            of: [image(`registry:3.1.2@sha256:${"a".repeat(64)}`)],
            settings: { requireDigest: true },
        },
        "images of other workloads": [otherWorkload],
    },
    fails: {
        "no tag": { of: [image("registry")], says: 'The image "registry" has no tag' },
        "no tag, with a port": { of: [image("localhost:5000/registry")], says: "has no tag" },
        "a floating tag": { of: [image("registry:latest")], says: '"registry:latest" is not a full version' },
        "half a version": { of: [image("registry:3.1")], says: "is not a full version" },
        "a digest without a version": { of: [image("registry@sha256:1")], says: "has no tag" },
        "no digest where one is required": {
            of: [image("registry:3.1.2")],
            says: "has no digest",
            settings: { requireDigest: true },
        },
        "a floating helper": {
            of: [deployment({ pod: { initContainers: [container({ name: "init", image: "busybox" })] } })],
            says: '"busybox" has no tag',
        },
    },
    unknown: { "an image": [image(unknown)] },
});

const inPod = (pod: object) => deployment({ pod });
const security = (securityContext: object) => deployment({ container: { securityContext } });

describeRule("restricted-pods", {
    passes: {
        "a restricted pod": [deployment()],
        "a container that binds a low port": [security({ capabilities: { add: ["NET_BIND_SERVICE"] } })],
        "pods of other workloads": [
            {
                ...otherWorkload,
                props: { ...otherWorkload.props, spec: { template: { spec: { hostNetwork: true } } } },
            },
        ],
        "another part of a registry's installation": [
            {
                ...deployment(),
                props: {
                    spec: {
                        template: {
                            metadata: {
                                labels: {
                                    "app.kubernetes.io/name": "private-registry",
                                    "app.kubernetes.io/component": "node-trust",
                                },
                            },
                            spec: { hostNetwork: true, containers: [{ image: "curl:1.0.0" }] },
                        },
                    },
                },
            },
        ],
    },
    fails: {
        root: {
            of: [inPod({ securityContext: { runAsNonRoot: null } })],
            says: "The container registry may run as root",
        },
        "user 0": { of: [security({ runAsUser: 0 })], says: "runs as user 0" },
        privileges: { of: [security({ privileged: true })], says: "is privileged" },
        escalation: { of: [security({ allowPrivilegeEscalation: null })], says: "may gain privileges" },
        "kept capabilities": { of: [security({ capabilities: null })], says: "keeps Linux capabilities" },
        "an added one next to NET_BIND_SERVICE": {
            of: [security({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } })],
            says: "adds Linux capabilities",
        },
        "added ones": { of: [security({ capabilities: { add: ["SYS_ADMIN"] } })], says: "adds Linux capabilities" },
        "no seccomp": { of: [inPod({ securityContext: { seccompProfile: null } })], says: "has no seccomp profile" },
        "the host's network": { of: [inPod({ hostNetwork: true })], says: "The pod has hostNetwork" },
        "the host's processes": { of: [inPod({ hostPID: true })], says: "The pod has hostPID" },
        "the host's memory": { of: [inPod({ hostIPC: true })], says: "The pod has hostIPC" },
        "a host port": {
            of: [deployment({ container: { ports: [{ containerPort: 5000, hostPort: 5000 }] } })],
            says: "The container registry publishes a port of its node (hostPort 5000)",
        },
        "a host port of an init container": {
            of: [
                inPod({
                    initContainers: [container({ name: "proxy", ports: [{ containerPort: 443, hostPort: 443 }] })],
                }),
            ],
            says: "The container proxy publishes a port of its node (hostPort 443)",
        },
        "no AppArmor, by annotation": {
            of: [
                deployment({
                    spec: {
                        template: {
                            metadata: {
                                annotations: {
                                    "container.apparmor.security.beta.kubernetes.io/registry": "unconfined",
                                },
                            },
                        },
                    },
                }),
            ],
            says: "The annotation container.apparmor.security.beta.kubernetes.io/registry turns AppArmor off",
        },
        "a directory of the node": {
            of: [inPod({ volumes: [{ name: "data", hostPath: { path: "/srv" } }] })],
            says: "The volume data is a directory of the node",
        },
        "a registry that is recognized by its labels": {
            of: [deployment({ container: { image: "example.com/own:1.0.0", securityContext: { privileged: true } } })],
            says: "is privileged",
        },
        "a registry that is recognized by a configured name": {
            of: [
                {
                    ...otherWorkload,
                    props: {
                        ...otherWorkload.props,
                        spec: {
                            template: {
                                metadata: { labels: { app: "web" } },
                                spec: {
                                    hostNetwork: true,
                                    containers: [],
                                },
                            },
                        },
                    },
                },
            ],
            says: "hostNetwork",
            settings: { registryNames: ["web"] },
        },
    },
    unknown: {
        "the security contexts": [
            deployment({ pod: { securityContext: unknown }, container: { securityContext: unknown } }),
        ],
        "one field": [security({ allowPrivilegeEscalation: unknown })],
    },
});

describeRule("read-only-root", {
    passes: { "a read-only root": [deployment()] },
    fails: {
        "a writable one": {
            of: [security({ readOnlyRootFilesystem: null })],
            says: "The container registry has a writable root file system",
        },
    },
    unknown: { "the field": [security({ readOnlyRootFilesystem: unknown })] },
});

describeRule("no-service-account-token", {
    passes: { "a pod without one": [deployment()], "other workloads": [otherWorkload] },
    fails: {
        "a pod without the field": {
            of: [inPod({ automountServiceAccountToken: null })],
            says: "The pod gets a service account token",
        },
    },
    unknown: { "the field": [inPod({ automountServiceAccountToken: unknown })] },
});

describeRule("resources-set", {
    passes: { "requests and a memory limit": [deployment()] },
    fails: {
        "none at all": {
            of: [deployment({ container: { resources: null } })],
            says: [
                "has no resources.requests.cpu",
                "has no resources.requests.memory",
                "has no resources.limits.memory",
            ],
        },
        "no limit": {
            of: [deployment({ container: { resources: { limits: null } } })],
            says: "resources.limits.memory",
        },
    },
    unknown: { "the amounts": [deployment({ container: { resources: unknown } })] },
});

describeRule("allowed-namespaces", {
    passes: {
        "all by default": [deployment()],
        "one that matches": { of: [deployment()], settings: { namespaces: ["im*"] } },
        "other workloads anywhere": { of: [otherWorkload], settings: { namespaces: ["no.ne"] } },
    },
    fails: {
        "another one": {
            of: [deployment()],
            says: 'The namespace "images" is not allowed',
            settings: { namespaces: ["team-*", "i.ages"] },
        },
    },
    unknown: { "the namespace": [deployment({ metadata: { namespace: unknown } })] },
});
