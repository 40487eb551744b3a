import * as assert from "node:assert/strict";
import type { Tool } from "../../../../sandbox/toolchain/families";
import { goArchitecture, isAtLeast } from "../../../../sandbox/toolchain/go";
import { isSuitable } from "../../../../sandbox/toolchain/path";

describe("versions of tools on PATH", () => {
    const cases: readonly [Tool, string, boolean][] = [
        ["pulumi", "v3.230.0\n", true],
        ["pulumi", "3.248.0", true],
        ["pulumi", "v3.229.9\n", false],
        ["pulumi", "v4.0.0\n", false],
        ["kubectl", "Client Version: v1.36.4\nKustomize Version: v5.8.1\n", true],
        ["kubectl", "Client Version: v1.34.0\nKustomize Version: v5.7.1\n", true],
        ["kubectl", "Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n", false],
        ["crane", "v0.21.9\n", true],
        ["crane", "0.20.0\n", true],
        ["crane", "v0.19.2\n", false],
        ["crane", "(devel)\n", false],
        ["kubelet", "Kubernetes v1.35.8\n", false],
    ];
    for (const [tool, printed, expected] of cases) {
        it(`${expected ? "accept" : "reject"} a ${tool} that prints ${JSON.stringify(printed)}`, () => {
            assert.equal(isSuitable(tool, printed), expected);
        });
    }
});

describe("versions of Go", () => {
    const cases: readonly [string, string, boolean][] = [
        ["1.26.8", "1.26", true],
        ["1.26", "1.26.0", true],
        ["1.27rc1", "1.26.0", true],
        ["2.0", "1.26", true],
        ["1.25.9", "1.26", false],
        ["1.26.0", "1.26.1", false],
    ];
    for (const [found, needed, expected] of cases) {
        it(`${found} is ${expected ? "enough" : "too old"} for ${needed}`, () => {
            assert.equal(isAtLeast(found, needed), expected);
        });
    }

    it("have Go's names of processors", () => {
        assert.equal(goArchitecture("x64"), "amd64");
        assert.equal(goArchitecture("arm64"), "arm64");
    });
});
