import { isAllowed } from "../patterns";
import { isOfRegistry, type Recognition, recognition } from "../recognition";
import { logins } from "../registryConfig";
import { isUnknown, items, kindOf, type Resource, text } from "../resource";
import { leadsToRegistry } from "../routes";
import { stackRule } from "../rule";
import { hostsInMatch } from "../servedHosts";

export const allowedHosts = stackRule<{ hosts: string[] } & Recognition>({
    name: "allowed-hosts",
    what: "Registries use approved host names only.",
    why: "The registry's host name is part of every image name. A name outside your domains cannot be renewed or moved.",
    fix: "Use a host that the rule's setting `hosts` allows.",
    severity: "medium",
    settings: {
        hosts: {
            type: "array",
            description: "allowed host names, with `*` for any characters; an empty list allows all",
            default: [],
        },
        ...recognition,
    },
    checkStack: (resources, { hosts, ...how }) =>
        resources
            .filter((resource) =>
                kindOf(resource) === "Secret" ? isOfRegistry(resource, how) : leadsToRegistry(resource, resources, how),
            )
            .flatMap((resource) =>
                [...new Set(hostsOf(resource))]
                    .filter((name) => !isAllowed(name, hosts))
                    .map((name) => ({ resource, message: `The host "${name}" is not allowed` })),
            ),
});

function hostsOf(resource: Resource): string[] {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Ingress":
            return items(() => props.spec?.rules)
                .filter((rule) => !isUnknown(() => rule.host))
                .map((rule) => text(() => rule.host) ?? "*");
        case "HTTPRoute":
            return items(() => props.spec?.hostnames).map(String);
        case "IngressRoute":
            return items(() => props.spec?.routes).flatMap((route) => hostsInMatch(text(() => route.match) ?? ""));
        case "Secret":
            return logins(resource).map(({ host }) => host);
        default:
            return [];
    }
}
