import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
    AccessMode,
    IngressController,
    PrivateRegistry,
    type PrivateRegistryArgs,
    RolloutStrategy,
} from "../../../../components";
import { declare, failure, type Resources, refusal } from "../../mocks";
import { refuses } from "../../refusals";

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into values
type Any = any;

const registry = (args: PrivateRegistryArgs = {}): Promise<Resources> =>
    declare(() => new PrivateRegistry("registry", { helm: {}, ...args }));
const release = async (args?: PrivateRegistryArgs): Promise<Any> => (await registry(args)).one("Release").inputs;
const values = async (args?: PrivateRegistryArgs): Promise<Any> => (await release(args)).values;

const s3: PrivateRegistryArgs["storage"] = {
    s3: {
        bucket: "images",
        endpoint: "https://s3.example.com",
        rootDirectory: "team",
        credentials: { keys: { accessKeyId: "me", secretAccessKey: pulumi.secret("key-of-s3") } },
    },
};

describe("helm", () => {
    it("is a release of the twuni chart in place of the Deployment", async () => {
        const r = await registry();
        const { name, namespace, chart, version, repositoryOpts } = r.one("Release").inputs;
        assert.deepEqual(
            { name, namespace, chart, version, repositoryOpts },
            {
                name: "registry",
                namespace: "registry",
                chart: "docker-registry",
                version: "3.0.0",
                repositoryOpts: { repo: "https://helm.twun.io" },
            },
        );
        assert.deepEqual(r.every("Deployment"), []);
        assert.equal(r.named("registry-config").length, 0);
    });

    it("takes the chart from a repository, a path or a registry of the team's own", async () => {
        const source = async (helm: PrivateRegistryArgs["helm"]) => {
            const { chart, version, repositoryOpts } = await release({ helm });
            return { chart, version, repositoryOpts };
        };
        assert.deepEqual(await source({ chart: "registry", version: "1.2.3", repo: "https://charts.example.com" }), {
            chart: "registry",
            version: "1.2.3",
            repositoryOpts: { repo: "https://charts.example.com" },
        });
        const none = { version: undefined, repositoryOpts: undefined };
        assert.deepEqual(await source({ chart: "./charts/docker-registry" }), {
            ...none,
            chart: "./charts/docker-registry",
        });
        const oci = "oci://mirror.example.com/charts/docker-registry";
        assert.deepEqual(await source({ chart: oci }), { ...none, chart: oci, version: "3.0.0" });
    });

    it("has the same outputs", async () => {
        const outputs = (args: PrivateRegistryArgs) =>
            new Promise<Any>((resolve) => {
                declare(() => {
                    const { host, url, namespaceName, serviceName, deploymentName, username } = new PrivateRegistry(
                        "registry",
                        args,
                    );
                    pulumi
                        .output({ host, url, namespaceName, serviceName, deploymentName, username })
                        .apply((known) => resolve(known));
                });
            });
        assert.deepEqual(await outputs({ helm: {} }), { ...(await outputs({})), deploymentName: "registry" });
    });

    it("writes no value that the chart would not read", async () => {
        const schema = JSON.parse(
            readFileSync(path.join(__dirname, "../../../charts/docker-registry/values.schema.json"), "utf8"),
        );
        const unknown = (value: Any, known: Any, at: string): string[] =>
            known.properties === undefined
                ? []
                : Object.entries(value).flatMap(([key, inner]) =>
                      key in known.properties
                          ? unknown(inner, known.properties[key], `${at}.${key}`)
                          : [`${at}.${key}`],
                  );
        for (const args of [{}, { storage: s3 }]) assert.deepEqual(unknown(await values(args), schema, "values"), []);
        assert.deepEqual(unknown({ image: { digest: "x" } }, schema, "values"), ["values.image.digest"]);
    });
});

