import { nameCovers } from "../../components/arguments/formats/hostNames";
import { type Exposure, exposures } from "../exposures";
import { endsTls, plainListeners } from "../gateways";
import { type Recognition, recognition } from "../recognition";
import { find, namespaceOf } from "../registries";
import {
    containsUnknown,
    entries,
    isPartlyUnknown,
    items,
    kindOf,
    known,
    type Resource,
    type Tree,
    text,
    unless,
} from "../resource";
import { ingressBackends, isRegistryService } from "../routes";
import { stackRule } from "../rule";
import { serverConfig, servesTls } from "../serverConfig";

/** Annotations with which an Ingress serves plain HTTP in addition to TLS. */
const plainRedirects = [
    "nginx.ingress.kubernetes.io/ssl-redirect",
    "nginx.ingress.kubernetes.io/force-ssl-redirect",
    "ingress.kubernetes.io/ssl-redirect",
    "haproxy.org/ssl-redirect",
];

/** Annotations with which a controller serves TLS without `spec.tls`: of AWS, Google Cloud and Traefik. */
const edgeCertificates = [
    "alb.ingress.kubernetes.io/certificate-arn",
    "networking.gke.io/managed-certificates",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "traefik.ingress.kubernetes.io/router.tls",
];

/** Annotations with which a cloud's load balancer serves TLS, e.g. `aws-load-balancer-ssl-cert`. */
const balancerCertificate =
    /(ssl-cert|certificate-ids?|cert-id|tls-secret|http-certificates|tls-container-ref|ssl-certificate)$/;

type TlsSettings = { plainListeners: string[]; plainEntryPoints: string[] } & Recognition;

export const tlsOnExposedPaths = stackRule<TlsSettings>({
    name: "tls-on-exposed-paths",
    what: "Every path from outside the cluster to a registry serves TLS only.",
    why: "Otherwise passwords and images cross the network in the clear, and an attacker on the path can replace them.",
    fix: "Give every host a certificate (spec.tls). Attach routes to HTTPS listeners and entry points only. Publish no port for plain HTTP.",
    severity: "critical",
    settings: {
        plainListeners: {
            type: "array",
            description: "Gateway listeners (sectionName) that serve plain HTTP, if the Gateway is not in the stack",
            default: ["http", "web"],
        },
        plainEntryPoints: {
            type: "array",
            description: "Traefik entry points that serve plain HTTP",
            default: ["web", "http"],
        },
        ...recognition,
    },
    checkStack: (resources, settings) =>
        exposures(resources, settings).flatMap((exposure) => {
            const { resource, tlsEndsAt } = exposure;
            if (redirectsToTls(resource, resources)) return [];
            const messages =
                tlsEndsAt === "pods" ? podProblems(exposure, resources) : edgeProblems(resource, resources, settings);
            return messages.map((message) => ({ resource, message }));
        }),
});

/** Clients connect to the pods: the registry's configuration decides. Without it, the name and number of the port do. */
function podProblems({ resource, what, registries, port }: Exposure, resources: readonly Resource[]): string[] {
    if (hasBalancerCertificate(resource)) return [];
    if (kindOf(resource) === "TCPRoute" && endsTls(resource, resources) !== false) return [];
    const tls = registries.map((registry) => servesTls(serverConfig(registry, resources)));
    const message = `${what}, which is plain HTTP`;
    if (tls.includes(false)) return [message];
    if (registries.some(({ pod }) => containsUnknown(() => pod))) return [];
    if (port === undefined || (tls.length > 0 && !tls.includes(undefined))) return [];
    return unless(() => port.port !== 80 && port.name !== "http" && port.appProtocol !== "http", message);
}

function hasBalancerCertificate({ props }: Resource): boolean {
    return (
        text(() => props.spec?.type) === "LoadBalancer" &&
        (isPartlyUnknown(() => props.metadata?.annotations) ||
            entries(() => props.metadata?.annotations).some(([key]) => balancerCertificate.test(key)))
    );
}

/** Whether a route answers every request with a redirect to HTTPS, or may do so, which only `up` knows. */
function redirectsToTls(route: Resource, resources: readonly Resource[]): boolean {
    const spec = known(() => route.props.spec);
    const rules = [...items(() => spec?.rules), ...items(() => spec?.routes)];
    const middlewares = resources.filter((one) => kindOf(one) === "Middleware");
    const isHidden =
        rules.some((rule) => [() => rule.filters, () => rule.middlewares].some(containsUnknown)) ||
        (rules.some((rule) => items(() => rule.middlewares).length > 0) &&
            [route, ...middlewares].some(({ props }) =>
                [() => props.metadata, () => props.spec].some(containsUnknown),
            ));
    if (isHidden) return true;
    const redirects = (rule: Tree) =>
        items(() => rule.filters).some((filter) => text(() => filter.requestRedirect?.scheme) === "https") ||
        items(() => rule.middlewares).some((one) => {
            const name = text(() => one.name);
            const found = find(middlewares, "Middleware", name, text(() => one.namespace) ?? namespaceOf(route));
            return text(() => found?.props.spec?.redirectScheme?.scheme) === "https";
        });
    return rules.length > 0 && rules.every(redirects);
}

