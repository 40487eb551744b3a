import type * as pulumi from "@pulumi/pulumi";
import type { PodSettings } from "../kubernetes/pod";

/** Access mode of a claim (`accessModes`). */
export enum AccessMode {
    /** Mounted by pods of one node. */
    ReadWriteOnce = "ReadWriteOnce",
    /** Mounted by pods of all nodes. Required for more than one replica. */
    ReadWriteMany = "ReadWriteMany",
    /** Mounted by a single pod, so every change of the registry interrupts it briefly. */
    ReadWriteOncePod = "ReadWriteOncePod",
}

/** Default size of a volume. */
export const defaultSize = "10Gi";

/** The registry's settings that the kinds of storage depend on. */
export interface StorageContext extends PodSettings {
    /** Name of the registry's Service, the prefix of the names of claims and Services. */
    readonly serviceName: string;
    readonly clusterDomain: pulumi.Input<string>;
}
