import { isAllowed } from "../patterns";
import { logins } from "../registryConfig";
import { items, kindOf, type Resource, text } from "../resource";
import { hostsInMatch, leadsToRegistry } from "../routes";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

export const allowedHosts = resourceRule<{ hosts: string[] } & Recognition>({
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
    check: (resource, { hosts, ...further }) => {
        const names = isOfRegistry(resource, further) || leadsToRegistry(resource, further) ? hostsOf(resource) : [];
        return [...new Set(names)]
            .filter((name) => !isAllowed(name, hosts))
            .map((name) => `The host "${name}" is not allowed`);
    },
});

function hostsOf(resource: Resource): string[] {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Ingress":
            return items(() => props.spec?.rules).map((rule) => text(() => rule.host) ?? "*");
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
