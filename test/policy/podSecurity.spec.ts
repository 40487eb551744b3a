import * as assert from "node:assert/strict";
import { podSecurityProblems } from "../../policy/podSecurity";
import { pods } from "./podSecurity.pods";

describe("the Pod Security Standard `restricted`", () => {
    for (const [what, { template, reasons }] of Object.entries(pods)) {
        it(`${reasons.length > 0 ? "refuses" : "admits"} ${what}`, () => {
            const problems = podSecurityProblems(template);
            assert.equal(problems.length > 0, reasons.length > 0, problems.join("\n"));
            for (const problem of problems) assert.match(problem, /^The (pod|container|volume|annotation) /);
        });
    }

    it("admits a volume without a source, which the API server makes an emptyDir", () => {
        const { template } = pods["a restricted pod"];
        assert.deepEqual(
            podSecurityProblems({ ...template, spec: { ...template.spec, volumes: [{ name: "a" }] } }),
            [],
        );
    });
});
