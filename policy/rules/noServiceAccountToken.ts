import { type Recognition, recognition, registryPod } from "../recognition";
import { unless } from "../resource";
import { resourceRule } from "../rule";

export const noServiceAccountToken = resourceRule<Recognition>({
    name: "no-service-account-token",
    what: "A registry's pods have no token for the Kubernetes API.",
    why: "A registry never calls the API. A token in its pod is useful only to an intruder.",
    fix: "Set automountServiceAccountToken to false on the pod.",
    severity: "medium",
    settings: recognition,
    check: (resource, further) => {
        const pod = registryPod(resource, further);
        return pod === undefined
            ? []
            : unless(() => pod.automountServiceAccountToken === false, "The pod gets a service account token");
    },
});
