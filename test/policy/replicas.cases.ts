import { claim, configMap, configYml, type Declared, deployment, object, secret, unknown } from "./fixtures";
import { describeRule } from "./judge";

const as = (kind: string, { type: _, ...rest }: Declared): Declared => ({
    ...rest,
    type: kind === "ReplicationController" ? "kubernetes:core/v1:ReplicationController" : `kubernetes:apps/v1:${kind}`,
});
/** A registry with the configuration of the image and no volume. */
const bare = (replicas: number, container: object = {}) =>
    deployment({ spec: { replicas }, container: { env: [], volumeMounts: [], ...container }, pod: { volumes: [] } });
const inPod = (pod: object) => deployment({ pod });
const config = (content: string) => secret("registry-config", { "config.yml": content });
const s3 = "version: 0.1\nstorage:\n  s3: { bucket: images }\n  cache: {}\n";
const bucket = [
    { name: "REGISTRY_STORAGE", value: "s3" },
    { name: "REGISTRY_STORAGE_S3_BUCKET", value: "images" },
];
const zot = (storage: object) => [
    deployment({
        spec: { replicas: 2 },
        container: {
            image: "ghcr.io/project-zot/zot:v2.1.7",
            env: [],
            volumeMounts: [{ name: "config", mountPath: "/etc/zot" }],
        },
        pod: { volumes: [{ name: "config", configMap: { name: "zot" } }] },
    }),
    configMap("zot", { "config.json": JSON.stringify({ storage, http: {} }) }),
];
const onS3 = { rootDirectory: "/zot", storageDriver: { name: "s3", bucket: "images" } };

describeRule("persistent-storage", {
    passes: {
        "a claim": [deployment()],
        "a claim for another folder, that config.yml names": [
            inPod({ volumes: [{ name: "data", persistentVolumeClaim: { claimName: "a" } }] }),
            config("version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry/images\n"),
        ],
        "a StatefulSet's claims": [
            as(
                "StatefulSet",
                deployment({
                    spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }] },
                    pod: { volumes: [] },
                }),
            ),
        ],
        "a bucket in config.yml": [
            inPod({ volumes: [{ name: "config", secret: { secretName: "registry-config" } }] }),
            config(s3),
        ],
        "a bucket in the environment": [bare(1, { env: bucket })],
        "zot in a bucket": zot(onS3),
        "a configuration outside the stack, which may name a bucket": [
            deployment({ container: { volumeMounts: [{ name: "config", mountPath: "/etc/distribution" }] } }),
        ],
        "an emptyDir for other data": [
            inPod({
                volumes: [
                    { name: "data", persistentVolumeClaim: { claimName: "registry-data" } },
                    { name: "config", emptyDir: {} },
                ],
            }),
        ],
        "a Job that looks at the images": [
            {
                ...bare(1),
                type: "kubernetes:batch/v1:Job",
            },
        ],
    },
    fails: {
        "an emptyDir": {
            of: [inPod({ volumes: [{ name: "data", emptyDir: {} }] })],
            says: "The directory /var/lib/registry is an emptyDir",
        },
        "a volume that is deleted with the pod": {
            of: [inPod({ volumes: [{ name: "data", ephemeral: { volumeClaimTemplate: {} } }] })],
            says: "The directory /var/lib/registry is an ephemeral volume",
        },
        "no volume": {
            of: [bare(1)],
            says: "The directory /var/lib/registry is on no volume, but in the file system of the container",
        },
        "no volume of a ReplicationController": {
            of: [as("ReplicationController", bare(1))],
            says: "is on no volume",
        },
        "no volume of a DaemonSet": { of: [as("DaemonSet", bare(1))], says: "is on no volume" },
        "no volume at the folder that the environment names": {
            of: [
                deployment({
                    container: {
                        env: [{ name: "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", value: "/data" }],
                        volumeMounts: [{ name: "data", mountPath: "/var/lib/registry" }],
                    },
                }),
            ],
            says: "The directory /data is on no volume",
        },
        "no volume of zot": { of: zot({ rootDirectory: "/zot" }), says: "The directory /zot is on no volume" },
        memory: { of: [bare(1, { env: [{ name: "REGISTRY_STORAGE", value: "inmemory" }] })], says: "in memory" },
        "one at another directory, if the settings have it": {
            of: [inPod({ volumes: [{ name: "config", emptyDir: {} }] })],
            says: "The directory /etc/distribution is an emptyDir",
            settings: { dataFolder: "/etc/distribution" },
        },
    },
    unknown: {
        "the volumes": [inPod({ volumes: unknown })],
        "one volume": [inPod({ volumes: [unknown] })],
        "the mounts": [deployment({ container: { volumeMounts: unknown } })],
        "the environment": [bare(1, { env: unknown })],
    },
});

