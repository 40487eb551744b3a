import type { KubernetesObject } from "@kubernetes/client-node";
import type { ImageName } from "../images/images";
import { coredns, corednsPods } from "./coredns";
import { localPath, localPathPods } from "./localPath";

/** What a sandbox's cluster has before anybody uses it: DNS and storage. */
export function addons(images: Record<ImageName, string>, dnsServiceAddress: string): KubernetesObject[] {
    return [
        ...coredns(images.coredns, dnsServiceAddress),
        ...localPath(images["local-path-provisioner"], images.busybox),
    ];
}

/** The pods that must be ready before the cluster counts as up. */
export const addonPods = [corednsPods, localPathPods];
