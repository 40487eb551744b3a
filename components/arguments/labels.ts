import type * as pulumi from "@pulumi/pulumi";
import { reasonAgainst } from "./check";
import { inQuotes, string } from "./rules";
import { mapOf, type Rule, valueRule } from "./shapes";

type StringRule = Rule<pulumi.Input<string>>;

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Whether Kubernetes accepts a label's key: a name, with an optional domain before a slash.
 * https://github.com/kubernetes/apimachinery/blob/v0.35.8/pkg/api/validate/content/kube.go
 */
function isKey(key: string): boolean {
    const [name, prefix, ...rest] = key.split("/").reverse();
    const isPrefix = prefix === undefined || (prefix.length <= 253 && prefixPart.test(prefix));
    return namePart.test(name) && isPrefix && rest.length === 0;
}

const isValue = (value: unknown) => value === "" || (typeof value === "string" && namePart.test(value));

const characters =
    "at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit";
const keyForm = `${characters}; a domain and a slash can precede it, e.g. \`example.com/team\``;

function labelKeyProblem(key: string): string | undefined {
    return isKey(key) ? undefined : `is not a valid key; use ${keyForm}`;
}

/** Kubernetes accepts upper-case domains in annotations' keys. */
function annotationKeyProblem(key: string): string | undefined {
    return labelKeyProblem(key.toLowerCase());
}

/** The value of a label. It may be empty. */
export const labelValue: StringRule = valueRule(
    (value) => (isValue(value) ? undefined : `must be ${characters}`),
    (value) => {
        if (typeof value !== "string") return inQuotes(value);
        const meant = value.replace(/[^-A-Za-z0-9_.]+/g, "-").replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
        return meant !== "" && isValue(meant) ? `did you mean \`${meant}\`?` : undefined;
    },
);

/** The key of a label, or a name of the same form. */
export const labelKey: StringRule = valueRule(
    (value) => (typeof value === "string" && isKey(value) ? undefined : `must be ${keyForm}`),
    inQuotes,
);

/** The key of a taint. An empty one is the same as none. */
export const taintKey: StringRule = valueRule(
    (value) => (value === "" ? undefined : reasonAgainst(labelKey, value, true)),
    inQuotes,
);

/** Labels of objects, or of the nodes that are selected. */
export const labels = mapOf(labelValue, labelKeyProblem);

/** Annotations of objects. */
export const annotations = mapOf(string, annotationKeyProblem);
