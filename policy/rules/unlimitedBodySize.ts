import { type Recognition, recognition } from "../recognition";
import { isUnknown, kindOf, known, type Resource, text, unless } from "../resource";
import { leadsToRegistry } from "../routes";
import { stackRule } from "../rule";

const annotations = ["nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"];

export const unlimitedBodySize = stackRule<{ ingressClasses: string[] } & Recognition>({
    name: "unlimited-body-size",
    what: "An NGINX Ingress in front of a registry accepts request bodies of any size.",
    why: "Its default limit is one megabyte, and it rejects larger layers with status 413.",
    fix: `Set the annotation ${annotations[0]} (for F5's controller: ${annotations[1]}) to "0".`,
    severity: "medium",
    settings: {
        ingressClasses: {
            type: "array",
            description: "NGINX Ingress classes; an Ingress without a class counts as one of them",
            default: ["nginx"],
        },
        ...recognition,
    },
    checkStack: (resources, { ingressClasses, ...how }) =>
        resources
            .filter((resource) => kindOf(resource) === "Ingress" && leadsToRegistry(resource, resources, how))
            .flatMap((resource) => problems(resource, ingressClasses).map((message) => ({ resource, message }))),
});

function problems({ props }: Resource, ingressClasses: readonly string[]): string[] {
    const given = known(() => props.metadata?.annotations);
    const className = text(() => props.spec?.ingressClassName) ?? text(() => given?.["kubernetes.io/ingress.class"]);
    if (isUnknown(() => props.spec?.ingressClassName)) return [];
    if (className !== undefined && !ingressClasses.includes(className)) return [];
    return unless(
        () => annotations.some((key) => props.metadata?.annotations?.[key] === "0"),
        "The Ingress limits the size of request bodies",
    );
}
