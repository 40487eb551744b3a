import * as assert from "node:assert/strict";
import { splitArguments } from "../../../../sandbox/plugins/nodeProcess";

describe("nodeargs in Pulumi.yaml", () => {
    it("are split like words in a shell", () => {
        assert.deepEqual(splitArguments(`--max-old-space-size=4096 --require "a b" --title='c d' e\\ f "g\\"h" ''`), [
            "--max-old-space-size=4096",
            "--require",
            "a b",
            "--title=c d",
            "e f",
            'g"h',
            "",
        ]);
        assert.deepEqual(splitArguments(), []);
    });
});