describe("what outlives the release, and what its pods need", () => {
    const endsWith = (name: string) => (urn: string) => urn.endsWith(`::${name}`);

    it("is made before it and not by it", async () => {
        const r = await registry();
        const { dependencies } = r.one("Release");
        for (const name of ["registry-htpasswd", "registry-claim"]) {
            assert.ok(dependencies.some(endsWith(name)), `the release does not wait for ${name}`);
        }
        const { persistence, tlsSecretName, serviceAccount } = r.one("Release").inputs.values;
        assert.deepEqual(persistence, { enabled: true, existingClaim: "registry" });
        assert.equal(tlsSecretName, "registry-tls-1a2b3c4d");
        assert.deepEqual(serviceAccount, { create: false, name: "registry-account-1a2b3c4d" });
        assert.equal(r.one("ServiceAccount", "registry-account").inputs.automountServiceAccountToken, false);
        assert.equal(r.one("PersistentVolumeClaim").protect, true);
    });

    it("is found by the component's Services, whose names the chart's own leaves alone", async () => {
        const r = await registry();
        const { selector } = r.one("Service", "registry-service").inputs.spec;
        const { podLabels, service, fullnameOverride } = r.one("Release").inputs.values;
        assert.deepEqual({ ...podLabels, ...selector }, podLabels);
        assert.deepEqual(service, { name: "registry-chart", type: "ClusterIP" });
        assert.equal(fullnameOverride, "registry");
    });

    it("includes whoever watches or asks the pods", async () => {
        const r = await registry({ tls: { existingSecret: { name: "team" } }, users: [{ name: "ci", generation: 2 }] });
        const { rules } = r.one("Role", "registry-certificate-watch-role").inputs;
        assert.deepEqual(rules[0].resourceNames, ["registry"]);
        assert.ok(r.one("Job", "registry-credentials-accepted").dependencies.some(endsWith("registry-release")));
    });

    it("is reached by an Ingress over HTTP when asked for", async () => {
        const found = await values({
            tls: { plainBackend: true },
            host: "a.example.com",
            expose: { ingress: { controller: IngressController.Other } },
        });
        assert.equal("tlsSecretName" in found, false);
        assert.equal(found.configData.http.tls, undefined);
    });
});

