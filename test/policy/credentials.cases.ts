import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
    authority,
    configMap,
    configYml,
    deployment,
    privateKey,
    pullSecret,
    randomPassword,
    secret,
    service,
    signedCertificate,
    unknown,
} from "./fixtures";
import { describeRule } from "./judge";

const inClear = configYml("http: {}\n");
const environment = (...env: object[]) => deployment({ container: { env } });
const asks = { name: "REGISTRY_AUTH_HTPASSWD_PATH", value: "/auth/htpasswd" };

describeRule("no-basic-auth-over-http", {
    passes: {
        "a registry with TLS": [secret("config", { "config.yml": configYml() })],
        "a certificate from Let's Encrypt": [
            secret("config", { "config.yml": configYml("http: { tls: { letsencrypt: { email: a@example.com } } }\n") }),
        ],
        "TLS in the environment": [environment(asks, { name: "REGISTRY_HTTP_TLS_CERTIFICATE", value: "/tls.crt" })],
        "a registry without passwords": [
            environment(),
            secret("config", { "config.yml": "version: 0.1\nstorage: {}\n" }),
        ],
        "strings that are not a configuration": [
            configMap("other", { "a.yml": "version: [\nstorage: {", "b.yml": "version: 0.1\nstorage: *missing\n" }),
        ],
    },
    fails: {
        "a Secret's": { of: [secret("config", { "config.yml": inClear })], says: "auth.htpasswd without http.tls" },
        "an encoded Secret's": {
            of: [secret("config", {}, { data: { "config.yml": Buffer.from(inClear).toString("base64") } })],
            says: "auth.htpasswd without http.tls",
        },
        "a ConfigMap's": { of: [configMap("config", { "config.yml": inClear })], says: "without http.tls" },
        "the environment's": { of: [environment(asks)], says: "without REGISTRY_HTTP_TLS_CERTIFICATE" },
    },
    unknown: {
        "the configuration": [secret("config", { "config.yml": unknown })],
        "the environment": [deployment({ container: { env: unknown } })],
    },
});

const long = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWo";

describeRule("password-strength", {
    passes: {
        "a long random one": [randomPassword({ length: 32 })],
        "letters and digits": [randomPassword({ length: 40, special: false })],
        "a long one of a pull secret": [pullSecret(long)],
        "a pull secret for another registry": [
            { ...pullSecret("short"), props: { ...pullSecret("short").props, metadata: { name: "hub" } } },
        ],
        "a short one if the settings allow it": {
            of: [randomPassword({ length: 8 })],
            settings: { minimumLength: 8, minimumBits: 40 },
        },
    },
    fails: {
        "a short one": {
            of: [randomPassword({ length: 15, special: true })],
            says: "has 15 characters, fewer than 16",
        },
        "few characters": {
            of: [randomPassword({ length: 16, special: false, upper: false, lower: false })],
            says: "has 53 bits of entropy, fewer than 80",
        },
        "few signs": {
            of: [randomPassword({ length: 20, upper: false, lower: false, numeric: false, overrideSpecial: "!?!?" })],
            says: "has 20 bits of entropy",
        },
        "a short one of a pull secret": {
            of: [pullSecret("hunter2-hunter2")],
            says: [
                "The pull secret's password for registry.example.com has 15 characters",
                "has 45 bits of entropy, fewer than 80",
            ],
        },
    },
    unknown: {
        "the length": [randomPassword({ length: unknown })],
        "the pull secret": [secret("registry-pull", { ".dockerconfigjson": unknown })],
    },
});

const htpasswd = (cost: string, user = "ci") =>
    secret("registry-htpasswd", { htpasswd: `${user}:$2y$${cost}$abcdefghijklmnopqrstuv\n` });

