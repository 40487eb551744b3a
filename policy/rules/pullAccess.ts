import { type Recognition, recognition } from "../recognition";
import { registries } from "../registries";
import { texts } from "../registryConfig";
import { entries, isUnknown, kindOf, known, type Resource, text } from "../resource";
import { stackRule } from "../rule";

export const pullAccess = stackRule<Recognition>({
    name: "pull-access",
    what: "A registry's stack creates a pull secret, or configures the nodes with credentials.",
    why: "Otherwise pull secrets are created by hand, and a personal password ends up in every namespace.",
    fix: "List the namespaces in pullSecrets.namespaces, or create a Secret of type kubernetes.io/dockerconfigjson for each.",
    severity: "medium",
    settings: recognition,
    checkStack: (resources, further) =>
        resources.some(givesAccess)
            ? []
            : registries(resources, further).map(({ resource }) => ({
                  resource,
                  message: "The stack has neither a pull secret nor credentials for the nodes",
              })),
});

function givesAccess(resource: Resource): boolean {
    const login = /^\s*\[host\..*\.header\]|Authorization\s*=/m;
    if (resource.type.startsWith("command:")) {
        if (["create", "update", "stdin"].some((input) => isUnknown(() => resource.props[input]))) return true;
        return entries(() => resource.props).some(([, value]) => typeof value === "string" && login.test(value));
    }
    const isPullSecret =
        kindOf(resource) === "Secret" && text(() => resource.props.type) === "kubernetes.io/dockerconfigjson";
    return isPullSecret || isUnknownSecret(resource) || texts(resource).some(([, content]) => login.test(content));
}

/** A Secret that may hold a login, which a preview does not know: the keys of the nodes' logins depend on the hosts. */
function isUnknownSecret(resource: Resource): boolean {
    const { props } = resource;
    if (kindOf(resource) !== "Secret") return false;
    if (isUnknown(() => props.type) || isUnknown(() => props.stringData)) return true;
    const files = Object.keys(known(() => props.stringData) ?? {}).filter((key) => key.endsWith("hosts.toml"));
    return files.some((key) => isUnknown(() => props.stringData[key]));
}
