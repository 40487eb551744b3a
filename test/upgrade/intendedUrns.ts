const component = "private-registry:index:PrivateRegistry$kubernetes:core/v1";

/** A difference between the recorded URNs and the present ones that `differences` reports, and why it does no harm. */
interface Intended {
    readonly why: string;
    /** The differences, or a pattern for many. */
    readonly differences: readonly string[] | RegExp;
}

const namespaced = "private-registry:index:PrivateRegistry$kubernetes";

/** What `verify.everyNode` adds. */
const inProd = [
    "apps/v1:DaemonSet::registry-verify-every-node",
    "core/v1:ServiceAccount::registry-verify-nodes-ready-account",
    "rbac.authorization.k8s.io/v1:Role::registry-verify-nodes-ready-role",
    "rbac.authorization.k8s.io/v1:RoleBinding::registry-verify-nodes-ready-role-binding",
    "networking.k8s.io/v1:NetworkPolicy::registry-network-verify",
];

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
        why: "the example of a production stack has the argument `maintenance` now",
        differences: [
            "batch/v1:CronJob::registry-maintenance",
            "coordination.k8s.io/v1:Lease::registry-maintenance-lease",
            "core/v1:ConfigMap::registry-maintenance-report",
            "core/v1:Secret::registry-maintenance-config",
            "core/v1:ServiceAccount::registry-maintenance-account",
            "rbac.authorization.k8s.io/v1:Role::registry-maintenance-role",
            "rbac.authorization.k8s.io/v1:RoleBinding::registry-maintenance-role-binding",
            "networking.k8s.io/v1:NetworkPolicy::registry-network-maintenance",
        ].map((name) => `prod: ${namespaced}:${name} is new`),
    },
    {
        why: "the examples of stacks have the argument `verify` now",
        differences: ["dev", "prod"].flatMap((stack) => [
            ...["verify-login", "verify-pull-secret"].map(
                (name) => `${stack}: ${component}:Secret::registry-${name} is new`,
            ),
            ...["verify-push", "verify-pull", ...(stack === "prod" ? ["verify-nodes-ready"] : [])].map(
                (name) => `${stack}: ${namespaced}:batch/v1:Job::registry-${name} is new`,
            ),
            ...(stack === "prod" ? inProd : []).map((name) => `${stack}: ${namespaced}:${name} is new`),
        ]),
    },
    {
        why: "the names of Secrets and ConfigMaps that change with the content have a random suffix, which is in the state",
        differences: /random:index\/randomId:RandomId::registry-[a-z0-9-]+-name is new$/,
    },
];
