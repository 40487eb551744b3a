import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, PrivateRegistry, type PrivateRegistryArgs, RolloutStrategy } from "../../../../components";
import { type Any, chartRegistry, s3, values } from "../../chart";
import { failure } from "../../mocks";
import { refuses } from "../../refusals";

describe("the chart's pods", () => {
    it("match the arguments", async () => {
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

    it("run the image with its tag, its digest, or both", async () => {
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

    it("meet Pod Security level restricted", async () => {
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

    it("surge with a ReadWriteOnce volume, and are recreated with a ReadWriteOncePod volume", async () => {
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

    it("read the users from the component's Secret, so that a change of users changes no value", async () => {
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

    it("have a stable shared key, and no other secret of the component in the values", async () => {
        const r = await chartRegistry({
            storage: s3,
            users: [{ name: "ci", password: pulumi.secret("correct horse") }],
        });
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

    it("roll when the certificate or an S3 access key changes", async () => {
        const before = await values({ storage: s3 });
        const renewed = await values({ storage: s3, tls: { selfSigned: { generation: 2 } } });
        assert.notEqual(renewed.tlsSecretName, before.tlsSecretName);
        assert.deepEqual(renewed.extraEnvVars, before.extraEnvVars);
        const keys = { accessKeyId: "me", secretAccessKey: "another" };
        const rekeyed = await values({ storage: { s3: { ...s3.s3, credentials: { keys } } } });
        assert.notDeepEqual(rekeyed.extraEnvVars, before.extraEnvVars);
    });
});

describe("the chart's config.yml", () => {
    it("is the component's, without the shared key and with the chart's certificate directory", async () => {
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

    it("drains within the grace period of the chart's pods", async () => {
        assert.equal((await values()).configData.http.draintimeout, "20s");
    });

    it("disables the chart's in-memory cache, unless one is configured", async () => {
        const cache = async (args: PrivateRegistryArgs) => (await values(args)).configData.storage.cache;
        assert.deepEqual(await cache({}), { blobdescriptor: "" });
        assert.deepEqual(await cache({ config: { storage: { cache: null } } }), { blobdescriptor: "" });
        assert.deepEqual(await cache({ descriptorCache: { inMemory: { size: 5 } } }), {
            blobdescriptor: "inmemory",
            blobdescriptorsize: 5,
        });
        assert.deepEqual(await cache({ descriptorCache: { redis: {} } }), { blobdescriptor: "redis" });
    });

    it("is overridden by config", async () => {
        const { configData } = await values({ config: { log: { level: "error" }, http: { headers: null } } });
        assert.equal(configData.log.level, "error");
        assert.equal("headers" in configData.http, false);
    });

    it("contains all S3 settings; the chart repeats bucket and region", async () => {
        const r = await chartRegistry({ storage: s3 });
        const found = r.one("Release").inputs.values;
        assert.equal(found.storage, "s3");
        assert.deepEqual(found.s3, { bucket: "images", region: "us-east-1" });
        assert.equal("persistence" in found, false);
        assert.equal(found.configData.storage.s3.forcepathstyle, true);
        assert.equal(found.configData.storage.s3.rootdirectory, "team");
        const reference = (key: string) => ({ secretKeyRef: { name: r.objectName("Secret", "registry-s3"), key } });
        assert.deepEqual(found.extraEnvVars, [
            { name: "OTEL_TRACES_EXPORTER", value: "none" },
            { name: "AWS_ACCESS_KEY_ID", valueFrom: reference("accessKeyId") },
            { name: "AWS_SECRET_ACCESS_KEY", valueFrom: reference("secretAccessKey") },
        ]);
        assert.deepEqual(found.secrets.s3, { secretRef: "" });
    });

    it("refers to files that the registry's parts mount", async () => {
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
    it("are merged last; lists that the component also needs are appended to", async () => {
        const mine = { name: "MINE", value: "1" };
        const found = await values({
            helm: {
                values: {
                    nodeSelector: { disk: "ssd" },
                    service: { annotations: { a: "b" } },
                    priorityClassName: null,
                    imagePullSecrets: [{ name: "x" }],
                    extraEnvVars: [mine],
                    podDisruptionBudget: { minAvailable: 1 },
                },
            },
        });
        assert.deepEqual(found.nodeSelector, { disk: "ssd" });
        assert.deepEqual(found.service, { type: "ClusterIP", annotations: { a: "b" } });
        assert.equal("priorityClassName" in found, false);
        assert.deepEqual(found.imagePullSecrets, [{ name: "x" }]);
        assert.deepEqual(found.extraEnvVars, [{ name: "OTEL_TRACES_EXPORTER", value: "none" }, mine]);
        assert.deepEqual(found.podDisruptionBudget, { minAvailable: 1 });
    });

    it("can be Outputs, which are validated when they resolve", async () => {
        const later = (over: object) => ({ helm: { values: pulumi.output(Promise.resolve(over)) } });
        assert.equal((await values(later({ configPath: "/config" }))).configPath, "/config");
        const { message } = await failure(
            () => new PrivateRegistry("registry", later({ fullnameOverride: "other" }) as Any),
        );
        assert.match(message, /helm\.values\.fullnameOverride: names the chart's objects/);
    });
});

refuses("helm.values", {
    "values that are not an object": { of: { helm: { values: [] } }, says: ["helm.values: must be an object"] },
});
