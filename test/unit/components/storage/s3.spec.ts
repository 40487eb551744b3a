import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { type S3Storage, S3StorageClass } from "../../../../components";
import { regionWarning, s3Driver } from "../../../../components/storage/s3";
import { caCertificate } from "../../authority";
import type { Resources } from "../../mocks";
import { registry } from "../../registry";
import { warningsOf } from "../../warnings";

const withS3 = (s3: S3Storage, more = {}) => registry({ storage: { s3 }, ...more });
const keys = { accessKeyId: "id", secretAccessKey: "of-s3" };
const ofOurOwn = { bucket: "images", endpoint: "https://s3.example.com", credentials: { keys } };

const container = (resources: Resources) => resources.pod.spec.containers[0];
const storageOf = (resources: Resources) => parse(resources.configYaml).storage;

describe("storage.s3.region", () => {
    // OpenStack's default, Hetzner, Cloudflare R2, Backblaze B2, Garage, Scaleway, and names that Ceph allows.
    const ofServers = [
        "RegionOne",
        "fsn1",
        "auto",
        "eu-central-003",
        "garage",
        "fr-par",
        "default",
        "us_east",
        "eu:cold",
    ];
    for (const region of ofServers) {
        it(`can be ${region}, the region of an S3-compatible server`, async () => {
            assert.equal(storageOf(await withS3({ ...ofOurOwn, region })).s3.region, region);
        });
    }

    for (const region of ["us-east-1", "us-gov-west-1", "cn-northwest-1", "us-isob-east-1", "ap-southeast-4"]) {
        it(`can be ${region} without an endpoint`, async () => {
            assert.equal(storageOf(await withS3({ bucket: "images", region })).s3.region, region);
            assert.equal(regionWarning({ region }), undefined);
        });
    }

    it("causes a warning without an endpoint if it is not a region of AWS", async () => {
        const sentence =
            "storage.s3.region: RegionOne is not a region of AWS; for an S3-compatible server, set storage.s3.endpoint as well";
        for (const region of ["RegionOne", pulumi.output("RegionOne")]) {
            const warnings = await warningsOf(() => withS3({ bucket: "images", region }));
            assert.deepEqual(warnings, [sentence]);
        }
        assert.deepEqual(await warningsOf(() => withS3({ ...ofOurOwn, region: "RegionOne" })), []);
        for (const region of ["auto", "fsn1", "eu-central1"]) assert.ok(regionWarning({ region }), region);
        assert.equal(regionWarning({}), undefined);
    });
});