describe("the chart's pods", () => {
    it("are what the arguments say", async () => {
        const found = await values({
            storage: s3,
            replicas: 3,
            image: "registry.example.com/registry:3.1.2",
            imageMirror: "mirror.example.com",
            imagePullSecrets: ["mirror"],
            resources: { limits: { memory: "1Gi" } },
            scheduling: {
                nodeSelector: { disk: "ssd" },
                tolerations: [{ key: "a" }],
                affinity: { nodeAffinity: {} },
                priorityClassName: "high",
            },
            annotations: { "example.com/owner": "platform" },
            labels: { team: "a" },
        });
        assert.equal(found.replicaCount, 3);
        assert.deepEqual(found.image, {
            repository: "mirror.example.com/registry.example.com/registry",
            tag: "3.1.2",
            pullPolicy: "IfNotPresent",
        });
        assert.deepEqual(found.imagePullSecrets, [{ name: "mirror" }]);
        assert.deepEqual(found.resources, {
            requests: { cpu: "100m", memory: "128Mi" },
            limits: { cpu: "500m", memory: "1Gi" },
        });
        assert.deepEqual(found.nodeSelector, { disk: "ssd" });
        assert.deepEqual(found.tolerations, [{ key: "a" }]);
        assert.deepEqual(found.affinity, { nodeAffinity: {} });
        assert.equal(found.priorityClassName, "high");
        assert.equal(found.podAnnotations["example.com/owner"], "platform");
        assert.equal(found.podLabels.team, "a");
    });

    it("run the image by its tag, its digest, or both", async () => {
        const digest = "0".repeat(64);
        const put = async (image: string) => {
            const { repository, tag } = (await values({ image })).image;
            return `${repository}:${tag}`;
        };
        for (const image of [
            "docker.io/library/registry:3.1.2",
            `registry@sha256:${digest}`,
            `a:5000/registry:3.1.2@sha256:${digest}`,
        ]) {
            assert.equal(await put(image), image);
        }
        assert.equal(await put("a:5000/registry"), "a:5000/registry:latest");
    });

    it("fulfil Pod Security restricted", async () => {
        const { securityContext, containerSecurityContext } = await values();
        assert.deepEqual(securityContext, {
            enabled: true,
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
        });
        assert.deepEqual(containerSecurityContext, {
            enabled: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
        });
    });

    it("surge beside a volume that one node may mount, and are recreated where one pod may", async () => {
        const near = await values();
        assert.deepEqual(near.updateStrategy, {
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
        });
        const [term] = near.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
        assert.deepEqual({ ...near.podLabels, ...term.labelSelector.matchLabels }, near.podLabels);
        const one = await values({ storage: { volume: { accessMode: AccessMode.ReadWriteOncePod } } });
        assert.deepEqual(one.updateStrategy, { type: "Recreate" });
        assert.deepEqual((await values({ rollout: { strategy: RolloutStrategy.Recreate } })).updateStrategy, {
            type: "Recreate",
        });
    });

    it("read the users from a folder that is theirs, so that a change of users changes no value", async () => {
        const before = await values();
        assert.deepEqual(before.extraVolumeMounts, [
            { name: "auth", mountPath: "/etc/private-registry/auth", readOnly: true },
        ]);
        assert.deepEqual(before.extraVolumes, [
            { name: "auth", secret: { secretName: "registry-htpasswd", defaultMode: 0o440 } },
        ]);
        assert.equal(before.configData.auth.htpasswd.path, "/etc/private-registry/auth/htpasswd");
        assert.deepEqual(await values({ users: [{ name: "ci" }], pullGeneration: 2 }), before);
    });

    it("have a shared key that is the same every time, and no other secret of the component's among the values", async () => {
        const r = await registry({ storage: s3, users: [{ name: "ci", password: pulumi.secret("correct horse") }] });
        const { inputs, clearTexts } = r.one("Release");
        const { haSharedSecret } = inputs.values.secrets;
        assert.match(haSharedSecret, /^[0-9a-f]{64}$/);
        assert.equal(haSharedSecret, (await values()).secrets.haSharedSecret);
        assert.equal(clearTexts.includes(haSharedSecret), false);
        const text = JSON.stringify(inputs.values).replace(haSharedSecret, "");
        for (const secret of [...r.secrets.filter((one) => one !== haSharedSecret), "key-of-s3", "correct horse"]) {
            assert.equal(text.includes(secret), false, secret);
        }
    });

    it("roll when the certificate or a key of S3 changes", async () => {
        const annotations = async (args: PrivateRegistryArgs) => (await values(args)).podAnnotations;
        const before = await annotations({ storage: s3 });
        const renewed = await annotations({ storage: s3, tls: { selfSigned: { generation: 2 } } });
        assert.notEqual(renewed["checksum/certificate"], before["checksum/certificate"]);
        assert.equal(renewed["checksum/content"], before["checksum/content"]);
        const keys = { accessKeyId: "me", secretAccessKey: "another" };
        const rekeyed = await annotations({ storage: { s3: { ...s3.s3, credentials: { keys } } as Any } });
        assert.notEqual(rekeyed["checksum/content"], before["checksum/content"]);
    });
});

