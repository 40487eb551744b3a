import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";
import { alreadyExists } from "./kubernetesProvider";

/** Not run with such a provider; test/integration/killed.spec.ts repairs the state with 4.25.0. */
describe("docs/troubleshooting.md, compared with the Kubernetes provider from 4.29 on", () => {
    const page = fs.readFileSync(path.join(repositoryRoot, "docs", "troubleshooting.md"), "utf8");

    it("has the message after a killed run, and says that `repair` helps", () => {
        const rows = page.split("\n").filter((line) => line.startsWith("| `… already exists`"));
        assert.equal(rows.length, 2);
        assert.match(alreadyExists, /already exists/);
        for (const row of rows) assert.match(row, /[Rr]epair/);
    });
});
