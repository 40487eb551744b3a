import type { Problem } from "../arguments/check";
import { boolean } from "../arguments/rules";
import { fields, plain } from "../arguments/shapes";
import { lookUp, notYetKnown } from "../server/config/lookUp";

/**
 * Proof that the registry works, before `pulumi up` completes: a login, a rejected login, the push of a small image, and a pull of it by
 * a kubelet. Jobs in the registry's namespace do this. They run again when the registry's image, configuration, certificate, storage,
 * users, names or nodes change. If one fails, so does `pulumi up`, with an error that says which step failed and why, and the next
 * `pulumi up` runs it again.
 */
export interface RegistryVerification {
    /** Whether the registry is verified. Defaults to true if this object is present. */
    enabled?: boolean;
    /**
     * Whether every node that `nodes` configures must pull the image. A DaemonSet then runs it on each of them, also on new ones. `pulumi
     * up` waits up to 90 seconds for the nodes that exist. Defaults to false: one node pulls it.
     */
    everyNode?: boolean;
    /**
     * Whether the image must survive the death of a pod: a Job deletes one of the registry's pods, and reads the image from the pod that
     * replaces it. With one replica, requests fail for some seconds. Defaults to false.
     */
    persistence?: boolean;
}

export const verifyRules = fields<RegistryVerification>({
    enabled: plain(boolean),
    everyNode: plain(boolean),
    persistence: plain(boolean),
});

/** The arguments with every default. */
export type VerifySettings = Required<Omit<RegistryVerification, "enabled">>;

/** Undefined if the registry is not verified. */
export function verifySettings(args: RegistryVerification | undefined): VerifySettings | undefined {
    if (args === undefined || args.enabled === false) return undefined;
    const { everyNode = false, persistence = false } = args;
    return { everyNode, persistence };
}

/** The arguments that decide what can be verified. */
interface VerifiedArguments {
    readonly verify?: RegistryVerification;
    readonly storage?: { readonly memory?: object };
    readonly config?: unknown;
}

/** A problem for each argument with which a step would always fail. `driver` is the storage driver that `config` chooses. */
export function verifyProblems({ verify, storage, config }: VerifiedArguments, driver: string | undefined): Problem[] {
    const settings = verifySettings(verify);
    if (settings === undefined) return [];
    const problems: Problem[] = [];
    const proxied = lookUp(config, "proxy.remoteurl");
    if (proxied !== undefined && proxied !== null && proxied !== "" && proxied !== notYetKnown) {
        const reason =
            "pushes an image, which is not possible with config.proxy.remoteurl: the registry then only caches another one; remove one of the two";
        problems.push({ path: "verify", reason });
    }
    const lost = storage?.memory ? "storage.memory" : driver === "inmemory" ? "config.storage.inmemory" : undefined;
    if (settings.persistence && lost !== undefined) {
        const reason = `always fails with ${lost}, which loses the images with the pod; remove one of the two`;
        problems.push({ path: "verify.persistence", reason });
    }
    return problems;
}
