import { PrivateRegistry, type PrivateRegistryArgs } from "../../components";
import { declare, type Resources } from "./mocks";

/** The annotations of an object without the two that every object has: its stack, and the owner of its fields. */
export function ownAnnotations({ annotations }: { annotations: Record<string, string> }): Record<string, string> {
    const { "private-registry/owner": _stack, "pulumi.com/patchFieldManager": _manager, ...own } = annotations;
    return own;
}

/** The resources of the PrivateRegistry `registry` with these arguments. */
export function registry(args?: PrivateRegistryArgs, clusterIp?: string): Promise<Resources> {
    return declare(() => new PrivateRegistry("registry", args), clusterIp);
}
