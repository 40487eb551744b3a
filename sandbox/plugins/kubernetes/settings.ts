import type { Properties } from "../values";
import type { ClusterChoice } from "./kubeconfig";
import type { Mutability } from "./replace";

/** The provider's own inputs, as far as the stand-in honours them. */
export interface Settings {
    choice: ClusterChoice;
    /** For objects that name no namespace. */
    namespace?: string;
    mutability: Mutability;
    /** Take fields over from other managers instead of reporting a conflict. */
    patchForce: boolean;
}

/** The SDK sends booleans as JSON text. */
function isOn(value: unknown, variable: string): boolean {
    return String(value ?? process.env[variable] ?? "false") === "true";
}

function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** Reads the provider's inputs; what would change behaviour and is not there is refused, not ignored. */
export function readSettings(inputs: Properties): Settings {
    for (const key of ["renderYamlToDirectory"]) {
        if (inputs[key] !== undefined)
            throw new Error(`${key} is not available in the stand-in for the kubernetes provider`);
    }
    if (String(inputs.enableServerSideApply ?? "true") !== "true") {
        throw new Error("the stand-in for the kubernetes provider knows server-side apply only");
    }
    return {
        choice: { kubeconfig: text(inputs.kubeconfig), context: text(inputs.context), cluster: text(inputs.cluster) },
        namespace: text(inputs.namespace),
        mutability: {
            secrets: isOn(inputs.enableSecretMutable, "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
            configMaps: isOn(inputs.enableConfigMapMutable, "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        },
        patchForce: isOn(inputs.enablePatchForce, "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    };
}