function edgeProblems(resource: Resource, resources: readonly Resource[], settings: TlsSettings): string[] {
    const { props } = resource;
    switch (kindOf(resource)) {
        case "Ingress":
            return ingressProblems(resource, resources, settings);
        case "HTTPRoute":
            return plainListeners(resource, resources, settings.plainListeners);
        case "IngressRoute":
            return [
                ...unless(() => isGiven(props.spec?.tls), "The route has no tls"),
                ...plainEntryPoints(
                    items(() => props.spec?.entryPoints),
                    settings,
                ),
            ];
        case "Route":
            return [
                ...unless(() => isGiven(props.spec?.tls), "The Route has no tls"),
                ...unless(
                    () => props.spec?.tls?.insecureEdgeTerminationPolicy !== "Allow",
                    "The Route allows plain HTTP (tls.insecureEdgeTerminationPolicy)",
                ),
            ];
        case "HTTPProxy":
            return unless(() => isGiven(props.spec?.virtualhost?.tls), "The HTTPProxy has no virtualhost.tls");
        case "VirtualServer":
            return unless(() => isGiven(props.spec?.tls), "The VirtualServer has no tls");
        default:
            return [];
    }
}

function isGiven(value: Tree): boolean {
    return value !== undefined && value !== null;
}

function plainEntryPoints(points: Tree[], settings: TlsSettings): string[] {
    return points.flatMap((point) =>
        unless(
            () => !settings.plainEntryPoints.includes(point),
            `The route is attached to the entry point "${point}", which is plain HTTP`,
        ),
    );
}

function ingressProblems(resource: Resource, resources: readonly Resource[], settings: TlsSettings): string[] {
    const { props } = resource;
    const spec = known(() => props.spec);
    const annotations = entries(() => props.metadata?.annotations);
    const mayHaveCertificate =
        annotations.some(([key, value]) => edgeCertificates.includes(key) && value !== "false") ||
        [() => props.metadata?.annotations, () => spec?.tls].some(containsUnknown);
    const certificates = items(() => spec?.tls);
    const covered = certificates.flatMap((entry) => items(() => entry.hosts)).map(String);
    // A certificate without hosts covers all of them.
    const coversAll = certificates.some((entry) => items(() => entry.hosts).length === 0);
    const { rules, isDefault } = registryRules(resource, resources, settings);
    // It answers for every host, so one certificate may be enough.
    const defaults = isDefault
        ? unless(
              () => mayHaveCertificate || certificates.length > 0,
              "The Ingress has no certificate for its default backend (spec.tls)",
          )
        : [];
    const hosts = rules.flatMap((rule) =>
        unless(
            () =>
                mayHaveCertificate ||
                (isGiven(spec?.tls) &&
                    (coversAll || covered.some((name) => nameCovers(name, String(rule.host ?? "*"))))),
            `The Ingress has no certificate for the host "${text(() => rule.host) ?? "*"}" (spec.tls)`,
        ),
    );
    const redirects = annotations
        .filter(([key, value]) => plainRedirects.includes(key) && value === "false")
        .map(([key]) => `The annotation ${key} allows plain HTTP`);
    const points = annotations
        .filter(([key]) => key === "traefik.ingress.kubernetes.io/router.entrypoints")
        .flatMap(([, value]) => String(value).split(","));
    return [...defaults, ...hosts, ...redirects, ...plainEntryPoints(points, settings)];
}

/** The rules of an Ingress that lead to a registry; all of them if only the Ingress's own name says so. */
function registryRules(resource: Resource, resources: readonly Resource[], settings: TlsSettings) {
    const rules = items(() => resource.props.spec?.rules);
    const leads = (backend: Tree) =>
        isRegistryService(
            resource,
            known(() => backend?.service),
            resources,
            settings,
        );
    const found = rules.filter((rule) => ingressBackends(rule).some(leads));
    const isDefault = leads(known(() => resource.props.spec?.defaultBackend));
    return { rules: found.length > 0 || isDefault ? found : rules, isDefault };
}
