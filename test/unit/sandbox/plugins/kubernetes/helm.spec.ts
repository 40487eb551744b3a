import * as assert from "node:assert/strict";
import { errorOf } from "../../../../../sandbox/plugins/kubernetes/helm";

describe("what helm says when it fails", () => {
    it("is its error, without warnings and its own announcement", () => {
        const warned = "W1121 10:00:00 warnings.go:70] a warning\nError: UPGRADE FAILED: context deadline exceeded\n";
        assert.equal(errorOf(warned), "context deadline exceeded");
        assert.equal(errorOf("Error: INSTALLATION FAILED: path not found"), "path not found");
        assert.equal(errorOf("Error: values don't meet\n- at '': no\n"), "values don't meet\n- at '': no");
    });

    it("is everything when there is no error in it, and something even when there is nothing", () => {
        assert.equal(errorOf("panic: runtime error\n"), "panic: runtime error");
        assert.equal(errorOf(""), "helm ended without a word");
    });
});
