import type * as pulumi from "@pulumi/pulumi";
import { string } from "../arguments/rules";
import { fields, mapOf } from "../arguments/shapes";
import type { RegistryAddition } from "./pods";

/** The service account of the registry's pods, through which clouds grant access to object storage. */
export interface RegistryServiceAccount {
    /**
     * Annotations of the service account, e.g. `iam.gke.io/gcp-service-account` on GKE, `eks.amazonaws.com/role-arn` on EKS, or
     * `azure.workload.identity/client-id` on AKS. With the last one, the pods have the label `azure.workload.identity/use: "true"`,
     * which AKS requires. Defaults to no annotations.
     */
    annotations?: Record<string, pulumi.Input<string>>;
}

export const serviceAccountRules = fields<RegistryServiceAccount>({ annotations: mapOf(string) });

const azureIdentity = "azure.workload.identity";

/** What the account adds to the registry's pods. */
export function serviceAccountAddition({ annotations = {} }: RegistryServiceAccount = {}): RegistryAddition {
    // https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
    const usesAzure = `${azureIdentity}/client-id` in annotations;
    return { accountAnnotations: annotations, ...(usesAzure && { labels: { [`${azureIdentity}/use`]: "true" } }) };
}
