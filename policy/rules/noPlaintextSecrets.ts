import { texts } from "../registryConfig";
import { entries, items, kindOf, text } from "../resource";
import { resourceRule } from "../rule";
import { containers, podSpec, podTemplate } from "../workload";

/** Secret material in a string. */
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
    what: "Secrets are in Secret objects only, not in ConfigMaps, environment variables, labels or annotations.",
    why: "Everyone with read access to the namespace can read the other objects, and many tools log and store them.",
    fix: "Move it into a Secret, and mount the Secret or refer to it with valueFrom.secretKeyRef.",
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
                // A path refers to a file that holds the secret.
                if (secretVariable.test(name) && value !== "" && !value.startsWith("/")) {
                    return [`The environment variable ${name} holds its value in the manifest`];
                }
                return found(value, `The environment variable ${name}`);
            });
        const metadata = [resource.props, podTemplate(resource)]
            .flatMap((object) => [
                ...entries(() => object?.metadata?.annotations),
                ...entries(() => object?.metadata?.labels),
            ])
            .flatMap(([key, value]) => found(typeof value === "string" ? value : "", `The label or annotation ${key}`));
        return [...configMap, ...variables, ...new Set(metadata)];
    },
});

function found(content: string, where: string): string[] {
    return material.filter(([, pattern]) => pattern.test(content)).map(([what]) => `${where} holds ${what}`);
}
