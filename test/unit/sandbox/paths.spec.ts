import * as assert from "node:assert/strict";
import * as path from "node:path";
import { dataFolder, machinePath } from "../../../sandbox/paths";

describe("the machine's PATH", () => {
    const before = process.env.PATH;
    afterEach(() => {
        process.env.PATH = before;
    });

    it("is without the tools and stand-ins of a sandbox, which a shell that uses one finds first", () => {
        process.env.PATH = [path.join(dataFolder, "default", "bin"), "/usr/bin", "", "bin", "/bin"].join(
            path.delimiter,
        );
        assert.deepEqual(machinePath(), ["/usr/bin", "/bin"]);
    });
});
