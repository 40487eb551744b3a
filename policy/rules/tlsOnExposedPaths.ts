import { nameCovers } from "../../components/arguments/formats/hostNames";
import { entries, items, kindOf, known, type Resource, text, unless } from "../resource";
import { leadsToRegistry } from "../routes";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

const plainRedirects = ["nginx.ingress.kubernetes.io/ssl-redirect", "nginx.ingress.kubernetes.io/force-ssl-redirect"];

export const tlsOnExposedPaths = resourceRule<{ plainListeners: string[]; plainEntryPoints: string[] } & Recognition>({
    name: "tls-on-exposed-paths",
    what: "Every path from outside the cluster to a registry serves TLS only.",
    why: "Otherwise passwords and images cross the network in the clear, and an attacker on the path can replace them.",
    fix: "Give every host a certificate (spec.tls). Attach routes to HTTPS listeners and entry points only. Publish no port for plain HTTP.",
    severity: "critical",
    settings: {
        plainListeners: {
            type: "array",
            description: "Gateway listeners (sectionName) that serve plain HTTP",
            default: ["http", "web"],
        },
        plainEntryPoints: {
            type: "array",
            description: "Traefik entry points that serve plain HTTP",
            default: ["web", "http"],
        },
        ...recognition,
    },
    check: (resource, settings) => {
        switch (kindOf(resource)) {
            case "Ingress":
                return leadsToRegistry(resource, settings) ? ingressProblems(resource) : [];
            case "HTTPRoute":
                return leadsToRegistry(resource, settings)
                    ? items(() => resource.props.spec?.parentRefs).flatMap((parent) => [
                          ...unless(() => parent.port !== 80, "The route is attached to port 80"),
                          ...unless(
                              () => !settings.plainListeners.includes(parent.sectionName),
                              `The route is attached to the listener "${text(() => parent.sectionName)}", which is plain HTTP`,
                          ),
                      ])
                    : [];
            case "IngressRoute":
                return leadsToRegistry(resource, settings)
                    ? [
                          ...unless(() => resource.props.spec?.tls !== undefined, "The route has no tls"),
                          ...items(() => resource.props.spec?.entryPoints).flatMap((point) =>
                              unless(
                                  () => !settings.plainEntryPoints.includes(point),
                                  `The route is attached to the entry point "${point}", which is plain HTTP`,
                              ),
                          ),
                      ]
                    : [];
            case "Service":
                return isOfRegistry(resource, settings) ? serviceProblems(resource) : [];
            default:
                return [];
        }
    },
});

function ingressProblems({ props }: Resource): string[] {
    const spec = known(() => props.spec);
    const certificates = items(() => spec?.tls);
    const covered = certificates.flatMap((entry) => items(() => entry.hosts)).map(String);
    // A certificate without hosts covers all of them.
    const coversAll = certificates.some((entry) => items(() => entry.hosts).length === 0);
    const hosts = items(() => spec?.rules).flatMap((rule) =>
        unless(
            () =>
                spec?.tls !== undefined &&
                (coversAll || covered.some((name) => nameCovers(name, String(rule.host ?? "*")))),
            `The Ingress has no certificate for the host "${text(() => rule.host) ?? "*"}" (spec.tls)`,
        ),
    );
    const redirects = entries(() => props.metadata?.annotations)
        .filter(([key, value]) => plainRedirects.includes(key) && value === "false")
        .map(([key]) => `The annotation ${key} allows plain HTTP`);
    return [...hosts, ...redirects];
}

function serviceProblems({ props }: Resource): string[] {
    if (!["NodePort", "LoadBalancer"].includes(text(() => props.spec?.type) ?? "")) return [];
    return items(() => props.spec?.ports).flatMap((port) =>
        unless(
            () => port.port !== 80 && port.name !== "http" && port.appProtocol !== "http",
            `The Service publishes port ${known(() => port.port)}, which is plain HTTP`,
        ),
    );
}
