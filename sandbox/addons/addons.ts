import type { KubernetesObject } from "@kubernetes/client-node";
import type { ImageName } from "../images/images";
import { coredns, corednsPods } from "./coredns";
import { localPath, localPathPods } from "./localPath";

/** The addons of a sandbox's cluster: DNS and storage. */
export function addons(images: Record<ImageName, string>, dnsServiceAddress: string): KubernetesObject[] {
    return [
        ...coredns(images.coredns, dnsServiceAddress),
        ...localPath(images["local-path-provisioner"], images.busybox),
    ];
}

/** The pods that must be ready before the cluster is up. */
export const addonPods = [corednsPods, localPathPods];
