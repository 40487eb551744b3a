import { texts } from "../registryConfig";
import { entries, items, kindOf, text } from "../resource";
import { resourceRule } from "../rule";
import { containers, podSpec, podTemplate } from "../workload";

/** What a text holds that only its owner should read. */
const material: readonly [what: string, pattern: RegExp][] = [
    ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
    ["a password's hash", /(^|\s|:)\$(2[aby]|apr1|6)\$/m],
    ["the login of a pull secret", /"auths?"\s*:\s*["{]/],
    [
        "a password or secret",
        /^[ \t]*[\w-]*(?:password|passwd|secret|secretkey|accesskey|token)[ \t]*[:=][ \t]*["']?[^\s"'{}[\]|>#]/im,
    ],
];

const secretVariable = /(PASSWORD|PASSWD|SECRET|SECRETKEY|ACCESSKEY|ACCESS_KEY|TOKEN|CREDENTIALS)$/i;

export const noPlaintextSecrets = resourceRule({
    name: "no-plaintext-secrets",
    what: "Secrets stand in Secrets only: not in ConfigMaps, environment values, labels or annotations.",
    why: "Whoever may look at the namespace reads the others, and many tools log and store them.",
    fix: "Move it into a Secret, and mount that or refer to it with valueFrom.secretKeyRef.",
    severity: "critical",
    settings: {},
    check: (resource) => {
        const configMap =
            kindOf(resource) === "ConfigMap"
                ? texts(resource).flatMap(([key, content]) => found(content, `The ConfigMap's key "${key}"`))
                : [];
        const variables = containers(podSpec(resource))
            .flatMap((container) => items(() => container.env))
            .flatMap((variable) => {
                const name = text(() => variable.name) ?? "";
                const value = text(() => variable.value) ?? "";
                // A path leads to a file that holds the secret.
                if (secretVariable.test(name) && value !== "" && !value.startsWith("/")) {
                    return [`The environment variable ${name} holds its value in the manifest`];
                }
                return found(value, `The environment variable ${name}`);
            });
        const marks = [resource.props, podTemplate(resource)]
            .flatMap((object) => [
                ...entries(() => object?.metadata?.annotations),
                ...entries(() => object?.metadata?.labels),
            ])
            .flatMap(([key, value]) => found(typeof value === "string" ? value : "", `The label or annotation ${key}`));
        return [...configMap, ...variables, ...new Set(marks)];
    },
});

function found(content: string, where: string): string[] {
    return material.filter(([, pattern]) => pattern.test(content)).map(([what]) => `${where} holds ${what}`);
}
