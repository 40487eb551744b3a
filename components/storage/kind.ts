import type * as pulumi from "@pulumi/pulumi";
import type { RegistryScheduling } from "../kubernetes/scheduling";

/** How a volume may be mounted. */
export enum AccessMode {
    /** By the pods of one node. */
    ReadWriteOnce = "ReadWriteOnce",
    /** By the pods of all nodes; needed for more than one replica. */
    ReadWriteMany = "ReadWriteMany",
    /** By a single pod: every change of the registry stops it for a moment. */
    ReadWriteOncePod = "ReadWriteOncePod",
}

/** The registry's settings that the kinds of storage need. */
export interface StorageContext {
    /** Name of the registry's Service; names of claims and Services begin with it. */
    readonly serviceName: string;
    readonly clusterDomain: pulumi.Input<string>;
    /** Where pods may mount folders of the node; there whenever nodes are touched at all. */
    readonly nodeNamespace: pulumi.Output<string> | undefined;
    readonly scheduling: RegistryScheduling;
    readonly imageMirror: pulumi.Input<string> | undefined;
    readonly imagePullSecrets: pulumi.Input<string>[];
}
