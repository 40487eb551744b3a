import * as assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { type Component, componentOf, type PackageSchema, type Property, schemaFile } from "../../scripts/docs/schema";

const root = path.join(__dirname, "../..");

describe("the schema for other languages", () => {
    let schema: PackageSchema;
    const component = (name: string): Component => componentOf(schema, name);

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
        // Not the package's version, so that the snapshot does not change with every release.
        const generated = generateSchema(manifest.name, "0.0.0", "", components, typeDefinitions, dependencies);
        schema = JSON.parse(JSON.stringify(generated));
    });

    it("matches the snapshot (UPDATE_SNAPSHOTS=1 writes it)", () => {
        if (process.env.UPDATE_SNAPSHOTS === "1")
            writeFileSync(schemaFile, `${JSON.stringify(schema, undefined, 4)}\n`);
        assert.deepEqual(schema, JSON.parse(readFileSync(schemaFile, "utf8")));
    });

    it("has a description of every property and enum member", () => {
        const resources = Object.entries(schema.resources).map(
            ([token, { inputProperties, properties }]) => [token, { ...inputProperties, ...properties }] as const,
        );
        const types = Object.entries(schema.types).map(([token, { properties = {}, enum: members = [] }]) => {
            const values = Object.fromEntries(members.map((member) => [member.name, member]));
            return [token, { ...properties, ...values } as Record<string, Property>] as const;
        });
        const missing = [...resources, ...types].flatMap(([token, properties]) =>
            Object.entries(properties)
                .filter(([, property]) => !property.description)
                .map(([name]) => `${token} ${name}`),
        );
        assert.deepEqual(missing, []);
        assert.ok(component("PrivateRegistry").description);
        assert.ok(component("RegistryAccess").description);
        assert.equal(JSON.stringify(schema).includes("[object Object]"), false);
    });

    it("has no union types and no types of other packages", () => {
        const text = JSON.stringify(schema);
        assert.equal(text.includes("oneOf"), false);
        const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
        const foreign = refs.filter((ref) => !/^(#\/types\/private-registry:index:\w+|pulumi\.json#\/Any)$/.test(ref));
        assert.deepEqual(foreign, []);
    });

    it("has all outputs, as plain values", () => {
        const outputs = Object.entries(component("PrivateRegistry").properties).map(
            ([name, { type, additionalProperties }]) => [name, additionalProperties?.type ?? type],
        );
        assert.deepEqual(outputs, [
            ["host", "string"],
            ["url", "string"],
            ["uiUrl", "string"],
            ["namespaceName", "string"],
            ["serviceName", "string"],
            ["deploymentName", "string"],
            ["clusterIp", "string"],
            ["username", "string"],
            ["password", "string"],
            ["credentials", "string"],
            ["dockerConfigJson", "string"],
            ["pullSecretNames", "string"],
            ["registriesYaml", "string"],
            ["caCertPem", "string"],
            ["certificateExpiry", "string"],
            ["verified", "string"],
        ]);
        assert.deepEqual(Object.keys(component("RegistryAccess").properties), ["pullSecretNames", "registriesYaml"]);
    });

    it("has a value for every output, and no output of an object type", () => {
        for (const { properties, required } of Object.values(schema.resources)) {
            assert.deepEqual([...(required ?? [])].sort(), Object.keys(properties).sort());
            for (const property of Object.values(properties))
                assert.equal(JSON.stringify(property).includes("$ref"), false);
        }
    });

    it("requires only host and dockerConfigJson of RegistryAccess", () => {
        assert.deepEqual(component("PrivateRegistry").requiredInputs, []);
        assert.deepEqual(component("RegistryAccess").requiredInputs, ["dockerConfigJson", "host"]);
    });
});
