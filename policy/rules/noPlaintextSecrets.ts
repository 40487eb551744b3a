import { commands, loginHeaders, secretsInCommand } from "../commandSecrets";
import { texts } from "../registryConfig";
import { entries, items, kindOf, known, type Tree, text } from "../resource";
import { resourceRule } from "../rule";
import { isSecret, isSecretVariable, secretsIn } from "../secretMaterial";
import { containers, podSpec, podTemplate } from "../workload";

export const noPlaintextSecrets = resourceRule({
    name: "no-plaintext-secrets",
    what: "Secrets are in Secret objects only, not in ConfigMaps, commands, environment variables, labels or annotations.",
    why: "Everyone with read access to the namespace can read the other objects, and many tools log and store them.",
    fix: "Move it into a Secret, and mount the Secret or refer to it with valueFrom.secretKeyRef.",
    severity: "critical",
    settings: {},
    check: (resource) => {
        const configMap =
            kindOf(resource) === "ConfigMap"
                ? texts(resource).flatMap(([key, content]) =>
                      holds(`The ConfigMap's key "${key}"`, ofEntry(key, content)),
                  )
                : [];
        const metadata = [resource.props, podTemplate(resource)]
            .flatMap((object) => [
                ...entries(() => object?.metadata?.annotations),
                ...entries(() => object?.metadata?.labels),
            ])
            .flatMap(([key, value]) =>
                holds(`The label or annotation ${key}`, typeof value === "string" ? secretsIn(value) : []),
            );
        return [...configMap, ...containers(podSpec(resource)).flatMap(ofContainer), ...new Set(metadata)];
    },
});

/** The secrets in an entry of a ConfigMap, which may become an environment variable. */
function ofEntry(key: string, content: string): string[] {
    const found = secretsIn(content);
    // `passwd` and `htpasswd` are files.
    const isVariable = !/passwd$/.test(key) && !content.trim().includes("\n") && isSecretVariable(key, content);
    return found.length === 0 && isVariable ? ["a password or secret"] : found;
}

function ofContainer(container: Tree): string[] {
    const variables = items(() => container.env).flatMap((variable) => {
        const name = text(() => variable.name) ?? "";
        const value = text(() => variable.value) ?? "";
        return isSecretVariable(name, value)
            ? [`The environment variable ${name} holds its value in the manifest`]
            : holds(`The environment variable ${name}`, secretsIn(value));
    });
    const who = `of the container ${text(() => container.name)}`;
    const inCommands = commands(container).flatMap((words) => holds(`A command ${who}`, secretsInCommand(words)));
    const headers = known(() => loginHeaders(container)) ?? [];
    const logins = headers.some((value) => typeof value === "string" && isSecret(value)) ? ["a login"] : [];
    return [...variables, ...new Set(inCommands), ...holds(`A probe's header ${who}`, logins)];
}

function holds(where: string, what: readonly string[]): string[] {
    return what.map((secret) => `${where} holds ${secret}`);
}
