import * as path from "node:path";
import { repositoryRoot } from "../paths";

/** The default profile of a stack: `strict` for production stacks, whose names begin with `prod`. */
export function profileOf(stack: string): string {
    return stack.startsWith("prod") ? "strict" : "baseline";
}

/** Options of `pulumi preview` and `pulumi up` that check a stack: the compiled pack in policy/, and a profile. */
export function policyOptions(stack: string, profile: string = profileOf(stack)): string[] {
    return [
        "--policy-pack",
        path.join(repositoryRoot, "dist", "policy"),
        "--policy-pack-config",
        path.join(repositoryRoot, "policy", "profiles", `${profile}.json`),
    ];
}
