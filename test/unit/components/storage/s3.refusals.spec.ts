import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry } from "../../../../components";
import { failure } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

refuses("storage.s3", {
    "S3 without a bucket, and wrong in every field": {
        of: {
            storage: {
                s3: {
                    region: "U S",
                    endpoint: "s3.example.com",
                    pathStyle: "yes",
                    caCertPem: "/etc/ca.pem",
                    rootDirectory: "../up/",
                    redirect: "no",
                    redirectEndpoint: "https://s3.example.com/path",
                    multipart: { chunkSizeMi: 4, copyChunkSizeMi: 6000, copyConcurrency: 0, copyThresholdMi: -1 },
                    encryption: { kmsKeyId: " " },
                    storageClass: "COLD",
                    credentials: { existingSecret: { name: "My", accessKeyIdKey: "", secretAccessKeyKey: "" } },
                },
            },
        },
        says: [
            "storage.s3.bucket: is missing; name the bucket",
            `storage.s3.region: ${must.region}, not "U S"`,
            `storage.s3.endpoint: ${must.origin}, not "s3.example.com"; did you mean \`https://s3.example.com\`?`,
            `storage.s3.pathStyle: ${must.boolean}, not "yes"`,
            "storage.s3.caCertPem: must be PEM-encoded certificates",
            'storage.s3.rootDirectory: must be a key prefix in a bucket, e.g. `registry` or `team/registry`, not "../up/"',
            `storage.s3.redirect: ${must.boolean}, not "no"`,
            `storage.s3.redirectEndpoint: ${must.origin}, not "https://s3.example.com/path"; did you mean \`https://s3.example.com\`?`,
            "storage.s3.multipart.chunkSizeMi: must be an integer from 5 to 5120, not 4",
            "storage.s3.multipart.copyChunkSizeMi: must be an integer from 5 to 5120, not 6000",
            "storage.s3.multipart.copyConcurrency: must be an integer from 1 to 1000, not 0",
            "storage.s3.multipart.copyThresholdMi: must be an integer from 0 to 5120, not -1",
            `storage.s3.encryption.kmsKeyId: ${must.notEmpty}, not " "`,
            'storage.s3.storageClass: must be one of "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "OUTPOSTS", "GLACIER_IR", "NONE", not "COLD"',
            `storage.s3.credentials.existingSecret.name: ${must.dnsName}, not "My"`,
            `storage.s3.credentials.existingSecret.accessKeyIdKey: ${must.secretKey}, not ""`,
            `storage.s3.credentials.existingSecret.secretAccessKeyKey: ${must.secretKey}, not ""`,
        ],
    },
    "a wrong bucket name": {
        of: { storage: { s3: { bucket: "my bucket" } } },
        says: [
            'storage.s3.bucket: must be a bucket name of letters, digits, dots, hyphens and underscores, not "my bucket"',
        ],
    },
    "S3 without a bucket": { of: { storage: { s3: {} } }, says: ["storage.s3.bucket: is missing; name the bucket"] },
    "an endpoint without credentials": {
        of: { storage: { s3: { bucket: "images", endpoint: "https://s3.example.com" } } },
        says: [
            "storage.s3.credentials: is missing; only AWS provides pods with credentials automatically, so set an access key in keys or existingSecret",
        ],
    },
    "credentials without a source": {
        of: { storage: { s3: { bucket: "images", credentials: {} } } },
        says: ["storage.s3.credentials: is empty; set exactly one of keys, existingSecret and role, or omit it"],
    },
    "credentials with two sources": {
        of: {
            storage: {
                s3: { bucket: "images", credentials: { existingSecret: { name: "a" }, role: { arn: "b" } } },
            },
        },
        says: ["storage.s3.credentials: has existingSecret and role; keep exactly one"],
    },
    "half an access key": {
        of: { storage: { s3: { bucket: "images", credentials: { keys: { accessKeyId: "a" } } } } },
        says: ["storage.s3.credentials.keys.secretAccessKey: is missing; set the secret access key"],
    },
    "a redirectEndpoint without redirects": {
        of: { storage: { s3: { bucket: "images", redirect: false, redirectEndpoint: "https://s3.example.com" } } },
        says: [
            "storage.s3.redirectEndpoint: is for redirected clients, but `redirect` is false; remove one of the two",
        ],
    },
});

const bucket = "must be a bucket name of letters, digits, dots, hyphens and underscores";
const prefix = "must be a key prefix in a bucket, e.g. `registry` or `team/registry`";

refusesValues("storage.s3", [
    ["storage.s3.bucket", "s3://images", bucket, "did you mean `images`?"],
    ["storage.s3.bucket", "arn:aws:s3:::images", bucket, "did you mean `images`?"],
    ["storage.s3.bucket", "images/team/", bucket, "did you mean `images`, with the rootDirectory `team`?"],
    ["storage.s3.rootDirectory", "team/registry/", prefix, "did you mean `team/registry`?"],
    ["storage.s3.rootDirectory", "/", prefix],
    ["storage.s3.endpoint", "https://s3.example.com/", must.origin, "did you mean `https://s3.example.com`?"],
    ["storage.s3.endpoint", "https://s3.example.com/images", must.origin, "did you mean `https://s3.example.com`?"],
    ["storage.s3.region", "", must.region],
    ["storage.s3.region", "us east", must.region],
    ["storage.s3.region", "us-east-1/s3", must.region],
    [
        "storage.s3.credentials.keys.accessKeyId",
        "AKIA\n",
        "must be a non-empty string that neither begins nor ends with a space or line break",
    ],
]);

describe("the secret access key", () => {
    it("is rejected with white space around it, without being repeated", async () => {
        for (const secretAccessKey of ["hunter2\n", " hunter2", "hunter2 "]) {
            const keys = { accessKeyId: "a", secretAccessKey: pulumi.output(secretAccessKey) };
            const s3 = { bucket: "images", credentials: { keys } };
            const { message } = await failure(() => new PrivateRegistry("registry", { storage: { s3 } }));
            assert.ok(message.includes("storage.s3.credentials.keys.secretAccessKey: must be a non-empty string that"));
            assert.doesNotMatch(message, /hunter2/);
        }
    });
});
