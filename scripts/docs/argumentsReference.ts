import { type Component, type PackageSchema, type Properties, type Property, typeOf } from "./schema";

/** docs/arguments.md: the arguments and outputs of both components, from the doc comments in the schema. */
export function argumentsReference(schema: PackageSchema): string {
    const components = Object.entries(schema.resources).map(([token, component]) =>
        componentSection(schema, token.split(":")[2], component),
    );
    return `# Arguments and outputs

Generated from the doc comments in \`components/\` (\`UPDATE_SNAPSHOTS=1 npm run test:unit\` writes it). \`[]\` is each element of a list,
\`{}\` each value of a map. The names are those of TypeScript and YAML; in Python they are in snake case. An argument that is not *plain* can
be an Output of another resource. A *plain* one must be known before any resource is created, because it decides which resources exist.

${components.join("\n")}`;
}

function componentSection(schema: PackageSchema, name: string, component: Component): string {
    const inputs = rows(schema, component.inputProperties, component.requiredInputs);
    const outputs = Object.entries(component.properties).map(
        ([output, property]) => `| \`${output}\` | ${typeText(schema, property)} | ${prose(property.description)} |`,
    );
    return `## ${name}

${prose(component.description)}

| argument | type | meaning |
|---|---|---|
${inputs.join("\n")}

### Outputs of ${name}

| output | type | meaning |
|---|---|---|
${outputs.join("\n")}
`;
}

function rows(schema: PackageSchema, properties: Properties, required: readonly string[] = [], prefix = ""): string[] {
    return Object.entries(properties).flatMap(([name, property]) => {
        const path = `${prefix}${name}`;
        const attributes = [required.includes(name) ? "required" : "", property.plain ? "plain" : ""].filter(Boolean);
        const type = [typeText(schema, property), ...attributes.map((attribute) => `*${attribute}*`)].join(", ");
        const row = `| \`${path}\` | ${type} | ${prose(property.description)} |`;
        const [fields, suffix] = fieldsOf(schema, property);
        const below = fields ? rows(schema, fields.properties ?? {}, fields.required, `${path}${suffix}.`) : [];
        return [row, ...below];
    });
}

function fieldsOf(schema: PackageSchema, property: Property) {
    const type = typeOf(schema, property.items ?? property);
    return [type?.properties && type, property.items ? "[]" : ""] as const;
}

function typeText(schema: PackageSchema, property: Property): string {
    if (property.items) return `list of ${typeText(schema, property.items)}`;
    if (property.additionalProperties) return `map of ${typeText(schema, property.additionalProperties)}`;
    const type = typeOf(schema, property);
    if (type?.enum) return type.enum.map((member) => `\`${member.value}\``).join(", ");
    if (type) return "object";
    return property.type ?? "anything";
}

/** A description in one line, for a table cell. */
function prose(text = ""): string {
    return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}
