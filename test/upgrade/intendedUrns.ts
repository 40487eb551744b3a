const component = "private-registry:index:PrivateRegistry$kubernetes:core/v1";

/** A difference between the recorded URNs and the present ones that `differences` reports, and why it does no harm. */
interface Intended {
    readonly why: string;
    /** The differences, or a pattern for many. */
    readonly differences: readonly string[] | RegExp;
}

/** Names of resources that hold no data, in kinds of registries that were recorded before they had them. */
export const intendedUrns: readonly Intended[] = [
    {
        why: "Traefik 2 and 3 both read CA certificates from a Secret; a ConfigMap needs Traefik 3.4.1",
        differences: [
            ...["expose.ingress.traefik", "expose.ingressRoute", "expose.ingressRoute.certificate.certManager"].flatMap(
                (fixture) => [
                    `${fixture}: ${component}:ConfigMap::registry-authority is gone`,
                    `${fixture}: ${component}:Secret::registry-authority is new`,
                ],
            ),
            // Its Gateway still reads the ConfigMaps.
            ...["registry-authority", "registry-ui-authority"].map(
                (name) => `ui.traefik: ${component}:Secret::${name} is new`,
            ),
        ],
    },
    {
        why: "the names of Secrets and ConfigMaps that change with the content have a random suffix, which is in the state",
        differences: /random:index\/randomId:RandomId::registry-[a-z0-9-]+-name is new$/,
    },
];
