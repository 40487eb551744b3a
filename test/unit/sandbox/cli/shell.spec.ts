import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { exportLines } from "../../../../sandbox/cli/shell";

describe("export lines", () => {
    it("contain changed variables, and prepend new directories to the shell's PATH", () => {
        const lines = exportLines(
            { HOME: "/root", PATH: "/sandbox/bin:/usr/bin", KUBECONFIG: "/k" },
            { HOME: "/root", PATH: "/usr/bin" },
        );
        assert.equal(lines, `export PATH='/sandbox/bin':"$PATH"\nexport KUBECONFIG='/k'`);
    });

    it("are quoted for the shell, with any content", () => {
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
