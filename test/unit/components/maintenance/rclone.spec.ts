import * as assert from "node:assert/strict";
import { rcloneRoot, rcloneVariables } from "../../../../components/maintenance/rclone";
import type { Section } from "../../../../components/server/configYml";
import { s3Driver } from "../../../../components/storage/s3";

const mebi = 1024 * 1024;

/** The variables, without those that every bucket has. */
function variables(section: Section, isMinio = false): Record<string, string> {
    const all = rcloneVariables(section, isMinio);
    const always = { TYPE: "s3", ENV_AUTH: "true", NO_CHECK_BUCKET: "true", LIST_VERSION: "2" };
    const own = Object.entries(all).map(([name, value]) => [name.replace("RCLONE_CONFIG_REGISTRY_", ""), value]);
    for (const [name, value] of Object.entries(always)) {
        assert.deepEqual(
            own.find(([other]) => other === name),
            [name, value],
        );
    }
    return Object.fromEntries(own.filter(([name]) => !(name in always)));
}

const aws = { PROVIDER: "AWS", FORCE_PATH_STYLE: "false" };

/** Every key of the section that an argument or an override can write: a value, and what rclone gets. */
const keys: Readonly<Record<string, readonly [value: unknown, becomes: Record<string, string>]>> = {
    // In the root of the remote: see below.
    bucket: ["images", {}],
    rootdirectory: ["team", {}],
    region: ["eu-central-1", { REGION: "eu-central-1" }],
    regionendpoint: ["https://s3.example.com", { PROVIDER: "Other", ENDPOINT: "https://s3.example.com" }],
    // Only for an endpoint without a scheme.
    secure: [false, {}],
    forcepathstyle: [true, { PROVIDER: "Other", FORCE_PATH_STYLE: "true" }],
    storageclass: ["STANDARD_IA", { STORAGE_CLASS: "STANDARD_IA" }],
    encrypt: [true, { SERVER_SIDE_ENCRYPTION: "AES256" }],
    // Without `encrypt`, the registry requests no encryption.
    keyid: ["alias/registry", {}],
    chunksize: [16 * mebi, { CHUNK_SIZE: "16777216B" }],
    multipartcopychunksize: [64 * mebi, { COPY_CUTOFF: "67108864B" }],
    multipartcopythresholdsize: [96 * mebi, { COPY_CUTOFF: "100663296B" }],
    multipartcopymaxconcurrency: [2, { UPLOAD_CONCURRENCY: "2" }],
    objectacl: ["bucket-owner-full-control", { ACL: "bucket-owner-full-control" }],
    usedualstack: [true, { USE_DUAL_STACK: "true" }],
    accelerate: [true, { USE_ACCELERATE_ENDPOINT: "true" }],
    v4auth: [false, { V2_AUTH: "true" }],
    skipverify: [true, { RCLONE_NO_CHECK_CERTIFICATE: "true" }],
    usefipsendpoint: [true, { AWS_USE_FIPS_ENDPOINT: "true" }],
    // For the clients of the registry.
    redirectendpoint: ["https://images.example.com", {}],
    // For logs.
    useragent: ["registry", {}],
    loglevel: ["debug", {}],
};

describe("rclone's variables for storage.s3", () => {
    for (const [key, [value, becomes]] of Object.entries(keys)) {
        it(`${key} becomes ${Object.keys(becomes).join(", ") || "no variable"}`, () =>
            assert.deepEqual(variables({ [key]: value }), { ...aws, ...becomes }));
    }

    it("are decided for every key that the arguments write", () => {
        const { s3 } = s3Driver(
            {
                bucket: "images",
                region: "eu-central-1",
                endpoint: "https://s3.example.com",
                pathStyle: true,
                rootDirectory: "team",
                redirect: true,
                redirectEndpoint: "https://images.example.com",
                multipart: { chunkSizeMi: 16, copyChunkSizeMi: 64, copyConcurrency: 20, copyThresholdMi: 64 },
                encryption: { kmsKeyId: "alias/registry" },
                storageClass: undefined,
                isTrusted: true,
            },
            "cluster.local",
        );
        assert.deepEqual(
            Object.keys(s3 as Section).filter((key) => !(key in keys)),
            [],
        );
    });

    const cases: [string, Section, Record<string, string>][] = [
        ["a storage class in lower case", { storageclass: "glacier_ir" }, { STORAGE_CLASS: "GLACIER_IR" }],
        ["no storage class", { storageclass: "NONE" }, {}],
        [
            "a KMS key",
            { encrypt: true, keyid: "alias/registry" },
            { SERVER_SIDE_ENCRYPTION: "aws:kms", SSE_KMS_KEY_ID: "alias/registry" },
        ],
        [
            "an endpoint without a scheme",
            { regionendpoint: "minio:9000", secure: false },
            { PROVIDER: "Other", ENDPOINT: "http://minio:9000" },
        ],
        [
            "an endpoint without a scheme, with TLS",
            { regionendpoint: "minio:9000" },
            { PROVIDER: "Other", ENDPOINT: "https://minio:9000" },
        ],
        ["booleans as strings", { usedualstack: "true", v4auth: "false" }, { USE_DUAL_STACK: "true", V2_AUTH: "true" }],
        [
            "a part of an upload that is too large for the memory",
            { chunksize: 1024 * mebi },
            { CHUNK_SIZE: "67108864B" },
        ],
        ["more concurrency than rclone's default", { multipartcopymaxconcurrency: 100 }, { UPLOAD_CONCURRENCY: "4" }],
        [
            "the part of a copy, and not the size from which it has parts",
            { multipartcopychunksize: 64 * mebi, multipartcopythresholdsize: 96 * mebi },
            { COPY_CUTOFF: "67108864B" },
        ],
        ["the smallest part that S3 accepts", { multipartcopythresholdsize: 0 }, { COPY_CUTOFF: "5242880B" }],
    ];
    for (const [what, section, becomes] of cases) {
        it(`have ${what}`, () => assert.deepEqual(variables(section), { ...aws, ...becomes }));
    }

    it("name MinIO as the provider of storage.minio", () => {
        const section = { regionendpoint: "https://registry-minio.registry.svc:9000", forcepathstyle: true };
        assert.deepEqual(variables(section, true), {
            PROVIDER: "Minio",
            ENDPOINT: "https://registry-minio.registry.svc:9000",
            FORCE_PATH_STYLE: "true",
        });
    });
});

describe("the registry's root for rclone", () => {
    const roots: [Section, string][] = [
        [{ filesystem: { rootdirectory: "/var/lib/registry" } }, "/var/lib/registry"],
        [{ s3: { bucket: "images" } }, "registry:images"],
        [{ s3: { bucket: "images", rootdirectory: "" } }, "registry:images"],
        [{ s3: { bucket: "images", rootdirectory: "/" } }, "registry:images"],
        [{ s3: { bucket: "images", rootdirectory: "/team/registry/" } }, "registry:images/team/registry"],
    ];
    for (const [storage, root] of roots) {
        it(`${JSON.stringify(storage)}: ${root}`, () => assert.equal(rcloneRoot(storage), root));
    }
});
