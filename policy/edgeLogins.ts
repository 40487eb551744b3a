import { find, namespaceOf } from "./registries";
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
} from "./resource";

/** Annotations of an Ingress or a Service with which a proxy asks for a login or a client's certificate. */
const login =
    /\/(auth-type|auth-secret|auth-url|auth-signin|auth-tls-secret|basic-auth-secret|jwt-key|oauth2-proxy|iap)$/;

/** Annotations that may name such a proxy's settings, outside of the stack. */
const elsewhere =
    /\/(policies|plugins|auth-snippet|configuration-snippet|server-snippets?|location-snippets|backend-config)$/;

const middlewares = "traefik.ingress.kubernetes.io/router.middlewares";

/** Whether a proxy in front of a registry asks for a login; undefined if the stack does not show it. */
export function edgeAsksForLogin(resource: Resource, resources: readonly Resource[]): boolean | undefined {
    const answers = [ofAnnotations(resource, resources), ofRoute(resource, resources), ofPolicies(resource, resources)];
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}

function ofAnnotations(resource: Resource, resources: readonly Resource[]): boolean | undefined {
    const annotations = entries(() => resource.props.metadata?.annotations);
    if (annotations.some(([key, value]) => login.test(key) && !["", "none", "off"].includes(String(value))))
        return true;
    if (
        annotations.some(([key]) => elsewhere.test(key)) ||
        isPartlyUnknown(() => resource.props.metadata?.annotations)
    ) {
        return undefined;
    }
    const names = annotations
        .filter(([key]) => key === middlewares)
        .flatMap(([, value]) => String(value).split(","))
        .map((name) => name.trim().replace(/@kubernetescrd$/, ""));
    // `<namespace>-<name>@kubernetescrd`
    const found = names.map((name) =>
        resources.find(
            (one) =>
                kindOf(one) === "Middleware" && `${namespaceOf(one)}-${text(() => one.props.metadata?.name)}` === name,
        ),
    );
    return ofMiddlewares(found);
}

/** The middlewares of Traefik's routes, and the filters of the Gateway API's. */
function ofRoute(resource: Resource, resources: readonly Resource[]): boolean | undefined {
    const spec = known(() => resource.props.spec);
    if ([() => spec?.rules, () => spec?.routes].some(containsUnknown)) return undefined;
    const rules = [...items(() => spec?.rules), ...items(() => spec?.routes)];
    const filters = rules.flatMap((rule) => items(() => rule.filters)).map((filter) => text(() => filter.type));
    if (filters.some((type) => type === "ExternalAuth")) return true;
    // F5's policies, client certificates by Traefik's TLS options, Contour's authorization, and anyone's extensions.
    const others = [() => spec?.policies, () => spec?.tls?.options, () => spec?.virtualhost?.authorization];
    if (filters.includes("ExtensionRef") || others.some((read) => known(() => read() ?? undefined) !== undefined)) {
        return undefined;
    }
    const references = rules.flatMap((rule) => items(() => rule.middlewares));
    return ofMiddlewares(
        references.map((one) => {
            const namespace = text(() => one.namespace) ?? namespaceOf(resource);
            return find(
                resources,
                "Middleware",
                text(() => one.name),
                namespace,
            );
        }),
    );
}

function ofMiddlewares(found: readonly (Resource | undefined)[]): boolean | undefined {
    const kinds = found.map((middleware) => middleware && entries(() => middleware.props.spec).map(([name]) => name));
    const asks = kinds.some((names) =>
        names?.some((name) => ["basicAuth", "digestAuth", "forwardAuth"].includes(name)),
    );
    if (asks) return true;
    const isHidden = found.some((middleware) => middleware && containsUnknown(() => middleware.props.spec));
    return isHidden || kinds.some((names) => names === undefined || names.includes("plugin")) ? undefined : false;
}

/** Envoy Gateway's SecurityPolicy for the route or its Gateway. */
function ofPolicies(resource: Resource, resources: readonly Resource[]): boolean | undefined {
    const all = resources.filter((one) => kindOf(one) === "SecurityPolicy");
    if (all.length === 0) return false;
    const identity = [() => resource.props.metadata?.name, () => resource.props.spec?.parentRefs];
    if ([...identity, ...all.map((one) => () => one.props.spec)].some(containsUnknown)) return undefined;
    const parents = items(() => resource.props.spec?.parentRefs).map((parent) => text(() => parent.name));
    const names = [text(() => resource.props.metadata?.name), ...parents];
    return all.some((policy) => {
        const targets: Tree[] = [
            known(() => policy.props.spec?.targetRef),
            ...items(() => policy.props.spec?.targetRefs),
        ];
        const asks = ["basicAuth", "extAuth", "oidc", "jwt", "apiKeyAuth"].some(
            (field) => known(() => policy.props.spec?.[field] ?? undefined) !== undefined,
        );
        return asks && targets.some((target) => target && names.includes(text(() => target.name)));
    });
}
