import { PrivateRegistry, type PrivateRegistryArgs } from "../../components";
import { declare, type Resources } from "./mocks";

/** The resources of the PrivateRegistry `registry` with these arguments. */
export function registry(args?: PrivateRegistryArgs, clusterIp?: string): Promise<Resources> {
    return declare(() => new PrivateRegistry("registry", args), clusterIp);
}
