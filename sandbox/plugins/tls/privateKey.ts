import * as crypto from "node:crypto";
import { promisify } from "node:util";
import { atLeast, expect, type Failure, type ResourceType } from "../resourceType";
import { hasUnknown, type Properties } from "../values";
import { identifierOf } from "./identifier";
import { opensshPrivateKey, opensshPublicKey } from "./openssh";

const generateKeyPair = promisify(crypto.generateKeyPair);

/** The smallest RSA key that Go creates. */
const leastRsaBits = 1024;

const defaults = { ecdsaCurve: "P224", rsaBits: 2048 };

/** The official provider has more algorithms and curves, one of which is its default. */
function check(news: Properties): Failure[] {
    const curve = news.algorithm === "ECDSA" && !hasUnknown(news.ecdsaCurve) ? news.ecdsaCurve : "P256";
    const reason = `ecdsaCurve must be P256 in the stand-in provider, got ${JSON.stringify(curve ?? defaults.ecdsaCurve)}`;
    return [
        ...expect(news, "algorithm", (value) => value === "RSA" || value === "ECDSA", "RSA or ECDSA in the stand-in"),
        ...(curve === "P256" ? [] : [{ property: "ecdsaCurve", reason }]),
        ...expect(news, "rsaBits", atLeast(leastRsaBits), `an integer of at least ${leastRsaBits}`),
    ];
}

function generate({ algorithm, rsaBits = defaults.rsaBits }: Properties) {
    return algorithm === "RSA"
        ? generateKeyPair("rsa", { modulusLength: rsaBits as number })
        : generateKeyPair("ec", { namedCurve: "P-256" });
}

const secretOutputs = ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"];

/** `tls.PrivateKey`. */
export const privateKey: ResourceType = {
    inputs: ["algorithm", "ecdsaCurve", "rsaBits"],
    defaults,
    check,
    secretOutputs,
    computed: [
        ...secretOutputs,
        "publicKeyPem",
        "publicKeyOpenssh",
        "publicKeyFingerprintMd5",
        "publicKeyFingerprintSha256",
    ],
    async create({ news }) {
        const { privateKey, publicKey } = await generate(news);
        const traditional = news.algorithm === "RSA" ? "pkcs1" : "sec1";
        const openssh = opensshPublicKey(publicKey);
        return {
            id: identifierOf(publicKey.export({ type: "spki", format: "der" })),
            state: {
                privateKeyPem: privateKey.export({ type: traditional as "pkcs1", format: "pem" }),
                privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }),
                privateKeyOpenssh: opensshPrivateKey(privateKey),
                publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
                publicKeyOpenssh: openssh.line,
                publicKeyFingerprintMd5: openssh.md5,
                publicKeyFingerprintSha256: openssh.sha256,
            },
        };
    },
};
