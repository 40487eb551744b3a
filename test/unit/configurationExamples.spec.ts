import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { PrivateRegistry } from "../../components";
import { createAuthority, issue, type KeyPair } from "../../sandbox/cluster/pki";
import { registryArgs } from "../../settings";
import { declare } from "./mocks";
import { clientKey } from "./sshNode";

const project = "private-registry";
const documents = [
    "README",
    "docs/storage",
    "docs/certificates",
    "docs/exposure",
    "docs/helm",
    "docs/nodes",
    "docs/ui",
];
const pages = documents.map((page) => readFileSync(path.join(__dirname, "../..", `${page}.md`), "utf8"));
const examples = pages.flatMap((page) =>
    [...page.matchAll(/^```yaml\n(config:\n.*?)^```$/gms)].map(([, text]) => text),
);

describe("the configuration examples in the documentation", () => {
    let pair: KeyPair;
    before(async () => {
        const names = { dns: ["registry.example.com"] };
        pair = await issue(await createAuthority("a"), { commonName: "registry.example.com", serverNames: names });
    });
    after(() => {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
        pulumi.runtime.setAllConfig({});
    });

    it("are found", () => assert.ok(examples.length >= 13));

    for (const [i, text] of examples.entries()) {
        it(`${i + 1} is accepted by the program: ${text.trim().split("\n").at(-1)?.trim()}`, async () => {
            const { config } = parse(text);
            const registry = `${project}:registry`;
            const secrets = Object.fromEntries(
                Object.keys(config)
                    .filter((key) => key !== registry)
                    .map((key) => [key, "decrypted"]),
            );
            const args = config[registry];
            if (args.tls?.pem) {
                args.tls.pem.certificate = pair.certificate;
                secrets[`${project}:tls-key`] = pair.key;
            }
            if (args.nodes?.ssh) secrets[`${project}:ssh-key`] = clientKey;
            pulumi.runtime.setAllConfig({ [registry]: JSON.stringify(args), ...secrets }, Object.keys(secrets));
            process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(Object.keys(secrets));
            const resources = await declare(
                () => new PrivateRegistry("registry", registryArgs(new pulumi.Config(project))),
            );
            const isChart = args.helm !== undefined;
            assert.equal(resources.named(isChart ? "registry-release" : "registry-deployment").length, 1);
        });
    }
});
