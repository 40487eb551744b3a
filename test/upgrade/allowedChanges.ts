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

interface Allowed {
    readonly operation: string;
    readonly resources: readonly string[];
    readonly why: string;
}

/** What `pulumi up` changes in the stack of test/integration/package/upgrade.spec.ts if the previous release created it. */
export function allowedChanges(): Change[] {
    const file = path.join(repositoryRoot, "test", "upgrade", "changes.json");
    const allowed: Allowed[] = JSON.parse(fs.readFileSync(file, "utf8"));
    return allowed.flatMap(({ operation, resources }) => resources.map((resource) => ({ operation, resource })));
}