describeRule("bcrypt-cost", {
    passes: {
        "a cheap hash of a strong password": [htpasswd("05"), pullSecret(long, "ci")],
        "an expensive hash of a weak one": [htpasswd("10"), pullSecret("hunter2", "ci")],
        "a cheap hash of an unknown password": [htpasswd("05"), pullSecret("hunter2", "another")],
        "content that is not an htpasswd file": [secret("other", { note: "a:b" })],
    },
    fails: {
        "a hash that costs too much": { of: [htpasswd("12")], says: 'user "ci" is hashed at cost 12, more than 10' },
        "a hash that costs too little": { of: [htpasswd("04")], says: "is hashed at cost 4, less than 5" },
        "a cheap hash of a weak password": {
            of: [htpasswd("05"), pullSecret("hunter2", "ci")],
            says: 'user "ci" is guessable and hashed at cost 5, less than 10',
        },
        "another hash": { of: [secret("htpasswd", { htpasswd: "ci:{SHA}x\n" })], says: "is not hashed with bcrypt" },
    },
    unknown: { "the hashes": [secret("registry-htpasswd", { htpasswd: unknown })] },
});

/** A TLS Secret with a certificate from openssl. */
function tlsSecret(key: string[], days: number) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "policy-"));
    try {
        const options = ["-nodes", "-subj", "/CN=registry", "-keyout", `${folder}/key`, "-out", `${folder}/crt`];
        const leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
        execFileSync("openssl", ["req", "-x509", "-newkey", ...key, "-days", `${days}`, ...options, ...leaf], {
            stdio: "ignore",
        });
        const read = (name: string) => fs.readFileSync(path.join(folder, name), "utf8");
        return secret("edge", { "tls.crt": read("crt"), "tls.key": read("key") }, { type: "kubernetes.io/tls" });
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

const curve = (name: string) => ["ec", "-pkeyopt", `ec_paramgen_curve:${name}`];
const sound = tlsSecret(curve("P-256"), 90);

describeRule("key-strength", {
    passes: {
        "P-256": [privateKey({ algorithm: "ECDSA", ecdsaCurve: "P256" })],
        "RSA with the minimum number of bits": [privateKey({ algorithm: "RSA", rsaBits: 2048 })],
        "RSA with 4096 bits": [privateKey({ algorithm: "RSA", rsaBits: 4096 })],
        Ed25519: [privateKey({ algorithm: "ED25519", ecdsaCurve: "P256" })],
        "a Secret's": [sound],
        "content that is not a certificate": [secret("edge", { "tls.crt": "nonsense" }, { type: "kubernetes.io/tls" })],
    },
    fails: {
        "RSA with 1024 bits": {
            of: [privateKey({ algorithm: "RSA", rsaBits: 1024 })],
            says: "has 1024 bits, fewer than 2048",
        },
        "the default of RSA under a stricter profile": {
            of: [privateKey({ algorithm: "RSA" })],
            says: "has 2048 bits, fewer than 3072",
            settings: { minimumRsaBits: 3072 },
        },
        "the default of ECDSA": { of: [privateKey({ algorithm: "ECDSA" })], says: "on the curve P224" },
        "a Secret's RSA key": { of: [tlsSecret(["rsa:1024"], 90)], says: "has 1024 bits" },
        "a Secret's curve": { of: [tlsSecret(curve("secp224r1"), 90)], says: "on the curve secp224r1" },
    },
    unknown: {
        "the key": [privateKey({ algorithm: "RSA", rsaBits: unknown })],
        "a Secret": [secret("edge", { "tls.crt": unknown }, { type: "kubernetes.io/tls" })],
    },
});

describeRule("certificate-lifetime", {
    passes: {
        "90 days, renewed 30 days before expiry": [signedCertificate({})],
        "a renewal on the last permitted day": [signedCertificate({ earlyRenewalHours: 7 * 24 })],
        "a CA certificate valid for ten years, without renewal": [authority({})],
        "a Secret's": [sound],
        "other Secrets": [service()],
    },
    fails: {
        "three years": {
            of: [signedCertificate({ validityPeriodHours: 1095 * 24 })],
            says: "valid for 1095 days, longer than 825",
        },
        "no renewal": {
            of: [signedCertificate({ earlyRenewalHours: undefined })],
            says: "renewed 0 days before it expires, later than 7",
        },
        "a CA certificate valid for twenty years": {
            of: [authority({ validityPeriodHours: 7300 * 24 })],
            says: "valid for 7300 days, longer than 3650",
        },
        "a Secret's of three years": { of: [tlsSecret(curve("P-256"), 1095)], says: "valid for 1095 days" },
    },
    unknown: { "the validity": [signedCertificate({ validityPeriodHours: unknown })] },
});

const annotatedPod = (annotations: object) => {
    const { props, ...rest } = deployment();
    const { spec } = props;
    const template = { ...spec.template, metadata: { annotations } };
    return { ...rest, props: { ...props, spec: { ...spec, template } } };
};

describeRule("no-plaintext-secrets", {
    passes: {
        Secrets: [secret("any", { password: "x", config: "password: x" })],
        "a certificate in a ConfigMap": [configMap("ca", { "ca.crt": "-----BEGIN CERTIFICATE-----\nx\n" })],
        "a configuration with file paths": [
            configMap("config", { "config.yml": "auth:\n  htpasswd:\n    path: /auth\n" }),
        ],
        "a reference": [environment({ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "a", key: "b" } } })],
        "the path of a file": [environment({ name: "ROOT_PASSWORD", value: "/run/password" })],
        checksums: [annotatedPod({ "checksum/config": "a".repeat(64) })],
    },
    fails: {
        "a key in a ConfigMap": {
            of: [configMap("keys", { "a.pem": "-----BEGIN RSA PRIVATE KEY-----\nx" })],
            says: 'The ConfigMap\'s key "a.pem" holds a private key',
        },
        "a key next to a certificate in one": {
            of: [configMap("ca", { "ca.crt": "-----BEGIN CERTIFICATE-----\nx\n-----BEGIN EC PRIVATE KEY-----\nx" })],
            says: 'The ConfigMap\'s key "ca.crt" holds a private key',
        },
        "an encoded key in one": {
            of: [
                configMap(
                    "ca",
                    {},
                    {
                        binaryData: { key: Buffer.from("-----BEGIN PRIVATE KEY-----\nx").toString("base64") },
                    },
                ),
            ],
            says: 'The ConfigMap\'s key "key" holds a private key',
        },
        "an htpasswd file in one": {
            of: [configMap("auth", { htpasswd: "ci:$2y$05$abc" })],
            says: "holds a password's hash",
        },
        "a pull secret in one": {
            of: [configMap("pull", { a: '{"auths":{"b":{"auth":"eA=="}}}' })],
            says: "the login",
        },
        "an access key in one": {
            of: [configMap("config", { "config.yml": "s3:\n  secretkey: abc\n" })],
            says: "holds a password or secret",
        },
        "a variable by its name": {
            of: [environment({ name: "REGISTRY_HTTP_SECRET", value: "abc" })],
            says: "The environment variable REGISTRY_HTTP_SECRET holds its value in the manifest",
        },
        "a variable by its value": {
            of: [environment({ name: "USERS", value: "ci:$2y$05$abc" })],
            says: "USERS holds a password's hash",
        },
        "an annotation": {
            of: [configMap("a", {}, { metadata: { annotations: { note: "password=abc" } } })],
            says: "The label or annotation note holds a password or secret",
        },
        "a pod's annotation": {
            of: [annotatedPod({ note: "-----BEGIN PRIVATE KEY-----" })],
            says: "annotation note holds a private key",
        },
    },
    unknown: {
        contents: [configMap("a", { b: unknown }), configMap("a", unknown)],
        values: [environment({ name: "DB_PASSWORD", value: unknown }), environment({ name: unknown, value: unknown })],
        annotations: [annotatedPod({ note: unknown })],
    },
});