describe("the chart's config.yml", () => {
    it("is the component's, without the shared key and with the chart's own folder of the certificate", async () => {
        const { configData } = await values();
        assert.equal(configData.http.secret, undefined);
        assert.deepEqual(configData.http.tls, {
            certificate: "/etc/ssl/docker/tls.crt",
            key: "/etc/ssl/docker/tls.key",
            minimumtls: "tls1.2",
        });
        assert.deepEqual(configData.storage.filesystem, { rootdirectory: "/var/lib/registry" });
        assert.deepEqual(configData.storage.delete, { enabled: true });
        assert.equal(configData.http.relativeurls, true);
    });

    it("lets requests finish within the time that Kubernetes gives the chart's pods", async () => {
        assert.equal((await values()).configData.http.draintimeout, "20s");
    });

    it("turns the chart's cache in memory off, unless one is asked for", async () => {
        const cache = async (args: PrivateRegistryArgs) => (await values(args)).configData.storage.cache;
        assert.deepEqual(await cache({}), { blobdescriptor: "" });
        assert.deepEqual(await cache({ config: { storage: { cache: null } } }), { blobdescriptor: "" });
        assert.deepEqual(await cache({ descriptorCache: { inMemory: { size: 5 } } }), {
            blobdescriptor: "inmemory",
            blobdescriptorsize: 5,
        });
        assert.deepEqual(await cache({ descriptorCache: { redis: {} } }), { blobdescriptor: "redis" });
    });

    it("has config merged over it", async () => {
        const { configData } = await values({ config: { log: { level: "error" }, http: { headers: null } } });
        assert.equal(configData.log.level, "error");
        assert.equal("headers" in configData.http, false);
    });

    it("says everything about S3, and the chart bucket and region once more", async () => {
        const found = await values({ storage: s3 });
        assert.equal(found.storage, "s3");
        assert.deepEqual(found.s3, { bucket: "images", region: "us-east-1" });
        assert.equal("persistence" in found, false);
        assert.equal(found.configData.storage.s3.forcepathstyle, true);
        assert.equal(found.configData.storage.s3.rootdirectory, "team");
        const reference = (key: string) => ({ secretKeyRef: { name: "registry-s3-1a2b3c4d", key } });
        assert.deepEqual(found.extraEnvVars, [
            { name: "OTEL_TRACES_EXPORTER", value: "none" },
            { name: "AWS_ACCESS_KEY_ID", valueFrom: reference("accessKeyId") },
            { name: "AWS_SECRET_ACCESS_KEY", valueFrom: reference("secretAccessKey") },
        ]);
        assert.deepEqual(found.secrets.s3, { secretRef: "" });
    });

    it("comes with the files that the parts of the registry need", async () => {
        const found = await values({ storage: { minio: {} }, descriptorCache: { redis: {} } });
        const names = (list: { name: string }[]) => list.map(({ name }) => name);
        assert.deepEqual(names(found.extraVolumes), ["auth", "s3-ca", "redis"]);
        assert.deepEqual(names(found.extraVolumeMounts), ["auth", "s3-ca", "redis"]);
        assert.deepEqual(names(found.extraEnvVars), [
            "OTEL_TRACES_EXPORTER",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "SSL_CERT_DIR",
        ]);
    });
});

