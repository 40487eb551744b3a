import * as assert from "node:assert/strict";
import { BuildPlan, estimate } from "../../../../sandbox/toolchain/buildPlan";
import { lastError } from "../../../../sandbox/toolchain/go";
import { parseListing } from "../../../../sandbox/toolchain/packages";
import { Turns } from "../../../../sandbox/toolchain/turns";

describe("the plan of a build", () => {
    const packages = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

    it("counts compiled packages and remaining tools, and estimates the remaining time", () => {
        let now = 0;
        const plan = new BuildPlan(() => now);
        plan.add("a v1");
        plan.add("b v2");
        assert.equal(plan.describe(), "Fetching modules: 0 packages compiled, 2 tools left");
        plan.expect("a v1", packages("a", 100));
        plan.begin("a v1");
        assert.equal(plan.describe(), "Building a v1: 0 packages compiled, 2 tools left");
        plan.expect("b v2", packages("b", 200));
        for (const name of packages("a", 100)) plan.compile(name);
        plan.finish("a v1");
        plan.begin("b v2");
        now = 120_000;
        assert.equal(plan.describe(), "Building b v2: 100 of 300 packages compiled, 1 tool left, about 4 min");
    });

    it("counts shared packages once, and cached ones as done", () => {
        const plan = new BuildPlan(() => 0);
        for (const name of ["a", "b"]) {
            plan.add(name);
            plan.expect(name, ["shared", name]);
        }
        plan.begin("a");
        plan.finish("a");
        assert.equal(plan.describe(), "Building a: 2 of 3 packages compiled, 1 tool left");
    });

    it("has no estimate before the first measurement", () => {
        assert.deepEqual(estimate(49, 1000, 60), []);
        assert.deepEqual(estimate(100, 1000, 9), []);
        assert.deepEqual(estimate(900, 1000, 90), ["less than a minute"]);
    });
});

describe("what `go` prints", () => {
    it("reports a failure in its last line that is not a package name", () => {
        const lines = [
            "example.com/a",
            "# example.com/a",
            "a.go:3:2: undefined: x",
            "a.go:9:1: too many errors",
            "example.com/b",
            "",
        ];
        assert.equal(lastError(lines), "a.go:3:2: undefined: x");
        assert.equal(lastError(["killed"]), "killed");
        assert.equal(lastError([]), "It said nothing.");
    });

    it("lists the packages of a module, each with its version", () => {
        const { keys, mains } = parseListing("fmt fmt \nexample.com/a/b b example.com/a@v1.0.0\nself main self@\n");
        assert.deepEqual(
            [...keys],
            [
                ["fmt", "fmt "],
                ["example.com/a/b", "example.com/a/b example.com/a@v1.0.0"],
                ["self", "self self@"],
            ],
        );
        assert.deepEqual(mains, ["self"]);
    });
});

describe("turns", () => {
    it("run one at a time, in the order of their numbers", async () => {
        const turns = new Turns();
        const order: number[] = [];
        const first = await turns.take(9);
        const others = [3, 1, 2, 1].map(async (priority) => {
            const release = await turns.take(priority);
            order.push(priority);
            await new Promise((resolve) => setTimeout(resolve, 1));
            release();
            release();
        });
        assert.deepEqual(order, []);
        first();
        await Promise.all(others);
        assert.deepEqual(order, [1, 1, 2, 3]);
    });
});
