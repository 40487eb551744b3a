import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "fast-check";
import { parse } from "yaml";
import { podSecurityProblems } from "../../../policy/podSecurity";
import type { Tree } from "../../../policy/resource";
import { run } from "../../../sandbox/command";
import { families } from "../../../sandbox/toolchain/families";
import { go } from "../../../sandbox/toolchain/go";
import { pinnedModule } from "../../../sandbox/toolchain/module";
import { anyPod, nearlyRestricted, pods } from "../../policy/podSecurity.pods";
import { goModuleFolder } from "../goModule";

/** The version whose checks policy/podSecurity.ts follows: that of the sandbox's Kubernetes. */
const admission = "k8s.io/pod-security-admission@v0.35.8";

describe("the Pod Security Standard, by Kubernetes' own checks", function () {
    this.timeout(20 * 60_000);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pod-security-"));
    const program = path.join(folder, "podSecurity");

    before(async () => {
        const kubernetes = families.find(({ name }) => name === "kubernetes");
        assert.ok(kubernetes);
        // With the flags of the sandbox's own build, most packages are compiled already.
        const { folder: module, flags } = pinnedModule(kubernetes);
        const main = path.join(__dirname, "podSecurity", "main.go");
        await go({ folder: module, args: ["build", ...flags, "-o", program, main], log: path.join(folder, "log") });
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    /** Kubernetes' reasons to refuse each pod. */
    async function judge(templates: readonly Tree[]): Promise<string[][]> {
        const input = templates.map((template) => `${JSON.stringify(template)}\n`).join("");
        const output = await run([program], { env: process.env, input });
        return output
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line));
    }

    it("is that of the sandbox's Kubernetes", async () => {
        assert.match(await goModuleFolder("kubernetes", "k8s.io/pod-security-admission"), new RegExp(`${admission}$`));
    });

    it("gives the reasons of the table", async () => {
        const found = await judge(Object.values(pods).map(({ template }) => template));
        for (const [i, [what, { reasons }]] of Object.entries(pods).entries()) {
            assert.deepEqual(found[i].sort(), [...reasons].sort(), what);
        }
    });

    it("has the rule's verdict on the pods of Kubernetes' tests", async () => {
        const module = await goModuleFolder("kubernetes", "k8s.io/pod-security-admission");
        const own = path.join(module, "test", "testdata", "restricted", "v1.35");
        for (const verdict of ["pass", "fail"]) {
            const files = fs.readdirSync(path.join(own, verdict));
            assert.ok(files.length > 5);
            for (const file of files) {
                const problems = podSecurityProblems(parse(fs.readFileSync(path.join(own, verdict, file), "utf8")));
                assert.equal(problems.length > 0, verdict === "fail", `${verdict}/${file}: ${problems.join("\n")}`);
            }
        }
    });

    for (const [what, arbitrary] of Object.entries({
        "any pods": anyPod,
        "pods that almost meet it": nearlyRestricted,
    })) {
        it(`has the rule's verdict on ${what}`, async () => {
            const templates = fc.sample(arbitrary, 2_000);
            const found = await judge(templates);
            for (const [i, template] of templates.entries()) {
                const problems = podSecurityProblems(template);
                const pod = JSON.stringify(template);
                assert.equal(problems.length > 0, found[i].length > 0, `${pod}\n${problems}\n${found[i]}`);
            }
            assert.ok(found.some((reasons) => reasons.length > 0));
            if (arbitrary === nearlyRestricted) assert.ok(found.some((reasons) => reasons.length === 0));
        });
    }
});
