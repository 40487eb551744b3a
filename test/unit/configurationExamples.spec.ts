import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { PrivateRegistry } from "../../components";
import { registryArgs } from "../../settings";
import { declare } from "./mocks";

const project = "private-registry";

/** The stack configurations that a page shows. */
function examples(page: string): string[] {
    const text = readFileSync(path.join(__dirname, "../..", page), "utf8");
    return [...text.matchAll(/```yaml\n(config:\n[\s\S]*?)```/g)].map(([, example]) => example);
}

describe("the documentation's examples of a stack's configuration", () => {
    after(() => {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
        pulumi.runtime.setAllConfig({});
    });

    for (const text of ["README.md", "docs/storage.md"].flatMap(examples)) {
        const { config } = parse(text);
        it(`declares a registry: ${JSON.stringify(config[`${project}:registry`])}`, async () => {
            const isSecret = (value: unknown) => typeof value === "object" && value !== null && "secure" in value;
            const values = Object.entries(config).map(([key, value]) => [
                key,
                isSecret(value) ? "decrypted" : JSON.stringify(value),
            ]);
            const secretKeys = Object.keys(config).filter((key) => isSecret(config[key]));
            pulumi.runtime.setAllConfig(Object.fromEntries(values), secretKeys);
            process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys);
            await declare(() => new PrivateRegistry("registry", registryArgs(new pulumi.Config(project))));
        });
    }
});
