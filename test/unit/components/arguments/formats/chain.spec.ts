import "reflect-metadata";
import * as assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as x509 from "@peculiar/x509";
import { servingFaults } from "../../../../../components/arguments/formats/servingCertificate";
import { type Issued, issueAuthority, issueCertificate, rsa, type Wanted } from "../../../issuedCertificates";

const host = "registry.example.com";

/** A server, and whether a client that trusts the roots connects to it. */
interface Row {
    readonly chain: readonly (Issued | string)[];
    readonly roots: readonly Issued[];
    readonly host?: string;
    readonly key?: string;
    readonly accepted: boolean;
    /** Rejected although Go accepts it. */
    readonly stricter?: true;
    /** Whether the result is the same if only clients know the roots. */
    readonly withoutRoots?: false;
}

const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
const any = "2.5.29.37.0";
const critical = (id: string) => new x509.Extension(id, true, new Uint8Array([5, 0]));
const constraints = (kind: "permitted" | "excluded", base: Uint8Array) => {
    const tlv = (tag: number, content: Uint8Array) => Buffer.concat([Buffer.from([tag, content.length]), content]);
    const subtree = tlv(0x30, base);
    return new x509.Extension("2.5.29.30", true, tlv(0x30, tlv(kind === "permitted" ? 0xa0 : 0xa1, subtree)));
};
const domain = (name: string) => Buffer.concat([Buffer.from([0x82, name.length]), Buffer.from(name)]);
const range = (...bytes: number[]) => Buffer.from([0x87, bytes.length, ...bytes]);

