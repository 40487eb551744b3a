import { registries } from "../registries";
import { texts } from "../registryConfig";
import { kindOf, type Resource, text } from "../resource";
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
    const isPullSecret =
        kindOf(resource) === "Secret" && text(() => resource.props.type) === "kubernetes.io/dockerconfigjson";
    return (
        isPullSecret ||
        texts(resource).some(([, content]) => /^\s*\[host\..*\.header\]|Authorization\s*=/m.test(content))
    );
}