describe("the S3 driver's section of config.yml", () => {
    const driver = (s3: Omit<Parameters<typeof s3Driver>[0], "isTrusted">, isTrusted = true) =>
        s3Driver({ ...s3, isTrusted }, "cluster.local");

    it("is for Amazon S3 with only a bucket", () => {
        assert.deepEqual(driver({ bucket: "images" }), {
            s3: { bucket: "images", region: "us-east-1", secure: true, forcepathstyle: false },
            redirect: { disable: false },
        });
    });

    it("has the bucket in the path, and no storage class, with an endpoint", () => {
        assert.deepEqual(driver({ bucket: "images", endpoint: "https://s3.example.com" }), {
            s3: {
                bucket: "images",
                region: "us-east-1",
                regionendpoint: "https://s3.example.com",
                secure: true,
                forcepathstyle: true,
                storageclass: "NONE",
            },
            redirect: { disable: false },
        });
    });

    it("contains all arguments, with sizes in bytes", () => {
        const all = driver({
            bucket: "images",
            region: "eu-central-1",
            endpoint: "http://minio.minio.svc:9000",
            pathStyle: false,
            rootDirectory: "team/images",
            redirectEndpoint: "https://s3.example.com",
            multipart: { chunkSizeMi: 16, copyChunkSizeMi: 64, copyConcurrency: 8, copyThresholdMi: 128 },
            encryption: { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1" },
            storageClass: S3StorageClass.StandardIa,
        });
        assert.deepEqual(all, {
            s3: {
                bucket: "images",
                region: "eu-central-1",
                regionendpoint: "http://minio.minio.svc:9000",
                secure: false,
                forcepathstyle: false,
                rootdirectory: "team/images",
                redirectendpoint: "https://s3.example.com",
                chunksize: 16 * 2 ** 20,
                multipartcopychunksize: 64 * 2 ** 20,
                multipartcopymaxconcurrency: 8,
                multipartcopythresholdsize: 128 * 2 ** 20,
                encrypt: true,
                keyid: "arn:aws:kms:eu-central-1:123456789012:key/1",
                storageclass: "STANDARD_IA",
            },
            redirect: { disable: false },
        });
    });

    it("requests encryption with the AWS managed key", () => {
        const { s3 } = driver({ bucket: "images", encryption: {} }) as { s3: Record<string, unknown> };
        assert.equal(s3.encrypt, true);
        assert.equal("keyid" in s3, false);
    });

    const redirects: [string, string, boolean, boolean][] = [
        ["a public name", "https://s3.example.com", true, true],
        ["a public name with a port", "https://s3.example.com:9000", true, true],
        ["a private CA, which nodes do not trust", "https://s3.example.com", false, false],
        ["no TLS", "http://s3.example.com", true, false],
        ["a Service's name", "https://minio", true, false],
        ["a Service's name with its namespace", "https://minio.storage:9000", true, false],
        ["a Service's short name", "https://minio.storage.svc:9000", true, false],
        ["a Service's full name", "https://minio.storage.svc.cluster.local:9000", true, false],
    ];
    for (const [what, endpoint, isTrusted, expected] of redirects) {
        it(`${expected ? "redirects clients to" : "proxies blobs from"} an endpoint with ${what}`, () => {
            const { redirect } = driver({ bucket: "images", endpoint }, isTrusted);
            assert.deepEqual(redirect, { disable: !expected });
            assert.deepEqual(driver({ bucket: "images", endpoint, redirect: !expected }, isTrusted).redirect, {
                disable: expected,
            });
        });
    }
});

describe("storage.s3", () => {
    it("replaces the volume", async () => {
        const r = await withS3({ bucket: "images" });
        assert.deepEqual(r.every("PersistentVolumeClaim"), []);
        assert.deepEqual(
            r.all.filter((resource) => resource.protect),
            [],
        );
        assert.equal("filesystem" in storageOf(r), false);
        assert.equal(storageOf(r).s3.bucket, "images");
        assert.deepEqual(storageOf(r).delete, { enabled: true });
        assert.equal(
            r.pod.spec.volumes.some((volume: { name: string }) => volume.name === "data"),
            false,
        );
    });

    it("runs replicas on any node, and never fewer during a rollout", async () => {
        const r = await withS3(ofOurOwn, { replicas: 3 });
        const { spec } = r.one("Deployment").inputs;
        assert.equal(spec.replicas, 3);
        assert.deepEqual(spec.strategy, { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
        assert.equal(r.pod.spec.affinity, undefined);
    });

    it("passes the access key to the SDK from a Secret, and to nothing else", async () => {
        const r = await withS3(ofOurOwn);
        const secret = r.one("Secret", "registry-s3");
        assert.deepEqual(secret.inputs.stringData, keys);
        assert.equal(secret.clearTexts.includes("of-s3"), false);
        assert.deepEqual(container(r).env.slice(1), [
            {
                name: "AWS_ACCESS_KEY_ID",
                valueFrom: { secretKeyRef: { name: secret.inputs.metadata.name, key: "accessKeyId" } },
            },
            {
                name: "AWS_SECRET_ACCESS_KEY",
                valueFrom: { secretKeyRef: { name: secret.inputs.metadata.name, key: "secretAccessKey" } },
            },
        ]);
        const others = r.all.filter((resource) => resource.name !== "registry-s3");
        assert.equal(JSON.stringify(others.map((resource) => resource.inputs)).includes("of-s3"), false);
    });

    it("rolls the pods when the key changes, and only then", async () => {
        const variables = async (secretAccessKey: string) =>
            container(await withS3({ ...ofOurOwn, credentials: { keys: { ...keys, secretAccessKey } } })).env;
        assert.deepEqual(await variables("of-s3"), await variables("of-s3"));
        assert.notDeepEqual(await variables("of-s3"), await variables("another"));
    });

    it("reads the access key from an existing Secret", async () => {
        const r = await withS3({ bucket: "images", credentials: { existingSecret: { name: "mine" } } });
        assert.deepEqual(container(r).env.slice(1), [
            { name: "AWS_ACCESS_KEY_ID", valueFrom: { secretKeyRef: { name: "mine", key: "AWS_ACCESS_KEY_ID" } } },
            {
                name: "AWS_SECRET_ACCESS_KEY",
                valueFrom: { secretKeyRef: { name: "mine", key: "AWS_SECRET_ACCESS_KEY" } },
            },
        ]);
        const existingSecret = { name: "mine", accessKeyIdKey: "id", secretAccessKeyKey: "key" };
        const renamed = await withS3({ bucket: "images", credentials: { existingSecret } });
        assert.deepEqual(
            container(renamed)
                .env.slice(1)
                .map((e: { valueFrom: { secretKeyRef: { key: string } } }) => e.valueFrom.secretKeyRef.key),
            ["id", "key"],
        );
    });

    it("assumes a role through the service account's annotation (IRSA), without an access key", async () => {
        const arn = "arn:aws:iam::123456789012:role/registry";
        const r = await withS3({ bucket: "images", credentials: { role: { arn } } });
        const { annotations } = r.one("ServiceAccount", "registry-account").inputs.metadata;
        assert.equal(annotations["eks.amazonaws.com/role-arn"], arn);
        assert.equal(container(r).env.length, 1);
        assert.deepEqual(
            r.every("Secret").filter((secret) => secret.name === "registry-s3"),
            [],
        );
    });

    it("trusts the public CAs only if caCertPem is empty, or turns out to be", async () => {
        const s3 = {
            ...ofOurOwn,
            endpoint: "https://s3.example.com",
            credentials: { existingSecret: { name: "mine" } },
        };
        const redirects = (r: Awaited<ReturnType<typeof withS3>>) => !parse(r.configYaml).storage.redirect.disable;
        const known = await withS3({ ...s3, caCertPem: "" });
        assert.deepEqual(
            known.every("Secret").filter((secret) => secret.name === "registry-s3"),
            [],
        );
        const late = await withS3({ ...s3, caCertPem: pulumi.output("") });
        assert.deepEqual(late.one("Secret", "registry-s3").inputs.stringData, { "ca.crt": "" });
        const trusting = await withS3({ ...s3, caCertPem: pulumi.output(caCertificate) });
        assert.deepEqual([known, late, trusting].map(redirects), [true, true, false]);
    });

    it("trusts CA certificates in addition to the public ones, also with an existing Secret", async () => {
        const r = await withS3({
            ...ofOurOwn,
            caCertPem: pulumi.output(caCertificate),
            credentials: { existingSecret: { name: "mine" } },
        });
        assert.deepEqual(r.one("Secret", "registry-s3").inputs.stringData, { "ca.crt": caCertificate });
        assert.deepEqual(container(r).env.at(-1), {
            name: "SSL_CERT_DIR",
            value: "/etc/private-registry/authorities",
        });
        assert.deepEqual(
            r.pod.spec.volumes.find((volume: { name: string }) => volume.name === "s3-ca"),
            {
                name: "s3-ca",
                secret: {
                    secretName: r.objectName("Secret", "registry-s3"),
                    items: [{ key: "ca.crt", path: "ca.crt" }],
                },
            },
        );
        assert.ok(
            container(r).volumeMounts.some(
                (m: { mountPath: string }) => m.mountPath === "/etc/private-registry/authorities",
            ),
        );
        assert.deepEqual(storageOf(r).redirect, { disable: true });
    });
});