const two = (over: object = {}) => deployment({ spec: { replicas: 2, ...over } });
const shared = claim({ spec: { accessModes: ["ReadWriteMany"] } });
const signed = config(configYml());
const without = configYml("http: {}\n");
const scaler = (maxReplicas: number) =>
    object(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "registry",
        { spec: { scaleTargetRef: { kind: "Deployment", name: "registry" }, maxReplicas } },
        {},
    );

describeRule("shared-replicas", {
    passes: {
        "two on shared storage with one secret": [two(), shared, signed],
        "one on its own": [deployment(), claim(), config(without)],
        "one without a volume": [bare(1)],
        "a secret in the environment": [
            deployment({
                spec: { replicas: 2 },
                container: { env: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: {} }] },
            }),
            shared,
            config(without),
        ],
        "a secret in the variables of a Secret": [
            deployment({
                spec: { replicas: 2 },
                container: { envFrom: [{ secretRef: { name: "variables" } }] },
            }),
            shared,
            config(without),
            secret("variables", { REGISTRY_HTTP_SECRET: "one" }),
        ],
        "a bucket and one secret": [
            bare(2, { env: [...bucket, { name: "REGISTRY_HTTP_SECRET", valueFrom: { secretKeyRef: {} } }] }),
        ],
        "zot in a bucket": zot(onS3),
        "objects outside the stack": [two()],
        "a namesake elsewhere": [two(), claim({ metadata: { namespace: "other" } })],
        "an autoscaler of another workload": [
            deployment(),
            claim(),
            scaler(1),
            {
                ...scaler(3),
                props: { ...scaler(3).props, spec: { scaleTargetRef: { kind: "Deployment", name: "web" } } },
            },
        ],
    },
    fails: {
        "a claim for one node": {
            of: [two(), claim(), signed],
            says: "2 replicas share a claim that is not ReadWriteMany",
        },
        "a claim each": {
            of: [
                as(
                    "StatefulSet",
                    deployment({
                        spec: { replicas: 2, volumeClaimTemplates: [{ metadata: { name: "data" } }] },
                        pod: { volumes: [{ name: "config", secret: { secretName: "registry-config" } }] },
                    }),
                ),
                signed,
            ],
            says: "2 replicas have a claim each",
        },
        "no volume and no secret": {
            of: [bare(3)],
            says: [
                "3 replicas keep their images in their own file systems each, at /var/lib/registry",
                "3 replicas do not share an http.secret",
            ],
        },
        "those of a ReplicationController": {
            of: [as("ReplicationController", bare(2))],
            says: ["2 replicas keep their images", "2 replicas do not share"],
        },
        "the pods of a DaemonSet": {
            of: [as("DaemonSet", bare(1))],
            says: ["The pods of the DaemonSet keep their images", "The pods of the DaemonSet do not share"],
        },
        "what an autoscaler adds": {
            of: [bare(1), scaler(4)],
            says: ["4 replicas keep their images", "4 replicas do not share"],
        },
        "an emptyDir each": {
            of: [deployment({ spec: { replicas: 2 }, pod: { volumes: [{ name: "data", emptyDir: {} }] } })],
            says: "2 replicas have a volume each at /var/lib/registry",
        },
        "a folder of each node": {
            of: [
                deployment({ spec: { replicas: 2 }, pod: { volumes: [{ name: "data", hostPath: { path: "/srv" } }] } }),
            ],
            says: "2 replicas have the folder of their node each at /var/lib/registry (hostPath)",
        },
        "a folder each of zot": { of: zot({ rootDirectory: "/zot" }), says: "2 replicas keep their images" },
        "a bucket without a secret": { of: [bare(2, { env: bucket })], says: "2 replicas do not share an http.secret" },
        "no common secret": {
            of: [two(), shared, config(without)],
            says: "2 replicas do not share an http.secret",
        },
        "none in a ConfigMap": {
            of: [
                deployment({
                    spec: { replicas: 3 },
                    pod: {
                        volumes: [
                            { name: "config", configMap: { name: "own" } },
                            { name: "data", persistentVolumeClaim: { claimName: "registry-data" } },
                        ],
                    },
                }),
                configMap("own", { "config.yml": without }),
            ],
            says: "3 replicas do not share an http.secret",
        },
    },
    unknown: {
        "the replicas": [two({ replicas: unknown }), claim()],
        "the access modes": [two(), claim({ spec: { accessModes: unknown } })],
        "the configuration": [two(), shared, secret("registry-config", { "config.yml": unknown })],
        "the volumes": [deployment({ spec: { replicas: 2 }, pod: { volumes: unknown } })],
        "the environment": [bare(2, { env: unknown })],
    },
});
