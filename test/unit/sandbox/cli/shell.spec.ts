import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { exportLines } from "../../../../sandbox/cli/shell";

describe("export lines", () => {
    it("name what differs, and put new folders before the shell's own PATH", () => {
        const lines = exportLines(
            { HOME: "/root", PATH: "/sandbox/bin:/usr/bin", KUBECONFIG: "/k" },
            { HOME: "/root", PATH: "/usr/bin" },
        );
        assert.equal(lines, `export PATH='/sandbox/bin':"$PATH"\nexport KUBECONFIG='/k'`);
    });

    it("survive the shell, whatever they hold", () => {
        const value = fc.string().filter((text) => !text.includes("\0"));
        fc.assert(
            fc.property(value, (text) => {
                const script = `${exportLines({ VALUE: text }, {})}\nprintf %s "$VALUE"`;
                assert.equal(execFileSync("sh", ["-c", script], { encoding: "utf8", env: {} }), text);
            }),
            { numRuns: 20 },
        );
    });
});
