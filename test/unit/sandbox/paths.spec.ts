import * as assert from "node:assert/strict";
import * as path from "node:path";
import { dataFolder, machinePath } from "../../../sandbox/paths";

describe("the machine's PATH", () => {
    const before = process.env.PATH;
    afterEach(() => {
        process.env.PATH = before;
    });

    it("excludes a sandbox's tools and stand-ins, which a sandbox's shell has first", () => {
        process.env.PATH = [path.join(dataFolder, "default", "bin"), "/usr/bin", "", "bin", "/bin"].join(
            path.delimiter,
        );
        assert.deepEqual(machinePath(), ["/usr/bin", "/bin"]);
    });
});
