import { kindOf, known, text, unless } from "../resource";
import { leadsToRegistry } from "../routes";
import { resourceRule } from "../rule";
import { type Recognition, recognition } from "../workload";

const annotations = ["nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"];

export const unlimitedBodySize = resourceRule<{ ingressClasses: string[] } & Recognition>({
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
    check: (resource, { ingressClasses, ...further }) => {
        if (kindOf(resource) !== "Ingress" || !leadsToRegistry(resource, further)) return [];
        const { props } = resource;
        const given = known(() => props.metadata?.annotations);
        const className =
            text(() => props.spec?.ingressClassName) ?? text(() => given?.["kubernetes.io/ingress.class"]);
        if (className !== undefined && !ingressClasses.includes(className)) return [];
        return unless(
            () => annotations.some((key) => props.metadata?.annotations?.[key] === "0"),
            "The Ingress limits the size of request bodies",
        );
    },
});
