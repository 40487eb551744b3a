import * as crypto from "node:crypto";
import { promisify } from "node:util";
import type { CheckRequest, CreateRequest, ResourceType } from "../resourceType";
import { hasUnknown, type Properties } from "../values";
import { opensshPrivateKey, opensshPublicKey } from "./openssh";

const generateKeyPair = promisify(crypto.generateKeyPair);

const curves: Record<string, string> = { P224: "secp224r1", P256: "P-256", P384: "P-384", P521: "P-521" };
const algorithms = ["RSA", "ECDSA", "ED25519"];

/** The smallest RSA key that OpenSSL still makes. */
const leastRsaBits = 512;

/** What the type adds to the inputs that a program leaves out. */
const defaults = { ecdsaCurve: "P224", rsaBits: 2048 };

function check({ news }: CheckRequest) {
    const failures: { property: string; reason: string }[] = [];
    const expect = (property: string, right: boolean, expected: string) => {
        const value = news[property];
        if (value === undefined || hasUnknown(value) || right) return;
        failures.push({ property, reason: `expected ${property} to be ${expected}, got ${JSON.stringify(value)}` });
    };
    expect("algorithm", algorithms.includes(String(news.algorithm)), `one of ${algorithms.join(", ")}`);
    expect("ecdsaCurve", String(news.ecdsaCurve) in curves, `one of ${Object.keys(curves).join(", ")}`);
    const bits = Number(news.rsaBits);
    expect("rsaBits", Number.isInteger(bits) && bits >= leastRsaBits, `a whole number of at least ${leastRsaBits}`);
    return { inputs: news, failures };
}

async function generate(inputs: Properties): Promise<{ privateKey: crypto.KeyObject; publicKey: crypto.KeyObject }> {
    switch (inputs.algorithm) {
        case "RSA":
            return generateKeyPair("rsa", { modulusLength: inputs.rsaBits as number });
        case "ECDSA":
            return generateKeyPair("ec", { namedCurve: curves[inputs.ecdsaCurve as string] });
        default:
            return generateKeyPair("ed25519");
    }
}

/** The form that each algorithm's keys are traditionally kept in. */
function traditionalPem(key: crypto.KeyObject): string | Buffer {
    if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "pem" });
    if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" });
    return key.export({ type: "pkcs8", format: "pem" });
}

async function create({ news }: CreateRequest) {
    const inputs: Properties = { ...defaults, ...news };
    const { privateKey, publicKey } = await generate(inputs);
    const publicKeyPem = publicKey.export({ type: "spki", format: "pem" });
    const openssh = opensshPublicKey(publicKey);
    const state = {
        ...inputs,
        privateKeyPem: traditionalPem(privateKey),
        privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }),
        privateKeyOpenssh: opensshPrivateKey(privateKey),
        publicKeyPem,
        publicKeyOpenssh: openssh.line,
        publicKeyFingerprintMd5: openssh.md5,
        publicKeyFingerprintSha256: openssh.sha256,
    };
    return { id: crypto.createHash("sha1").update(publicKeyPem).digest("hex"), state };
}

const secretOutputs = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];

/** `tls.PrivateKey`: made once, kept in the state; any change makes another. */
export const privateKey: ResourceType = {
    check,
    create,
    secretOutputs,
    computed: [
        ...secretOutputs,
        "publicKeyPem",
        "publicKeyOpenssh",
        "publicKeyFingerprintMd5",
        "publicKeyFingerprintSha256",
    ],
};
