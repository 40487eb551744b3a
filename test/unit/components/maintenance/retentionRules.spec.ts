import * as assert from "node:assert/strict";
import { rulesList } from "../../../../components/maintenance/retentionRules";

describe("the list of retention rules", () => {
    it("has a line for each rule, with numbers from 1, and another line for each further pattern", () => {
        const list = rulesList([
            { repositories: ["team/**", "app"], lastPushed: 10, pushedWithin: 3600, protect: 86400 },
            { repositories: ["**"], matching: ["^v\\d", "-rc"], lastPushed: 5, protect: 0 },
        ]);
        assert.deepEqual(
            list.split("\n").map((line) => line.split("\t")),
            [
                ["1", "^(team/.+|app)$", "10", "3600", "-", "86400", "-"],
                ["2", "^(.+)$", "5", "-", "^v[0-9]", "0", "^v\\d"],
                ["2", "^(.+)$", "-", "-", "[-]rc", "0", "-rc"],
                [""],
            ],
        );
    });
});
