import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";

/** A step of `pulumi up` other than `same`: the engine's operation, and the URN's last type and name. */
export interface Change {
    readonly operation: string;
    readonly resource: string;
}

/** Before the first release, stacks are compared with those of this commit. */
export const firstCommit = "07919c9";

/** What `pulumi up` changes in the stack of test/integration/package/upgrade.spec.ts if the previous release created it. */
export function allowedChanges(): (Change & { readonly why: string })[] {
    return JSON.parse(fs.readFileSync(path.join(repositoryRoot, "test", "upgrade", "changes.json"), "utf8"));
}