describe("helm.values", () => {
    it("are merged last; the lists that the component needs as well are added to", async () => {
        const mine = { name: "MINE", value: "1" };
        const found = await values({
            helm: {
                values: {
                    replicaCount: 5,
                    service: { annotations: { a: "b" } },
                    priorityClassName: null,
                    imagePullSecrets: [{ name: "x" }],
                    extraEnvVars: [mine],
                    podDisruptionBudget: { minAvailable: 1 },
                },
            },
        });
        assert.equal(found.replicaCount, 5);
        assert.deepEqual(found.service, { name: "registry-chart", type: "ClusterIP", annotations: { a: "b" } });
        assert.equal("priorityClassName" in found, false);
        assert.deepEqual(found.imagePullSecrets, [{ name: "x" }]);
        assert.deepEqual(found.extraEnvVars, [{ name: "OTEL_TRACES_EXPORTER", value: "none" }, mine]);
        assert.deepEqual(found.podDisruptionBudget, { minAvailable: 1 });
    });

    it("may be known later, and are checked then", async () => {
        const later = (over: object) => ({ helm: { values: pulumi.output(Promise.resolve(over)) } });
        assert.equal((await values(later({ replicaCount: 4 }))).replicaCount, 4);
        const { message } = await failure(
            () => new PrivateRegistry("registry", later({ fullnameOverride: "other" }) as Any),
        );
        assert.match(message, /helm\.values\.fullnameOverride: names the chart's objects/);
    });
});

describe("what the chart cannot do", () => {
    const problems = async (args: Any, name = "registry"): Promise<string[]> => {
        const { message } = await refusal(() => new PrivateRegistry(name, { helm: {}, ...args }));
        return message
            .split("\n")
            .slice(1)
            .map((line) => line.trim());
    };
    const inConfigMap =
        "the chart keeps config.yml in a ConfigMap; give it as an environment variable from a Secret in helm.values.extraEnvVars, or remove helm";
    const writtenByChart = "is a setting that the chart writes itself, over config.yml; remove it, or remove helm";

    const cases: [string, Any, string[]][] = [
        [
            "topology spread",
            { scheduling: { topologySpread: [{ maxSkew: 1 }] } },
            ["scheduling.topologySpread: cannot be told to the chart; use affinity, or remove helm"],
        ],
        [
            "a rollout without a failed request",
            { rollout: { strategy: RolloutStrategy.Surge } },
            [
                "rollout.strategy: promises that no request fails, but the chart's pods end at once while nodes still send requests to them; leave it out, or remove helm",
            ],
        ],
        [
            "a limited folder that does not last",
            { storage: { memory: {} } },
            [
                "storage.memory: has a limit, which the chart does not know, so images could fill the node's disk; use a volume with deleteWithStack, or remove helm",
            ],
        ],
        [
            "labels that are the chart's",
            { labels: { app: "a", release: "b", team: "c" } },
            ["app", "release"].map(
                (label) =>
                    `labels.${label}: is how the chart finds its own pods; name the label otherwise, or remove helm`,
            ),
        ],
        [
            "settings that the chart writes over config.yml",
            {
                config: {
                    http: { secret: "a", tls: { certificate: "/a", key: "/b" } },
                    storage: { filesystem: { rootdirectory: "/c" }, s3: { bucket: "d", region: "e" } },
                },
            },
            [
                "http.secret",
                "http.tls.certificate",
                "http.tls.key",
                "storage.filesystem.rootdirectory",
                "storage.s3.bucket",
                "storage.s3.region",
            ].map((setting) => `config.${setting}: ${writtenByChart}`),
        ],
        [
            "secrets in config.yml",
            {
                config: {
                    redis: { password: "hunter2" },
                    notifications: { endpoints: [{ name: "a", headers: { Authorization: ["Bearer hunter2"] } }] },
                    auth: { token: { realm: "https://a", issuer: "b" } },
                },
            },
            [
                `config.redis.password: looks like a secret, and ${inConfigMap}`,
                `config.notifications.endpoints[0].headers.Authorization: looks like a secret, and ${inConfigMap}`,
            ],
        ],
        [
            "values that take from the component what it relies on",
            { helm: { values: { fullnameOverride: "a", namespace: "b", garbageCollect: { enabled: true } } } },
            [
                "helm.values.fullnameOverride: names the chart's objects, as serviceName does here; give serviceName",
                "helm.values.namespace: is where the chart's objects are, as namespace is here; give namespace",
                "helm.values.garbageCollect.enabled: collects garbage while images are pushed, which loses layers of them; remove it, and collect while the registry is read-only",
            ],
        ],
        [
            "a chart in two places",
            { helm: { chart: "./charts/a", repo: "https://charts.example.com", version: "3.0.0" } },
            [
                "helm.repo: is where a chart is found by its name, but chart is `./charts/a`; remove one of the two",
                "helm.version: is what lies at `./charts/a`, whatever is written here; remove it",
            ],
        ],
        [
            "a long name",
            { serviceName: "a".repeat(54) },
            ["serviceName: names the Helm release too, which has at most 53 characters; shorten it"],
        ],
    ];
    for (const [what, args, lines] of cases) {
        it(`is refused: ${what}`, async () => assert.deepEqual(await problems(args), lines));
    }

    it("is refused: a long name of the component, which stands in for the Service's", async () => {
        assert.deepEqual(await problems({}, "a".repeat(54)), [
            "name: names the Helm release too, which has at most 53 characters; shorten it",
        ]);
    });

    it("is done without helm", async () => {
        for (const [what, { helm, ...args }] of cases) {
            if (helm === undefined)
                await declare(() => new PrivateRegistry("registry", args)).catch((e) => assert.fail(`${what}: ${e}`));
        }
    });

    it("is refused when it is known: a secret in config.yml, which is not repeated", async () => {
        const later = async (config: Any) =>
            (await failure(() => new PrivateRegistry("registry", { helm: {}, config }))).message;
        const marked = await later({ redis: { username: pulumi.secret("hunter2") } });
        assert.match(marked, /config: has a secret in it, .* the chart keeps config\.yml in a ConfigMap/);
        const named = await later(pulumi.output(Promise.resolve({ redis: { password: "hunter2" } })));
        assert.match(named, /config\.redis\.password: looks like a secret/);
        assert.doesNotMatch(marked + named, /hunter2/);
    });
});

refuses("helm.values", {
    "values that are no object": { of: { helm: { values: [] } }, says: ["helm.values: must be an object"] },
});