/** With the openssl command, for what the Web Cryptography API refuses to create. */
function withOpenssl(options: string[], extensions: string[] = []): Pick<Issued, "pem" | "key"> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "certificates-"));
    try {
        const config = "[req]\ndistinguished_name = name\n[name]\n";
        fs.writeFileSync(path.join(folder, "config"), config);
        const out = ["-config", `${folder}/config`, "-nodes", "-keyout", `${folder}/key`, "-out", `${folder}/crt`];
        const added = extensions.flatMap((extension) => ["-addext", extension]);
        execFileSync("openssl", ["req", "-x509", "-subj", "/CN=registry", ...out, ...options, ...added], {
            stdio: "pipe",
        });
        const read = (name: string) => fs.readFileSync(path.join(folder, name), "utf8");
        return { pem: read("crt"), key: read("key") };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

async function table(): Promise<Record<string, Row>> {
    const root = await issueAuthority("root");
    const intermediate = await issueAuthority("intermediate", { issuer: root });
    const server = (wanted: Wanted = {}) => issueCertificate({ dns: [host], issuer: intermediate, ...wanted });
    /** A server below an intermediate that differs from a sound one. */
    const below = async (wanted: Wanted, leaf: Wanted = {}) => {
        const issuer = await issueAuthority("special", { issuer: root, ...wanted });
        return [await server({ issuer, ...leaf }), issuer];
    };
    const leaf = await server();
    const chain = (first: Issued) => ({ chain: [first, intermediate], roots: [root] });
    const good = { ...chain(leaf), accepted: true };
    const named = async (names: Wanted, wanted: string, accepted: boolean): Promise<Row> => ({
        ...chain(await server({ dns: undefined, ...names })),
        host: wanted,
        accepted,
    });
    const rows = async (wanted: Wanted, accepted: boolean): Promise<Row> => ({
        ...chain(await server(wanted)),
        accepted,
    });
    const expired = { from: -3, until: -2 };
    const renewed = await issueAuthority("root", { keys: root.keys, ...expired });
    const other = await issueAuthority("other root");
    const otherWithSameName = await issueAuthority("root");
    const self = await issueCertificate({ dns: [host] });
    const selfAuthority = await issueAuthority("registry", { dns: [host] });
    const second = await issueAuthority("second", { issuer: intermediate });
    const deep = await server({ issuer: second });
    const pss = await issueAuthority("root", { key: rsa(2048, "RSA-PSS") });
    const md5 = withOpenssl(["-newkey", "rsa:2048", "-md5"], [`subjectAltName=DNS:${host}`]) as Issued;
    const ed25519 = withOpenssl(["-newkey", "ed25519"], [`subjectAltName=DNS:${host}`]) as Issued;
    const curve = (name: string) =>
        withOpenssl(
            ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${name}`],
            [`subjectAltName=DNS:${host}`],
        ) as Issued;
    const small = withOpenssl(["-newkey", "rsa:1023"], [`subjectAltName=DNS:${host}`]) as Issued;
    const smallRoot = await issueAuthority("root", { key: rsa(768) });
    const sha1Root = await issueAuthority("root", { key: rsa(2048, "RSASSA-PKCS1-v1_5", "SHA-1"), hash: "SHA-1" });
    return {
        "a chain": good,
        "a certificate of the root itself": { chain: [await server({ issuer: root })], roots: [root], accepted: true },
        "a chain with its root": { ...good, chain: [leaf, intermediate, root] },
        "a longer chain": { chain: [deep, second, intermediate], roots: [root], accepted: true },
        "text between the certificates": {
            ...good,
            chain: [`subject=registry\n${leaf.pem}\nissuer=x\n${intermediate.pem}`],
        },
        "line endings of Windows": { ...good, chain: [`${leaf.pem}${intermediate.pem}`.replaceAll("\n", "\r\n")] },
        // Names.
        "only a common name": await named({ name: host }, host, false),
        "a wildcard": await named({ dns: ["*.example.com"] }, host, true),
        "a wildcard for two labels": await named({ dns: ["*.example.com"] }, "a.b.example.com", false),
        "a wildcard for no label": await named({ dns: ["*.example.com"] }, "example.com", false),
        "a wildcard that is a part of a label": await named({ dns: ["reg*.example.com"] }, host, false),
        "a wildcard in the second label": await named({ dns: ["registry.*.com"] }, host, false),
        "a wildcard alone": await named({ dns: ["*"] }, "registry", false),
        "upper case": await named({ dns: ["REGISTRY.Example.com"] }, host, true),
        "a name with a final dot": await named({ dns: [`${host}.`] }, host, false),
        "an underscore": await named({ dns: ["*.my_team.example.com"] }, "a.my_team.example.com", true),
        "one of several names": await named({ dns: ["a.example.com", host], ip: ["10.0.0.9"] }, host, true),
        "another name": await named({ dns: ["a.example.com"] }, host, false),
        "an address": await named({ ip: ["10.0.0.9"] }, "10.0.0.9", true),
        "another address": await named({ ip: ["10.0.0.9"] }, "10.0.0.8", false),
        "an address as a DNS name": await named({ dns: ["10.0.0.9"] }, "10.0.0.9", false),
        "an IPv6 address": await named({ ip: ["2001:db8::7"] }, "2001:db8::7", true),
        "another IPv6 address": await named({ ip: ["2001:db8::8"] }, "2001:db8::7", false),
        // Validity.
        "an expired certificate": await rows(expired, false),
        "a certificate that is not valid yet": await rows({ from: 1, until: 2 }, false),
        "an expired intermediate": { chain: await below(expired), roots: [root], accepted: false },
        "an intermediate that is not valid yet": {
            chain: await below({ from: 1, until: 2 }),
            roots: [root],
            accepted: false,
        },
        "an expired root": { ...good, roots: [renewed], accepted: false, withoutRoots: false },
        "an expired root and its renewal": { ...good, roots: [renewed, root] },
        "an expired root in the chain": { ...good, chain: [leaf, intermediate, renewed], withoutRoots: false },
        // Use.
        "server authentication": await rows({ uses: [serverAuth] }, true),
        "server and client authentication": await rows({ uses: [clientAuth, serverAuth] }, true),
        "any use": await rows({ uses: [any] }, true),
        "client authentication only": await rows({ uses: [clientAuth] }, false),
        "an unknown use only": await rows({ uses: ["1.2.3.4"] }, false),
        "an intermediate for clients": { chain: await below({ uses: [clientAuth] }), roots: [root], accepted: false },
        "an intermediate for servers": { chain: await below({ uses: [serverAuth] }), roots: [root], accepted: true },
        "a root for clients": await (async () => {
            const clients = await issueAuthority("root", { uses: [clientAuth] });
            const chain = [await server({ issuer: clients })];
            return { chain, roots: [clients], accepted: false, withoutRoots: false } as const;
        })(),
        "a key usage without digital signatures": await rows({ keyUsage: x509.KeyUsageFlags.keyEncipherment }, true),
        // Order and wholeness.
        "no intermediate": { ...good, chain: [leaf], accepted: false, withoutRoots: false },
        "a gap": { chain: [deep, intermediate], roots: [root], accepted: false },
        "the root instead of the intermediate": { ...good, chain: [leaf, root], accepted: false },
        "the intermediate first": { ...good, chain: [intermediate, leaf], key: leaf.key, accepted: false },
        "intermediates in the wrong order": {
            chain: [deep, intermediate, second],
            roots: [root],
            accepted: false,
            stricter: true,
        },
        "an unrelated certificate at the end": {
            ...good,
            chain: [leaf, intermediate, other],
            accepted: false,
            stricter: true,
        },
        "another root": { ...good, roots: [other], accepted: false, withoutRoots: false },
        "another root of the same name": { ...good, roots: [otherWithSameName], accepted: false, withoutRoots: false },
        "several roots": { ...good, roots: [other, otherWithSameName, root] },
        "the intermediate as the root": { ...good, roots: [intermediate] },
        "the certificate itself as the root": { ...good, roots: [leaf] },
        "another name of the issuer": await rows({ issuerName: "CN=another" }, false),
        // CAs.
        "a self-signed certificate": { chain: [self], roots: [self], accepted: true },
        "a self-signed CA that serves": { chain: [selfAuthority], roots: [selfAuthority], accepted: true },
        "an issuer that is no CA": { chain: await below({ authority: false }), roots: [root], accepted: false },
        "an issuer without basic constraints": {
            chain: await below({ authority: "none" }),
            roots: [root],
            accepted: false,
        },
        "a root that is no CA": await (async () => {
            const weak = await issueCertificate({ name: "root" });
            const chain = [await server({ issuer: weak })];
            return { chain, roots: [weak], accepted: false, withoutRoots: false } as const;
        })(),
        "an issuer that may not sign certificates": {
            chain: await below({ keyUsage: x509.KeyUsageFlags.digitalSignature }),
            roots: [root],
            accepted: false,
        },
        "an issuer that may sign certificates": {
            chain: await below({ keyUsage: x509.KeyUsageFlags.keyCertSign }),
            roots: [root],
            accepted: true,
        },
        "a chain within the path length": { chain: await below({ pathLength: 0 }), roots: [root], accepted: true },
        "a chain above the path length": await (async () => {
            const first = await issueAuthority("first", { issuer: root, pathLength: 0 });
            const next = await issueAuthority("next", { issuer: first });
            return { chain: [await server({ issuer: next }), next, first], roots: [root], accepted: false };
        })(),
        // Constraints of names.
        "a permitted domain": {
            chain: await below({ extensions: [constraints("permitted", domain("example.com"))] }),
            roots: [root],
            accepted: true,
        },
        "a domain that is not permitted": {
            chain: await below({ extensions: [constraints("permitted", domain("example.org"))] }),
            roots: [root],
            accepted: false,
        },
        "only subdomains permitted": {
            chain: await below({ extensions: [constraints("permitted", domain(".registry.example.com"))] }),
            roots: [root],
            accepted: false,
        },
        "an excluded domain": {
            chain: await below({ extensions: [constraints("excluded", domain("example.com"))] }),
            roots: [root],
            accepted: false,
        },
        "a wildcard over an excluded domain": {
            chain: await below(
                { extensions: [constraints("excluded", domain("secret.example.com"))] },
                { dns: ["*.example.com"] },
            ),
            roots: [root],
            accepted: false,
        },
        "a part of a label over an excluded domain": {
            chain: await below(
                { extensions: [constraints("excluded", domain("secret.example.com"))] },
                { dns: [host, "*a.example.com"] },
            ),
            roots: [root],
            accepted: false,
        },
        "a name with an empty label below any constraint": {
            chain: await below(
                { extensions: [constraints("permitted", range(10, 0, 0, 0, 255, 0, 0, 0))] },
                { dns: [host, "a.example.com."] },
            ),
            roots: [root],
            accepted: false,
        },
        "an excluded address next to the host": {
            chain: await below(
                { extensions: [constraints("excluded", range(10, 0, 0, 0, 255, 0, 0, 0))] },
                { ip: ["10.9.9.9"] },
            ),
            roots: [root],
            accepted: false,
        },
        "a permitted address": {
            chain: await below(
                { extensions: [constraints("permitted", range(10, 0, 0, 0, 255, 0, 0, 0))] },
                { ip: ["10.9.9.9"] },
            ),
            roots: [root],
            accepted: true,
        },
        "an unknown critical extension": await rows({ extensions: [critical("1.2.3.4")] }, false),
        "an unknown extension": await rows(
            { extensions: [new x509.Extension("1.2.3.4", false, new Uint8Array([5, 0]))] },
            true,
        ),
        "an intermediate with an unknown critical extension": {
            chain: await below({ extensions: [critical("1.2.3.4")] }),
            roots: [root],
            accepted: false,
        },
        // Algorithms.
        "SHA-1": {
            chain: [await server({ issuer: sha1Root, hash: "SHA-1" })],
            roots: [sha1Root],
            accepted: false,
        },
        "a root with SHA-1 whose certificates have SHA-256": await (async () => {
            const key = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
            const pkcs8 = await crypto.subtle.exportKey("pkcs8", sha1Root.keys.privateKey);
            const spki = await crypto.subtle.exportKey("spki", sha1Root.keys.publicKey);
            const keys = {
                privateKey: await crypto.subtle.importKey("pkcs8", pkcs8, key, true, ["sign"]),
                publicKey: await crypto.subtle.importKey("spki", spki, key, true, ["verify"]),
            };
            return { chain: [await server({ issuer: { ...sha1Root, keys } })], roots: [sha1Root], accepted: true };
        })(),
        "SHA-1 with ECDSA": await rows({ hash: "SHA-1" }, false),
        "SHA-384": await rows({ hash: "SHA-384" }, true),
        "MD5 in a trusted self-signed certificate": { chain: [md5], roots: [md5], accepted: true },
        "RSA-PSS": { chain: [await server({ issuer: pss })], roots: [pss], accepted: true },
        "RSA with 2048 bits": await rows({ key: rsa(2048) }, true),
        "RSA with 1024 bits": await rows({ key: rsa(1024) }, true),
        "RSA with 1023 bits": { chain: [small], roots: [small], accepted: false },
        "a root with 768 bits": {
            chain: [await server({ issuer: smallRoot })],
            roots: [smallRoot],
            accepted: false,
            withoutRoots: false,
        },
        Ed25519: { chain: [ed25519], roots: [ed25519], accepted: true },
        "P-384": await rows({ key: { name: "ECDSA", namedCurve: "P-384" } }, true),
        "P-224": { chain: [curve("secp224r1")], roots: [curve("secp224r1")], accepted: false },
        secp256k1: { chain: [curve("secp256k1")], roots: [root], accepted: false },
        // Keys.
        "the key of another certificate": { ...good, key: intermediate.key, accepted: false },
        "a key of another kind": { ...good, key: ed25519.key, accepted: false },
    };
}

describe("what servingFaults rejects", function () {
    this.timeout(180_000);
    let rows: Record<string, Row>;
    let verdicts: Record<string, string>;
    const text = (certificates: Row["chain"]) =>
        certificates.map((certificate) => (typeof certificate === "string" ? certificate : certificate.pem)).join("");
    const keyOf = ({ key, chain: [first] }: Row, all: Record<string, Row>) =>
        key ?? (typeof first === "string" ? (all["a chain"].chain[0] as Issued).key : first.key);
    const faultsOf = (row: Row, caCertPem: string | undefined) =>
        servingFaults({
            certificate: text(row.chain),
            key: keyOf(row, rows),
            hosts: [row.host ?? host],
            ...(caCertPem !== undefined && { caCertPem }),
        });

    before(async function () {
        const program = path.join(__dirname, "verifier");
        if (spawnSync("go", ["version"]).status !== 0) {
            console.log("skipped: there is no Go on this machine");
            this.skip();
        }
        rows = await table();
        const inputs = Object.values(rows).map((row) => ({
            certificate: text(row.chain),
            key: keyOf(row, rows),
            roots: text(row.roots),
            host: row.host ?? host,
        }));
        const options = {
            cwd: program,
            input: JSON.stringify(inputs),
            encoding: "utf8",
            maxBuffer: 1e8,
            timeout: 120_000,
        } as const;
        const results: string[] = JSON.parse(execFileSync("go", ["run", "."], options));
        verdicts = Object.fromEntries(Object.keys(rows).map((name, i) => [name, results[i]]));
    });

    it("is what a Go client rejects, or is not a chain", () => {
        const wrong = Object.entries(rows).filter(([name, { accepted, stricter }]) => {
            const isAcceptedByGo = verdicts[name] === "";
            return isAcceptedByGo !== (accepted || stricter === true);
        });
        assert.deepEqual(
            wrong.map(([name]) => [name, verdicts[name]]),
            [],
            "Go decides otherwise",
        );
        assert.ok(Object.keys(rows).length > 60);
    });

    it("is the same with the roots", () => {
        const wrong = Object.entries(rows).flatMap(([name, row]) => {
            const faults = faultsOf(row, text(row.roots));
            return (faults.length === 0) === row.accepted ? [] : [{ name, faults, go: verdicts[name] }];
        });
        assert.deepEqual(wrong, []);
    });

    it("is the same without the roots, unless it depends on them", () => {
        const wrong = Object.entries(rows).flatMap(([name, row]) => {
            const faults = faultsOf(row, undefined);
            const accepted = row.withoutRoots === false ? undefined : row.accepted;
            return accepted === undefined || (faults.length === 0) === accepted ? [] : [{ name, faults }];
        });
        assert.deepEqual(wrong, []);
    });

    it("never repeats a key", () => {
        for (const row of Object.values(rows)) {
            const said = JSON.stringify(faultsOf(row, text(row.roots)));
            const key = keyOf(row, rows);
            assert.ok(!said.includes("PRIVATE KEY") && !said.includes(key.split("\n")[1]), said);
        }
    });
});
