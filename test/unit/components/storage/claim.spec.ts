import * as assert from "node:assert/strict";
import { fixedProblems, shrinkingProblems } from "../../../../components/storage/claim";
import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

describe("a claim that exists", () => {
    const has = { storageClassName: "standard", accessModes: ["ReadWriteOnce"] };
    const advice =
        'start a second registry that has it and copy the images (see "Moving to another volume" in docs/storage.md)';
    const problems = (wants: object) => fixedProblems("storage.volume", "registry", has, wants);

    it("may be asked for as it is, or without a class", () => {
        assert.deepEqual(problems(has), []);
        assert.deepEqual(problems({ accessModes: ["ReadWriteOnce"] }), []);
    });

    it("may be asked for in any way before it has been made", () => {
        assert.deepEqual(fixedProblems("storage.volume", "registry", {}, has), []);
    });

    it("keeps its class and mode, in sentences that say what to do instead", () => {
        const sentence = (what: string, old: string) =>
            `the claim \`registry\` has the ${what} \`${old}\` for as long as it lives, and with another claim the images would be lost; keep \`${old}\`, or ${advice}`;
        assert.deepEqual(problems({ storageClassName: "fast", accessModes: ["ReadWriteMany"] }), [
            { path: "storage.volume.storageClassName", reason: sentence("class", "standard") },
            { path: "storage.volume.accessMode", reason: sentence("mode", "ReadWriteOnce") },
        ]);
    });

    it("may grow, in any unit, and never shrinks", () => {
        const sized = (has: string, wants: string) => shrinkingProblems("storage.volume", "registry", has, wants);
        for (const [has, wants] of [
            ["10Gi", "10Gi"],
            ["10Gi", "10240Mi"],
            ["10Gi", "11G"],
            ["1500M", "1.5G"],
            ["9Ti", "1Pi"],
            ["1000", "1k"],
        ]) {
            assert.deepEqual(sized(has, wants), [], `${has} to ${wants}`);
        }
        for (const [has, wants] of [
            ["10Gi", "10G"],
            ["10Gi", "10239Mi"],
            ["1Ei", "1023Pi"],
            ["2Gi", "1.5Gi"],
        ]) {
            const reason = `the claim \`registry\` has \`${has}\` and cannot shrink; keep \`${has}\`, or ${advice}`;
            assert.deepEqual(sized(has, wants), [{ path: "storage.volume.size", reason }]);
        }
    });
});

refusesValues("storage.volume", [
    ["storage.volume.size", "10GB", must.quantity],
    ["storage.volume.storageClassName", "Fast", must.dnsName],
    ["storage.volume.accessMode", "RWX", must.modes],
    ["storage.volume.claimName", "my claim", must.dnsName],
    ["storage.volume.deleteWithStack", "true", must.boolean],
]);

refuses("storage.existingClaim", {
    "a claim without a name": {
        of: { createNamespace: false, storage: { existingClaim: {} } },
        says: ["storage.existingClaim.name: is missing; name the claim"],
    },
    "a wrong name and access mode": {
        of: { createNamespace: false, storage: { existingClaim: { name: "A", accessMode: "RWX" } } },
        says: [
            `storage.existingClaim.name: ${must.dnsName}, not "A"`,
            `storage.existingClaim.accessMode: ${must.modes}, not "RWX"`,
        ],
    },
    "a claim in a namespace that the component creates": {
        of: { storage: { existingClaim: { name: "images" } } },
        says: [
            "storage.existingClaim: lies in a namespace that exists already; set createNamespace to false and name it in namespace",
        ],
    },
});
