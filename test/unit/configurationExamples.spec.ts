import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { PrivateRegistry } from "../../components";
import { createAuthority, issue, type KeyPair } from "../../sandbox/cluster/pki";
import { registryArgs } from "../../settings";
import { declare } from "./mocks";

const pages = ["README.md", "docs/certificates.md", "docs/exposure.md"].map((page) =>
    readFileSync(path.join(__dirname, "../..", page), "utf8"),
);
const examples = pages.flatMap((page) => [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text));

describe("the configuration that the documentation shows", () => {
    let pair: KeyPair;
    before(async () => {
        const names = { dns: ["registry.example.com"] };
        pair = await issue(await createAuthority("a"), { commonName: "registry.example.com", serverNames: names });
    });
    after(() => {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
        pulumi.runtime.setAllConfig({});
    });

    it("is found", () => assert.ok(examples.length >= 8));

    for (const [i, text] of examples.entries()) {
        it(`${i + 1} is taken by the program: ${text.trim().split("\n").at(-1)?.trim()}`, async () => {
            const { config } = parse(text);
            assert.deepEqual(Object.keys(config), ["private-registry:registry"]);
            const args = config["private-registry:registry"];
            if (args.tls?.pem) args.tls.pem.certificate = pair.certificate;
            const secretKey = "private-registry:tls-key";
            const values = {
                "private-registry:registry": JSON.stringify(args),
                ...(args.tls?.pem && { [secretKey]: pair.key }),
            };
            pulumi.runtime.setAllConfig(values, [secretKey]);
            process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify([secretKey]);
            const resources = await declare(
                () => new PrivateRegistry("registry", registryArgs(new pulumi.Config("private-registry"))),
            );
            assert.equal(resources.named("registry-deployment").length, 1);
        });
    }
});
