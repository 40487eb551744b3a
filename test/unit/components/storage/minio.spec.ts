import * as assert from "node:assert/strict";
import { parse } from "yaml";
import type { MinioStorage } from "../../../../components";
import { bucketPolicy } from "../../../../components/storage/minioSetup";
import type { Resources } from "../../mocks";
import { refusesValues } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

const withMinio = (minio: MinioStorage = {}, more = {}) => registry({ storage: { minio }, ...more });
const server = (resources: Resources) => resources.one("StatefulSet").inputs.spec.template.spec;
const endsWith = (name: string) => (urn: string) => urn.endsWith(`::${name}`);

describe("storage.minio", () => {
    it("is a server with one volume, which is protected with its namespace", async () => {
        const r = await withMinio();
        const { inputs } = r.one("PersistentVolumeClaim");
        assert.equal(inputs.metadata.name, "registry-minio");
        assert.deepEqual(inputs.spec, { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } });
        assert.deepEqual(server(r).volumes[0], {
            name: "data",
            persistentVolumeClaim: { claimName: "registry-minio" },
        });
        assert.deepEqual(
            r.all.filter((resource) => resource.protect).map((resource) => resource.name),
            ["registry-namespace", "registry-minio-claim"],
        );
    });

    it("has the given size, storage class and protection", async () => {
        const r = await withMinio({ size: "200Gi", storageClassName: "fast", deleteWithStack: true });
        assert.deepEqual(r.one("PersistentVolumeClaim").inputs.spec, {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "fast",
            resources: { requests: { storage: "200Gi" } },
        });
        assert.deepEqual(
            r.all.filter((resource) => resource.protect),
            [],
        );
    });

    it("is the registry's S3 storage, without redirects", async () => {
        const { storage } = parse((await withMinio()).configYaml);
        assert.deepEqual(storage.s3, {
            bucket: "registry",
            region: "us-east-1",
            regionendpoint: "https://registry-minio.registry.svc:9000",
            secure: true,
            forcepathstyle: true,
            storageclass: "NONE",
        });
        assert.deepEqual(storage.redirect, { disable: true });
    });

    it("serves TLS with a dedicated CA, or plain HTTP on request", async () => {
        const r = await withMinio();
        assert.deepEqual(r.one("CertRequest", "registry-minio-server-request").inputs.dnsNames, [
            "registry-minio.registry.svc",
        ]);
        assert.match(r.one("Secret", "registry-s3").inputs.stringData["ca.crt"], /registry-minio-ca/);
        assert.equal(server(r).containers[0].readinessProbe.httpGet.scheme, "HTTPS");
        const plain = await withMinio({ tls: false });
        assert.equal(parse(plain.configYaml).storage.s3.regionendpoint, "http://registry-minio.registry.svc:9000");
        assert.equal(parse(plain.configYaml).storage.s3.secure, false);
        assert.equal(server(plain).containers[0].readinessProbe.httpGet.scheme, "HTTP");
        assert.deepEqual(
            plain.every("CertRequest").map((request) => request.name),
            ["registry-tls-request"],
        );
    });

    it("has random passwords, and the registry has only the unprivileged one", async () => {
        const r = await withMinio();
        const root = r.one("Secret", "registry-minio-root").inputs.stringData;
        const user = r.one("Secret", "registry-s3").inputs.stringData;
        assert.match(root.MINIO_ROOT_PASSWORD, /^registry-minio-root/);
        assert.match(user.secretAccessKey, /^registry-minio-user/);
        assert.equal(user.accessKeyId, "registry");
        const { env } = r.pod.spec.containers[0];
        assert.equal(JSON.stringify(env).includes("minio-root"), false);
        assert.equal(JSON.stringify(r.one("StatefulSet").inputs).includes(root.MINIO_ROOT_PASSWORD), false);
        assert.equal(JSON.stringify(r.one("Job").inputs).includes(root.MINIO_ROOT_PASSWORD), false);
    });

    it("is ready, with bucket and user, before the registry starts", async () => {
        const r = await withMinio();
        assert.ok(r.one("Job").dependencies.some(endsWith("registry-minio")));
        assert.ok(r.one("Deployment").dependencies.some(endsWith("registry-minio-set-up")));
    });

    it("has no console", async () => {
        const r = await withMinio();
        assert.deepEqual(r.one("Service", "registry-minio-service").inputs.spec.ports, [
            { name: "s3", port: 9000, targetPort: 9000 },
        ]);
        const { env } = server(r).containers[0];
        assert.ok(env.some((e: { name: string; value: string }) => e.name === "MINIO_BROWSER" && e.value === "off"));
    });

    it("takes its image from the mirror, or another image", async () => {
        const images = (r: Resources) => [
            server(r).containers[0].image,
            r.one("Job").inputs.spec.template.spec.containers[0].image,
        ];
        const pinned = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z";
        assert.deepEqual(images(await withMinio()), [pinned, pinned]);
        const mirrored = await withMinio({}, { imageMirror: "mirror.example.com", imagePullSecrets: ["hub"] });
        assert.deepEqual(images(mirrored), [`mirror.example.com/${pinned}`, `mirror.example.com/${pinned}`]);
        assert.deepEqual(server(mirrored).imagePullSecrets, [{ name: "hub" }]);
        const own = await withMinio({ image: "registry.example.com/minio:1" });
        assert.deepEqual(images(own), ["registry.example.com/minio:1", "registry.example.com/minio:1"]);
    });

    it("has the given resources and scheduling", async () => {
        const r = await withMinio(
            { resources: { limits: { memory: "4Gi" } } },
            { scheduling: { nodeSelector: { pool: "storage" } } },
        );
        assert.deepEqual(server(r).containers[0].resources, {
            requests: { cpu: "100m", memory: "256Mi" },
            limits: { cpu: "1", memory: "4Gi" },
        });
        assert.deepEqual(server(r).nodeSelector, { pool: "storage" });
    });
});

describe("the policy of MinIO's user", () => {
    it("allows access to the bucket and its objects, and not to other buckets or the bucket's settings", () => {
        const { Statement } = bucketPolicy("images") as { Statement: { Action: string[]; Resource: string[] }[] };
        assert.deepEqual(
            Statement.flatMap((statement) => statement.Resource),
            ["arn:aws:s3:::images", "arn:aws:s3:::images/*"],
        );
        const actions = Statement.flatMap((statement) => statement.Action);
        assert.deepEqual(
            actions.filter((action) => /\*|Policy|DeleteBucket|CreateBucket|ListAll/.test(action)),
            [],
        );
        assert.ok(actions.includes("s3:PutObject"));
    });
});

refusesValues("storage.minio", [
    ["storage.minio.size", "10GB", must.size, "did you mean `10Gi`?"],
    ["storage.minio.size", "0Gi", must.size],
    ["storage.minio.storageClassName", "Fast", must.dnsName],
    ["storage.minio.deleteWithStack", "no", must.boolean],
    ["storage.minio.image", "minio latest", must.image],
    ["storage.minio.resources.limits.memory", "512MB", must.memoryLimit, "did you mean `512Mi`?"],
    ["storage.minio.tls", "off", must.boolean],
]);
