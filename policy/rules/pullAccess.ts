import { registries } from "../registries";
import { texts } from "../registryConfig";
import { entries, isUnknown, kindOf, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { type Recognition, recognition } from "../workload";

export const pullAccess = stackRule<Recognition>({
    name: "pull-access",
    what: "A registry's stack makes a pull secret, or gives the nodes credentials.",
    why: "Otherwise somebody makes one by hand, with a person's password that then lies in every namespace.",
    fix: "Name the namespaces in pullSecrets.namespaces, or make a Secret of type kubernetes.io/dockerconfigjson for each.",
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

/** A Secret of which a preview knows not even the keys: those of the nodes' logins come from the hosts. */
function isUnknownSecret(resource: Resource): boolean {
    return kindOf(resource) === "Secret" && isUnknown(() => resource.props.stringData);
}
