import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";

/** A property in a package schema, with the fields that Pulumi infers from TypeScript. */
export interface Property {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: Property;
    readonly additionalProperties?: Property;
    readonly description?: string;
    /** Whether it cannot be an Output. */
    readonly plain?: boolean;
}

export type Properties = Readonly<Record<string, Property>>;

/** An object type or an enum. */
export interface TypeDefinition {
    readonly type: string;
    readonly properties?: Properties;
    readonly required?: readonly string[];
    readonly enum?: readonly { readonly name: string; readonly value: string; readonly description?: string }[];
}

export interface Component {
    readonly description?: string;
    readonly inputProperties: Properties;
    readonly requiredInputs: readonly string[];
    /** The outputs. */
    readonly properties: Properties;
    readonly required?: readonly string[];
}

/** The package schema, from which SDKs are generated. */
export interface PackageSchema {
    readonly name: string;
    readonly resources: Readonly<Record<string, Component>>;
    readonly types: Readonly<Record<string, TypeDefinition>>;
}

/** The snapshot of the schema that Pulumi infers from components/. test/unit/schema.spec.ts compares them. */
export const schemaFile = path.join(repositoryRoot, "test", "unit", "schema.json");

export function readSchema(file = schemaFile): PackageSchema {
    return JSON.parse(fs.readFileSync(file, "utf8"));
}

/** A component, by its class name. */
export function componentOf(schema: PackageSchema, name: string): Component {
    return schema.resources[`${schema.name}:index:${name}`];
}

/** The type that a property refers to, if the package defines it. */
export function typeOf(schema: PackageSchema, { $ref }: Property): TypeDefinition | undefined {
    return $ref?.startsWith("#/types/") ? schema.types[$ref.replace("#/types/", "")] : undefined;
}

/** An argument without fields, e.g. at `users[].name` or `labels{}`. */
export interface Leaf {
    readonly path: string;
    readonly property: Property;
}

/** All leaves below some properties; `[]` is each element of a list, `{}` each value of a map. */
export function leavesOf(schema: PackageSchema, properties: Properties, prefix = ""): Leaf[] {
    return Object.entries(properties).flatMap(([name, property]) => below(schema, property, `${prefix}${name}`));
}

function below(schema: PackageSchema, property: Property, at: string): Leaf[] {
    const inner = property.items ?? property.additionalProperties;
    if (inner) {
        const described = { description: property.description, ...inner };
        return below(schema, described, `${at}${property.items ? "[]" : "{}"}`);
    }
    const fields = typeOf(schema, property)?.properties;
    return fields ? leavesOf(schema, fields, `${at}.`) : [{ path: at, property }];
}
