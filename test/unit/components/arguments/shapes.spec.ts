import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { validate } from "../../../../components/arguments/check";
import { boolean, integer, string } from "../../../../components/arguments/rules";
import { fields, listOf, plain, required, type Shape } from "../../../../components/arguments/shapes";
import { privateRegistryRules } from "../../../../components/privateRegistryArgs";
import { registryAccessRules } from "../../../../components/registryAccess";
import { accessProblems, problems, type Wrong, withValue } from "../../refusals";

interface Example {
    name: pulumi.Input<string>;
    count?: pulumi.Input<number>;
    isOn?: boolean;
    hosts?: pulumi.Input<string>[];
}

const name = required(string, "name it");

/** `npm run typecheck` fails if one of these compiles. */
const refusedByTheCompiler = [
    // @ts-expect-error a field has no rule
    fields<Example>({ name, count: integer(1), isOn: plain(boolean) }),
    // @ts-expect-error a rule has no field
    fields<Example>({ name, count: integer(1), isOn: plain(boolean), hosts: listOf(string), size: string }),
    // @ts-expect-error the name must be required
    fields<Example>({ name: string, count: integer(1), isOn: plain(boolean), hosts: listOf(string) }),
    // @ts-expect-error the count is optional
    fields<Example>({ name, count: required(integer(1), "count"), isOn: plain(boolean), hosts: listOf(string) }),
    // @ts-expect-error the count is not a string
    fields<Example>({ name, count: string, isOn: plain(boolean), hosts: listOf(string) }),
    // @ts-expect-error isOn cannot be an Output
    fields<Example>({ name, count: integer(1), isOn: boolean, hosts: listOf(string) }),
    // @ts-expect-error the count can be an Output
    fields<Example>({ name, count: plain(integer(1)), isOn: plain(boolean), hosts: listOf(string) }),
    // @ts-expect-error hosts is a list
    fields<Example>({ name, count: integer(1), isOn: plain(boolean), hosts: string }),
];

describe("the rules for an object", () => {
    it("are rejected by the compiler unless they match the fields", () => assert.equal(refusedByTheCompiler.length, 8));
});

/** The paths of the values that must be known before any resource is created. */
function plainPaths(shape: Shape, path = ""): string[] {
    switch (shape.kind) {
        case "value":
            return shape.isPlain ? [path] : [];
        case "list":
            return plainPaths(shape.item, `${path}[0]`);
        case "map":
            return plainPaths(shape.value, `${path}.key`);
        default:
            return Object.entries(shape.fields).flatMap(([key, field]) =>
                plainPaths(field, path === "" ? key : `${path}.${key}`),
            );
    }
}

describe("an Output where a plain value is required", () => {
    const neededAtOnce = "must be known before any resource is created, so it cannot be an Output; use a plain value";
    const components = {
        PrivateRegistry: { rules: privateRegistryRules, problems },
        RegistryAccess: { rules: registryAccessRules, problems: accessProblems },
    };
    for (const [component, { rules, problems }] of Object.entries(components)) {
        const paths = plainPaths(rules);

        it(`is rejected for each of the ${paths.length} arguments of ${component}, with the path`, async () => {
            assert.ok(paths.length > 5);
            for (const path of paths) {
                const lines = await problems(withValue(path, pulumi.output("anything")));
                assert.ok(lines.includes(`${path}: ${neededAtOnce}`), `${path}: ${lines}`);
            }
        });
    }
});

/** The paths of all objects, except those in lists. */
function objectPaths(shape: Shape, path = ""): string[] {
    if (shape.kind !== "object") return [];
    return Object.entries(shape.fields).flatMap(([key, field]) => {
        const below = path === "" ? key : `${path}.${key}`;
        return field.kind === "object" ? [below, ...objectPaths(field, below)] : [];
    });
}

/** The validated arguments, or the error. */
function outcome(args: Wrong): unknown {
    try {
        return validate("the registry", args, privateRegistryRules, () => []);
    } catch (error) {
        return (error as Error).message;
    }
}

describe("null, a key without a value in YAML,", () => {
    const paths = objectPaths(privateRegistryRules);

    it(`is what {} is for each of the ${paths.length} objects in the arguments`, async () => {
        for (const path of ["storage.minio", "storage.volume", "helm", "expose.nodePort", "descriptorCache.redis"]) {
            assert.ok(paths.includes(path), path);
        }
        for (const path of paths) {
            assert.deepEqual(outcome(withValue(path, null)), outcome(withValue(path, {})), path);
        }
    });
});
