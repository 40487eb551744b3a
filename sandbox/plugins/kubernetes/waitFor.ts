import { isObject, objectsAt, type Properties } from "../values";
import type { Readiness } from "./readiness";

/** `condition=Ready` or `condition=Ready=False`. */
function conditionHolds(expression: string, object: Properties): boolean {
    const [type, status = "True"] = expression.split("=");
    const found = objectsAt(object, "status.conditions").find(
        (one) => String(one.type).toLowerCase() === type.toLowerCase(),
    );
    return String(found?.status).toLowerCase() === status.toLowerCase();
}

/** `{.status.phase}=Running`, or without a value: the field exists. Keys and list positions only, no filters. */
function pathHolds(expression: string, object: Properties): boolean {
    const match = /^\{?\$?\.?([^}=]+)\}?(?:=(.*))?$/.exec(expression);
    if (!match) throw new Error(`pulumi.com/waitFor: cannot read the path ${expression}`);
    const [, path, wanted] = match;
    const keys = path.split(/[.[\]]/).filter((key) => key !== "");
    const found = keys.reduce<unknown>((value, key) => {
        if (Array.isArray(value)) return value[Number(key)];
        return isObject(value) ? value[key] : undefined;
    }, object);
    return wanted === undefined ? found !== undefined : String(found) === wanted;
}

function holds(expression: string, object: Properties): boolean {
    const [kind] = expression.split("=", 1);
    const rest = expression.slice(kind.length + 1);
    if (kind === "condition") return conditionHolds(rest, object);
    if (kind === "jsonpath") return pathHolds(rest, object);
    throw new Error(`expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)}`);
}

/** Reads the annotation `pulumi.com/waitFor`: one expression, or a JSON list of them that must all hold. */
export function waitFor(annotation: string, object: Properties): Readiness {
    const expressions: string[] = annotation.trimStart().startsWith("[") ? JSON.parse(annotation) : [annotation];
    const missing = expressions.filter((expression) => !holds(expression, object));
    return { ready: missing.length === 0, reason: `waiting for ${missing.join(" and ")}` };
}
