import type { PackageSchema, Properties, Property, TypeDefinition } from "./schema";

/**
 * One sentence for each schema change that can break a program. New optional arguments, new outputs and changed descriptions break
 * nothing.
 */
export function breakingChanges(before: PackageSchema, after: PackageSchema): string[] {
    const resources = Object.entries(before.resources).flatMap(([token, component]) => {
        const now = after.resources[token];
        if (now === undefined) return [`${token} was removed`];
        return [
            ...inputChanges(token, component.inputProperties, now.inputProperties),
            ...newlyRequired(token, component.requiredInputs, now.requiredInputs),
            ...outputChanges(token, component.properties, now.properties),
            ...newlyRequired(`${token} (outputs)`, now.required, component.required, "may be missing now"),
        ];
    });
    const types = Object.entries(before.types).flatMap(([token, type]) => typeChanges(token, type, after.types[token]));
    return [...resources, ...types];
}

function typeChanges(token: string, before: TypeDefinition, after: TypeDefinition | undefined): string[] {
    if (after === undefined) return [`${token} was removed`];
    const values = after.enum?.map((member) => member.value) ?? [];
    const lost = (before.enum ?? []).filter((member) => !values.includes(member.value));
    return [
        ...lost.map((member) => `${token} no longer has \`${member.value}\``),
        ...inputChanges(token, before.properties ?? {}, after.properties ?? {}),
        ...newlyRequired(token, before.required, after.required),
    ];
}

function inputChanges(owner: string, before: Properties, after: Properties): string[] {
    return Object.entries(before).flatMap(([name, property]) => {
        const now = after[name];
        if (now === undefined) return [`${owner} no longer has the argument \`${name}\``];
        if (shape(property) !== shape(now))
            return [`\`${name}\` of ${owner} was ${shape(property)} and is ${shape(now)}`];
        return becamePlain(property, now) ? [`\`${name}\` of ${owner} can no longer be an Output`] : [];
    });
}

function outputChanges(owner: string, before: Properties, after: Properties): string[] {
    return Object.entries(before).flatMap(([name, property]) => {
        const now = after[name];
        if (now === undefined) return [`${owner} no longer has the output \`${name}\``];
        return shape(property) === shape(now)
            ? []
            : [`the output \`${name}\` of ${owner} was ${shape(property)} and is ${shape(now)}`];
    });
}

function newlyRequired(
    owner: string,
    before: readonly string[] = [],
    after: readonly string[] = [],
    verdict = "is now required",
): string[] {
    return after.filter((name) => !before.includes(name)).map((name) => `\`${name}\` of ${owner} ${verdict}`);
}

function shape({ type, $ref, items, additionalProperties }: Property): string {
    if (items) return `a list of ${shape(items)}`;
    if (additionalProperties) return `a map of ${shape(additionalProperties)}`;
    return $ref ?? type ?? "anything";
}

/** Whether a value, or a nested one, could be an Output before and now cannot. */
function becamePlain(before: Property, after: Property): boolean {
    if (after.plain === true && before.plain !== true) return true;
    const inner = [before.items ?? before.additionalProperties, after.items ?? after.additionalProperties] as const;
    return inner[0] !== undefined && inner[1] !== undefined && becamePlain(inner[0], inner[1]);
}
