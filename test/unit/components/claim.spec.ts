import * as assert from "node:assert/strict";
import { fixedProblems } from "../../../components/claim";

describe("a claim that exists", () => {
    const has = { storageClassName: "standard", accessModes: ["ReadWriteOnce"] };
    const problems = (wants: object) => fixedProblems("storage.volume", "registry", has, wants);

    it("may be asked for as it is, or without a class", () => {
        assert.deepEqual(problems(has), []);
        assert.deepEqual(problems({ accessModes: ["ReadWriteOnce"] }), []);
    });

    it("may be asked for in any way before it has been made", () => {
        assert.deepEqual(fixedProblems("storage.volume", "registry", {}, has), []);
    });

    it("keeps its class and mode, in sentences that say what to do instead", () => {
        const advice =
            'start a second registry that has it and copy the images (see "Moving to another volume" in docs/storage.md)';
        const sentence = (what: string, old: string) =>
            `the claim \`registry\` has the ${what} \`${old}\` for as long as it lives, and with another claim the images would be lost; keep \`${old}\`, or ${advice}`;
        assert.deepEqual(problems({ storageClassName: "fast", accessModes: ["ReadWriteMany"] }), [
            { path: "storage.volume.storageClassName", reason: sentence("class", "standard") },
            { path: "storage.volume.accessMode", reason: sentence("mode", "ReadWriteOnce") },
        ]);
    });
});
