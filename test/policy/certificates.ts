import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Declared, secret } from "./fixtures";

/** A certificate from March to May 2024, for the common name registry.example.com only. */
export const expiredCertificate = `-----BEGIN CERTIFICATE-----
MIIBRDCB66ADAgECAgkBkrEszsmukS8wCgYIKoZIzj0EAwIwHzEdMBsGA1UEAxMU
cmVnaXN0cnkuZXhhbXBsZS5jb20wHhcNMjQwMjI5MjM1OTU5WhcNMjQwNTI5MjM1
OTU5WjAfMR0wGwYDVQQDExRyZWdpc3RyeS5leGFtcGxlLmNvbTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABC+Cpu4AlfzLRtkyluyrQZWf0saS+fuQrxleC9tqgbSw
b4O3zO9AhBE6erp8QuZzLlDokhfuDxWls5H7qY3h1I6jEDAOMAwGA1UdEwEB/wQC
MAAwCgYIKoZIzj0EAwIDSAAwRQIgG+vVgOgCI0QgFgs5DHxrmEOsliWIvwfb6c6s
7Ddz5xgCIQD4PWeLhpRZyOaedRMgVddF09I0qZo7UqfoMA3wVPya/w==
-----END CERTIFICATE-----
`;

export interface Pair {
    readonly pem: string;
    readonly key: string;
}

/** A certificate from openssl, self-signed unless it has an issuer, for a name or address such as `DNS:a.example`. */
export function opensslCertificate(names: string | undefined, options: string[] = [], issuer?: Pair): Pair {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "policy-"));
    const file = (name: string) => path.join(folder, name);
    try {
        const added = names === undefined ? [] : ["-addext", `subjectAltName=${names}`];
        const authority = options.includes("authority");
        const constraints = ["-addext", `basicConstraints=critical,CA:${authority ? "TRUE" : "FALSE"}`];
        const further = options.filter((option) => option !== "authority");
        const subject = ["-subj", authority ? "/CN=authority" : "/CN=registry"];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("key")];
        if (issuer !== undefined) {
            fs.writeFileSync(file("ca"), issuer.pem + issuer.key);
            further.push("-CA", file("ca"), "-CAkey", file("ca"));
        }
        const all = ["req", "-x509", "-days", "90", ...key, ...subject, ...constraints, ...added, ...further];
        execFileSync("openssl", [...all, "-out", file("crt")], { stdio: "pipe" });
        return { pem: fs.readFileSync(file("crt"), "utf8"), key: fs.readFileSync(file("key"), "utf8") };
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/** A TLS Secret in the registry's namespace. */
export function tlsSecret(name: string, content: object, over: object = {}): Declared {
    return secret(name, content, { type: "kubernetes.io/tls", ...over });
}
