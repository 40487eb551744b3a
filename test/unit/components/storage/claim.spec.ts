import * as assert from "node:assert/strict";
import { immutableFieldProblems, shrinkProblems } from "../../../../components/storage/claim";
import { refuses, refusesValues } from "../../refusals";
import * as must from "../../sentences";

describe("an existing claim of the component", () => {
    const has = { storageClassName: "standard", accessModes: ["ReadWriteOnce"] };
    const advice = 'copy the images to a second registry (see "Moving to another volume" in docs/storage.md)';
    const problems = (wants: object) => immutableFieldProblems("storage.volume", "registry", has, wants);

    it("is unchanged with the same arguments, or without a storage class", () => {
        assert.deepEqual(problems(has), []);
        assert.deepEqual(problems({ accessModes: ["ReadWriteOnce"] }), []);
    });

    it("can have any storage class and access mode before it exists", () => {
        assert.deepEqual(immutableFieldProblems("storage.volume", "registry", {}, has), []);
    });

    it("keeps its storage class and access mode, and the error says what to do instead", () => {
        const sentence = (what: string, old: string) =>
            `the claim \`registry\` has the ${what} \`${old}\`, which is immutable, and replacing the claim would lose the images; keep \`${old}\`, or ${advice}`;
        assert.deepEqual(problems({ storageClassName: "fast", accessModes: ["ReadWriteMany"] }), [
            { path: "storage.volume.storageClassName", reason: sentence("storage class", "standard") },
            { path: "storage.volume.accessMode", reason: sentence("access mode", "ReadWriteOnce") },
        ]);
    });

    it("can grow, in any unit, and never shrinks", () => {
        const sized = (has: string, wants: string) => shrinkProblems("storage.volume", "registry", has, wants);
        for (const [has, wants] of [
            ["10Gi", "10Gi"],
            ["10Gi", "10240Mi"],
            ["10Gi", "11G"],
            ["1500M", "1.5G"],
            ["9Ti", "1Pi"],
            ["1000", "1k"],
            ["1e10", "10G"],
            ["10Gi", "10737418240"],
            ["512m", "10Gi"],
        ]) {
            assert.deepEqual(sized(has, wants), [], `${has} to ${wants}`);
        }
        for (const [has, wants] of [
            ["10Gi", "10G"],
            ["10Gi", "10239Mi"],
            ["1Ei", "1023Pi"],
            ["2Gi", "1.5Gi"],
            ["10Gi", "1e10"],
            ["10Gi", "10737418239"],
            ["2.5Gi", ".25E10"],
        ]) {
            const reason = `the claim \`registry\` has \`${has}\` and cannot shrink; keep \`${has}\`, or ${advice}`;
            assert.deepEqual(sized(has, wants), [{ path: "storage.volume.size", reason }]);
        }
    });
});

refusesValues("storage.volume", [
    ["storage.volume.size", "10GB", must.size, "did you mean `10Gi`?"],
    ["storage.volume.size", "10", must.size, "did you mean `10Mi` or `10Gi`?"],
    ["storage.volume.size", 10737418240, must.size, 'write it in quotes, `"10737418240"`'],
    ["storage.volume.size", "0.0Gi", must.size],
    ["storage.volume.size", "-5Gi", must.size],
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
            "storage.existingClaim: is in a namespace that already exists; set createNamespace to false, and namespace to its name",
        ],
    },
});
