import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { chartRegistry, values } from "../unit/chart";
import { twuniChart } from "./twuniChart";

const folder = path.join(__dirname, "../charts/docker-registry");
const read = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");
const templates = fs.readdirSync(path.join(folder, "templates")).map((file) => read(`templates/${file}`));
const source = templates.join("\n");
const matches = (pattern: RegExp) => [...new Set([...source.matchAll(pattern)].map(([, found]) => found))].sort();

/** Whether the real chart reads a value, a part of it or an object that contains it. */
const isRead = (value: string) =>
    twuniChart.values.some((known) => `${known}.`.startsWith(`${value}.`) || `${value}.`.startsWith(`${known}.`));

describe("the chart in the tests, compared with the twuni chart 3.0.0", () => {
    it("has its name and version", () => {
        const { name, version } = parse(read("Chart.yaml"));
        assert.deepEqual({ name, version }, { name: twuniChart.name, version: twuniChart.version });
    });

    it("reads no value that the real one does not read", () => {
        const unknown = matches(/\.Values\.([\w.]+)/g).filter((value) => !isRead(value));
        assert.deepEqual(unknown, []);
        assert.equal(isRead("service.name"), false);
    });

    it("accepts exactly the values that the real one reads", () => {
        const leaves = (schema: { properties?: object }, at: string): string[] =>
            schema.properties === undefined
                ? [at]
                : Object.entries(schema.properties).flatMap(([key, inner]) =>
                      leaves(inner, at === "" ? key : `${at}.${key}`),
                  );
        const accepted = leaves(JSON.parse(read("values.schema.json")), "");
        assert.deepEqual(
            accepted.filter((value) => !isRead(value)),
            [],
        );
        const isAccepted = (value: string) => accepted.some((known) => `${value}.`.startsWith(`${known}.`));
        assert.deepEqual(
            twuniChart.values.filter((value) => !isAccepted(value)),
            [],
        );
    });

    it("creates objects of the same names", () => {
        const objects = templates
            .filter((text) => text.includes("kind:"))
            .map((text) => {
                const [, kind] = /^kind: (\w+)$/m.exec(text) ?? [];
                const [, name] = /^ {4}name: (.+)$/m.exec(text) ?? [];
                return [kind, name.replace(/\{\{ (\$name|include "fullname" \.) \}\}/, "<fullname>")];
            });
        assert.deepEqual(Object.fromEntries(objects), twuniChart.objects);
    });

    it("has the same environment variables, paths, port and selector", () => {
        const withPath = (text: string) => text.replace("{{ .Values.configPath }}", "<configPath>");
        assert.deepEqual(matches(/name: (REGISTRY_\w+)/g), [...twuniChart.variables]);
        assert.deepEqual(
            matches(/mountPath: (\{\{ [\w.]+ \}\}|[\w/]+)/g)
                .map(withPath)
                .sort(),
            [...twuniChart.mounts],
        );
        const [, command] = /command: (\[.*\])/.exec(source) ?? [];
        assert.deepEqual(JSON.parse(withPath(command)), [...twuniChart.command]);
        assert.deepEqual(matches(/(?:containerPort|targetPort): (\d+)/g), [String(twuniChart.port)]);
        const [, labels] = /matchLabels: \{ (.*) \}\n/.exec(source) ?? [];
        assert.deepEqual(labels.match(/\w+(?=: \{\{)/g), [...twuniChart.selector]);
    });
});

describe("the component's Helm values", () => {
    it("give the chart's objects names that none of the component's objects has", async () => {
        const args = { storage: { minio: {} }, descriptorCache: { redis: {} } };
        const { fullnameOverride } = await values(args);
        assert.equal(fullnameOverride, "registry-chart");
        const r = await chartRegistry(args);
        assert.ok(r.every("Service").length > 1);
        for (const [kind, pattern] of Object.entries(twuniChart.objects)) {
            const name = pattern.replace("<fullname>", fullnameOverride);
            for (const { inputs } of r.every(kind)) assert.notEqual(inputs.metadata.name, name, kind);
        }
    });
});
