import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../../../sandbox/paths";
import { script } from "../../shellScripts";

const components = path.join(repositoryRoot, "components");
const scripts = fs
    .readdirSync(components, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sh"));

/** A script as Bash parses it: with normalized commands, without comments, and with all strings unchanged. */
function parsed(content: string): string {
    return execFileSync("bash", ["-c", `script() {\n${content}\n:\n}\ndeclare -f script`], { encoding: "utf8" });
}

describe("shellScript", () => {
    it("is tested with every script", () => assert.ok(scripts.length >= 8, scripts.join(", ")));

    for (const file of scripts) {
        const embedded = script(file);

        it(`strips comments and blank lines of ${file}`, () => {
            const lines = embedded.trimEnd().split("\n");
            assert.deepEqual(
                lines.filter((line) => /^\s*(#|$)/.test(line)),
                [],
            );
            assert.doesNotMatch(embedded, /\s#/, "a comment behind a command; give it a line to itself");
            assert.ok(embedded.endsWith("\n"), "another script may follow");
        });

        it(`leaves ${file} as it is when Kubernetes expands variables in commands`, () => {
            assert.ok(!embedded.includes("$$"), "Kubernetes replaces `$$` by `$`");
        });

        it(`keeps every command of ${file}, for sh`, () => {
            const whole = fs.readFileSync(path.join(components, file), "utf8");
            assert.equal(parsed(embedded), parsed(whole));
            execFileSync("sh", ["-n"], { input: embedded });
        });
    }
});
