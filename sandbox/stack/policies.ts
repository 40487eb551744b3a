import * as path from "node:path";
import { repositoryRoot } from "../paths";

/** The profile that a stack must keep to when none is named: `strict` for production, whose stacks begin with `prod`. */
export function profileOf(stack: string): string {
    return stack.startsWith("prod") ? "strict" : "baseline";
}

/** What makes `pulumi preview` and `pulumi up` hold a stack to the rules: the pack in policy/, compiled, and a profile. */
export function policyOptions(stack: string, profile: string = profileOf(stack)): string[] {
    return [
        "--policy-pack",
        path.join(repositoryRoot, "dist", "policy"),
        "--policy-pack-config",
        path.join(repositoryRoot, "policy", "profiles", `${profile}.json`),
    ];
}
