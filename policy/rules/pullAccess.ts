import { type Recognition, recognition } from "../recognition";
import { registries } from "../registries";
import { texts } from "../registryConfig";
import { entries, isUnknown, kindOf, type Resource, text } from "../resource";
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
        if (isUnknown(() => resource.props.stdin)) return true;
        return entries(() => resource.props).some(([, value]) => typeof value === "string" && login.test(value));
    }
    const isPullSecret =
        kindOf(resource) === "Secret" && text(() => resource.props.type) === "kubernetes.io/dockerconfigjson";
    return isPullSecret || isUnknownSecret(resource) || texts(resource).some(([, content]) => login.test(content));
}

/** A Secret whose keys are unknown in a preview: the keys of the nodes' logins depend on the hosts. */
function isUnknownSecret(resource: Resource): boolean {
    return kindOf(resource) === "Secret" && isUnknown(() => resource.props.stringData);
}
