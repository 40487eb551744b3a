import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { privateRegistryRules } from "../../components/args";
import { registryAccessRules } from "../../components/registryAccess";
import type { Rules } from "../../components/validation";

const root = path.join(__dirname, "../..");
const snapshot = path.join(__dirname, "schema.json");

interface Property {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: Property;
    readonly additionalProperties?: Property;
    readonly oneOf?: unknown;
    readonly description?: string;
    readonly plain?: boolean;
}

type Properties = Record<string, Property>;

describe("the schema for other languages", () => {
    // biome-ignore lint/suspicious/noExplicitAny: the schema is a tree of plain JSON
    let schema: any;
    const typeOf = (ref: string) => schema.types[ref.replace("#/types/", "")];
    const component = (name: string) => schema.resources[`private-registry:index:${name}`];

    before(function () {
        // It type-checks the whole library.
        this.timeout(120_000);
        const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
        const names = new Set(["PrivateRegistry", "RegistryAccess"]);
        const { components, typeDefinitions, dependencies } = new Analyzer(
            root,
            manifest.name,
            manifest,
            names,
        ).analyze();
        // The version changes with every release, and nothing else does because of it.
        const generated = generateSchema(manifest.name, "0.0.0", "", components, typeDefinitions, dependencies);
        schema = JSON.parse(JSON.stringify(generated));
    });

    it("is the one of the snapshot (UPDATE_SNAPSHOTS=1 writes it)", () => {
        if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(snapshot, `${JSON.stringify(schema, undefined, 4)}\n`);
        assert.deepEqual(schema, JSON.parse(readFileSync(snapshot, "utf8")));
    });

    it("describes everything that a user meets", () => {
        const missing = [...Object.entries(schema.resources), ...Object.entries(schema.types)].flatMap(
            // biome-ignore lint/suspicious/noExplicitAny: as above
            ([token, definition]: [string, any]) =>
                Object.entries<Property>({ ...definition.inputProperties, ...definition.properties })
                    .filter(([, property]) => !property.description)
                    .map(([name]) => `${token} ${name}`),
        );
        assert.deepEqual(missing, []);
        assert.ok(component("PrivateRegistry").description);
        assert.ok(component("RegistryAccess").description);
        assert.equal(JSON.stringify(schema).includes("[object Object]"), false);
    });

    it("has no unions and no types of other packages", () => {
        const text = JSON.stringify(schema);
        assert.equal(text.includes("oneOf"), false);
        const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
        const foreign = refs.filter((ref) => !/^(#\/types\/private-registry:index:\w+|pulumi\.json#\/Any)$/.test(ref));
        assert.deepEqual(foreign, []);
    });

    it("has the outputs of design.md, which are plain values", () => {
        const outputs = Object.entries<Property>(component("PrivateRegistry").properties).map(
            ([name, { type, additionalProperties }]) => [name, additionalProperties?.type ?? type],
        );
        assert.deepEqual(outputs, [
            ["host", "string"],
            ["url", "string"],
            ["namespaceName", "string"],
            ["serviceName", "string"],
            ["deploymentName", "string"],
            ["clusterIp", "string"],
            ["username", "string"],
            ["password", "string"],
            ["credentials", "string"],
            ["dockerConfigJson", "string"],
            ["pullSecretNames", "string"],
            ["caCertPem", "string"],
            ["certificateExpiry", "string"],
        ]);
        assert.deepEqual(Object.keys(component("RegistryAccess").properties), ["pullSecretNames"]);
    });

    it("asks for nothing but what RegistryAccess cannot do without", () => {
        assert.deepEqual(component("PrivateRegistry").requiredInputs, []);
        assert.deepEqual(component("RegistryAccess").requiredInputs, ["dockerConfigJson", "host"]);
    });

    /** The paths of all leaves, as the rules write them. */
    function leaves(properties: Properties, prefix = ""): string[] {
        return Object.entries(properties).flatMap(([name, property]) => leavesOf(property, `${prefix}${name}`));
    }

    function leavesOf(property: Property, at: string): string[] {
        if (property.type === "array") return leavesOf(property.items as Property, `${at}[]`);
        if (property.additionalProperties) return leavesOf(property.additionalProperties, `${at}{}`);
        if (property.$ref?.startsWith("#/types/")) {
            const type = typeOf(property.$ref);
            return type.properties ? leaves(type.properties, `${at}.`) : [at];
        }
        return [at];
    }

    const checked: [string, Rules][] = [
        ["PrivateRegistry", privateRegistryRules],
        ["RegistryAccess", registryAccessRules],
    ];
    for (const [name, rules] of checked) {
        it(`has the arguments of ${name} that its check knows, and no others`, () => {
            assert.deepEqual(leaves(component(name).inputProperties).sort(), Object.keys(rules).sort());
        });
    }

    it("has for every closed set the members that the check allows", () => {
        // biome-ignore lint/suspicious/noExplicitAny: as above
        const enums = Object.entries<any>(schema.types).filter(([, type]) => type.enum);
        assert.deepEqual(
            enums.map(([token]) => token.split(":").at(-1)),
            [
                "RolloutStrategy",
                "KeyAlgorithm",
                "IssuerKind",
                "AccessMode",
                "IngressController",
                "ContainerRuntime",
                "LogLevel",
                "LogFormat",
            ],
        );
        const ruleOf: Record<string, string> = {
            RolloutStrategy: "rollout.strategy",
            KeyAlgorithm: "tls.selfSigned.algorithm",
            IssuerKind: "tls.certManager.issuer.kind",
            AccessMode: "storage.volume.accessMode",
            IngressController: "expose.ingress.controller",
            ContainerRuntime: "nodes.runtimes[]",
            LogLevel: "log.level",
            LogFormat: "log.format",
        };
        for (const [token, type] of enums) {
            const rule = privateRegistryRules[ruleOf[token.split(":").at(-1) as string]];
            for (const { value } of type.enum) assert.equal(rule(value), undefined);
            assert.match(
                rule("") as string,
                new RegExp(type.enum.map((m: { value: string }) => `"${m.value}"`).join(", ")),
            );
        }
    });
});
