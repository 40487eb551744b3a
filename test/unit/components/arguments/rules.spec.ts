import * as assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { reasonAgainst } from "../../../../components/arguments/check";
import * as rules from "../../../../components/arguments/rules";
import type { Shape } from "../../../../components/arguments/shapes";
import { caCertificate } from "../../authority";

const pkcs8 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const openssh = (cipher: string) => {
    const body = Buffer.from(`openssh-key-v1\0\0\0\0${String.fromCharCode(cipher.length)}${cipher}`, "latin1");
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
};
const label = (length: number) => "a".repeat(length);

/** Values at the boundaries of each rule. */
const boundaries: Readonly<Record<string, { of: Shape; accepts: unknown[]; refuses: unknown[] }>> = {
    integer: {
        of: rules.integer(1, 5),
        accepts: [1, 5],
        refuses: [0, 6, 1.5, Number.NaN, "1", true, undefined],
    },
    "an integer without an upper limit": {
        of: rules.integer(0),
        accepts: [0, Number.MAX_SAFE_INTEGER],
        refuses: [-1, Number.POSITIVE_INFINITY],
    },
    dnsLabel: { of: rules.dnsLabel(5), accepts: ["a", "a-1", label(5)], refuses: ["", label(6), "-a", "a-", ["a"]] },
    subjectAlternativeName: {
        of: rules.subjectAlternativeName,
        accepts: ["a.example.com", "*.example.com", "10.0.0.1", "2001:db8::7", `${label(63)}.${label(63)}`],
        refuses: ["a.*.com", "*", "", Array(64).fill("abc").join("."), ["10.0.0.1"]],
    },
    registryEndpoint: {
        of: rules.registryEndpoint,
        accepts: ["a:1", "[2001:db8::7]", "[2001:db8::7]:443"],
        refuses: ["[10.0.0.1]:443", "2001:db8::7", "[2001:db8::7]:"],
    },
    origin: {
        of: rules.origin,
        accepts: ["https://a", "http://a:9000"],
        refuses: ["a", "see https://a", "https://a/path", "https://", "https://a\nb", "ftp://a"],
    },
    ipAddress: { of: rules.ipAddress, accepts: ["10.0.0.1", "::1"], refuses: ["10.0.0", ["10.0.0.1"], "a"] },
    hostOrAddress: { of: rules.hostOrAddress, accepts: ["a.b", "::1"], refuses: ["A", "::x"] },
    cidr: {
        of: rules.cidr,
        accepts: ["0.0.0.0/0", "10.0.0.1/32", "::/128"],
        refuses: ["10.0.0.1/33", "::/129", "10.0.0.1", "from 10.0.0.0/8", "10.0.0.0/8 ", "1.2.3/8", ["10.0.0.0/8"]],
    },
    certificatePem: {
        of: rules.certificatePem,
        accepts: [caCertificate, caCertificate + caCertificate],
        refuses: [
            "",
            caCertificate + caCertificate.replace("MIIB", "AAAA"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            caCertificate + pkcs8,
            `${openssh("none")}${caCertificate}`,
            caCertificate + pkcs8.slice(0, 60),
            `${caCertificate}-----BEGIN ENCRYPTED PRIVATE KEY-----`,
            caCertificate.replace(/^/gm, "    "),
            [caCertificate],
        ],
    },
    privateKeyPem: {
        of: rules.privateKeyPem,
        accepts: [pkcs8],
        refuses: [caCertificate, "", [pkcs8], openssh("none")],
    },
    sshPrivateKey: {
        of: rules.sshPrivateKey,
        accepts: [pkcs8, openssh("none"), `${openssh("none")}\n`],
        refuses: [caCertificate, openssh("aes256-ctr"), `key: ${openssh("none")}`, `${openssh("none")}key`, ""],
    },
    dockerConfig: {
        of: rules.dockerConfig,
        accepts: ['{"auths":{}}'],
        refuses: ['{"auths":[]}', '{"auths":null}', "{}", "{", { auths: {} }],
    },
    quantityOrNone: { of: rules.quantityOrNone, accepts: ["none", "512Mi", "0.5"], refuses: ["None", "512MB", ""] },
};

describe("the rules for values", () => {
    for (const [name, { of, accepts, refuses }] of Object.entries(boundaries)) {
        it(`${name}: accept valid values and reject invalid ones`, () => {
            for (const value of accepts) assert.equal(reasonAgainst(of, value), undefined, String(value));
            for (const value of refuses) assert.ok(reasonAgainst(of, value), `accepts ${value}`);
        });
    }

    it("truncate a long value, hide a secret one, and format one that JSON cannot represent", () => {
        assert.equal(reasonAgainst(rules.boolean, "x".repeat(300)), `must be true or false, not "${"x".repeat(199)}…`);
        assert.equal(reasonAgainst(rules.boolean, "x".repeat(198)), `must be true or false, not "${"x".repeat(198)}"`);
        assert.equal(reasonAgainst(rules.boolean, "hunter2", true), "must be true or false");
        assert.equal(reasonAgainst(rules.string, 10n), "must be a string, not 10");
        assert.equal(reasonAgainst(rules.string, undefined), "must be a string, not undefined");
        assert.equal(reasonAgainst(rules.privateKeyPem, "hunter2")?.includes("hunter2"), false);
    });
});
