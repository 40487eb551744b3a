import type * as pulumi from "@pulumi/pulumi";
import type { PodSettings } from "../kubernetes/pod";

/** How a volume may be mounted. */
export enum AccessMode {
    /** By the pods of one node. */
    ReadWriteOnce = "ReadWriteOnce",
    /** By the pods of all nodes; needed for more than one replica. */
    ReadWriteMany = "ReadWriteMany",
    /** By a single pod: every change of the registry stops it for a moment. */
    ReadWriteOncePod = "ReadWriteOncePod",
}

/** Size of a volume if the arguments name none. */
export const defaultSize = "10Gi";

/** The registry's settings that the kinds of storage need. */
export interface StorageContext extends PodSettings {
    /** Name of the registry's Service; names of claims and Services begin with it. */
    readonly serviceName: string;
    readonly clusterDomain: pulumi.Input<string>;
}
