import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { authority, privateKey, secret, service, signedCertificate, unknown } from "./fixtures";
import { describeRule } from "./judge";

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
