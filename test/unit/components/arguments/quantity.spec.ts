import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { reasonAgainst } from "../../../../components/arguments/check";
import {
    amountOf,
    cpuLimit,
    cpuRequest,
    isBelow,
    mebibytes,
    memoryLimit,
    memoryRequest,
    size,
} from "../../../../components/arguments/quantity";

const rules = { size, memoryRequest, memoryLimit, cpuRequest, cpuLimit };

/** Each line is less than the next one; the quantities in one line are equal. */
const ascending = [
    ["-1Ei"],
    ["-1", "-1000m"],
    ["0", "0.0", "0m", "+0", "-0", "0e9", ".0", "0."],
    ["1n", "1e-9", "0.1n"],
    ["2n", "1.1n"],
    ["1u", "1000n", "1E-6"],
    ["1m", "0.001", "1e-3", "1000u"],
    ["100m", "0.1", "0.10", ".1", "+.1"],
    ["700m", "0.7"],
    ["999m"],
    ["1", "1000m", "1.0", "1.", "+1", "1e0", "01"],
    ["1k", "1000", "1e3", "1E3", "1e+3", ".01e5"],
    ["1Ki", "1024"],
    ["1M", "1000k", "1e6"],
    ["1Mi", "1024Ki"],
    ["512Mi", "0.5Gi", ".5Gi"],
    ["1G", "1e9"],
    ["1Gi"],
    ["1T"],
    ["1Ti"],
    ["1P"],
    ["1Pi"],
    ["1E", "1e18", "1E18"],
    ["1Ei", "1024Pi"],
    ["9223372036854775807", "9223372036854775806.9999999999"],
];

/** What Kubernetes' parser rejects, and more than it represents. */
const noQuantities = [
    ...[
        "",
        ".",
        "e3",
        "Gi",
        "+",
        "1e",
        "1e1.5",
        "1 Gi",
        "1gi",
        "1GI",
        "1K",
        "1KI",
        "1B",
        "1Mb",
        "1,5",
        "0x10",
        "1_000",
    ],
    ...["1e3Gi", "1Gi3", "--1", "1-", "five", "8Ei", "1e19", "1e99", "1e999999999"],
];

describe("isBelow", () => {
    const all = ascending.flatMap((equal, position) => equal.map((text) => ({ text, position })));

    it("compares quantities in every form that Kubernetes accepts", () => {
        fc.assert(
            fc.property(fc.constantFrom(...all), fc.constantFrom(...all), (one, other) => {
                assert.equal(isBelow(one.text, other.text), one.position < other.position, `${one.text} ${other.text}`);
            }),
            { numRuns: 4000 },
        );
    });

    it("is exact where floating-point numbers are not", () => {
        assert.equal(isBelow("9007199254740993", "9007199254740992"), false);
        assert.equal(isBelow("9007199254740992", "9007199254740993"), true);
    });

    it("is false for what is not a quantity, e.g. in the state of an older version", () => {
        for (const other of noQuantities) {
            assert.equal(amountOf(other), undefined, other);
            assert.equal(isBelow(other, "1"), false);
            assert.equal(isBelow("1", other), false);
        }
    });
});

describe("mebibytes", () => {
    it("is rounded down", () => {
        const expected: [string, number][] = [
            ["192Mi", 192],
            ["1Gi", 1024],
            ["100M", 95],
            ["1e9", 953],
            ["1k", 0],
            ["many", 0],
        ];
        for (const [text, count] of expected) assert.equal(mebibytes(text), count, text);
    });
});

describe("the rules for quantities", () => {
    const bytes = [
        "1Mi",
        "10Gi",
        "1.5Gi",
        "0.1Gi",
        "512M",
        "1e9",
        "1E",
        "1E9",
        "536870912",
        ".5Gi",
        "1.Gi",
        "+1Gi",
        "7Ei",
    ];
    const noBytes = ["512m", "512u", "1e9m", "512Mb", "512mb", "1024K", "10gi", "-1Gi", "512", "0.5", "1Ki", "8Ei", ""];
    const zeros = ["0", "0Gi", "0.0", "0e3", "0k"];
    const cores = ["1", "0.5", ".5", "500m", "100u", "1e1", "1E-3", "2.", "64"];
    const noCores = ["512Mi", "1Gi", "1k", "500M", "1 core", "-1", "half", "1E", ""];
    const boundaries = [
        { rule: "size", accepts: bytes, refuses: [...noBytes, ...zeros, "none", 1073741824] },
        { rule: "memoryRequest", accepts: [...bytes, "0", "0Gi", "0e3", "0m"], refuses: [...noBytes, "none", 0] },
        { rule: "memoryLimit", accepts: [...bytes, "none"], refuses: [...noBytes, ...zeros, "None", 1073741824] },
        { rule: "cpuRequest", accepts: [...cores, "0", "0m"], refuses: [...noCores, "none", 1, 0.5] },
        { rule: "cpuLimit", accepts: [...cores, "none"], refuses: [...noCores, "0", "0m", "0.0", 1, 0] },
    ] as const;
    for (const { rule, accepts, refuses } of boundaries) {
        it(`${rule}: accept what Kubernetes understands and a container can use`, () => {
            for (const value of accepts) assert.equal(reasonAgainst(rules[rule], value), undefined, value);
            for (const value of refuses) assert.ok(reasonAgainst(rules[rule], value), `accepts ${value}`);
        });
    }

    const hints: [keyof typeof rules, unknown, string | undefined][] = [
        ["memoryLimit", "512m", "did you mean `512Mi`?"],
        ["memoryLimit", "512MB", "did you mean `512Mi`?"],
        ["memoryLimit", "512mb", "did you mean `512Mi`?"],
        ["memoryLimit", "1024K", "did you mean `1024Ki`?"],
        ["memoryLimit", "2 GB", "did you mean `2Gi`?"],
        ["memoryLimit", "512", "did you mean `512Mi` or `512Gi`?"],
        ["memoryLimit", 512, "did you mean `512Mi` or `512Gi`?"],
        ["memoryLimit", 1073741824, 'write it in quotes, `"1073741824"`'],
        ["size", "1.5gi", "did you mean `1.5Gi`?"],
        ["size", "10 gigabytes", undefined],
        ["size", "0", undefined],
        ["size", "0GB", undefined],
        ["memoryRequest", 0, 'write it in quotes, `"0"`'],
        ["cpuRequest", 1, 'write it in quotes, `"1"`'],
        ["cpuLimit", 0.5, 'write it in quotes, `"0.5"`'],
        ["cpuLimit", 0, undefined],
        ["cpuRequest", "500Mi", "did you mean `500m`?"],
        ["cpuRequest", "500 millicores", "did you mean `500m`?"],
        ["cpuLimit", "2 cores", "did you mean `2`?"],
        ["cpuLimit", "1Gi", undefined],
    ];
    for (const [rule, value, hint] of hints) {
        it(`${rule}: ${JSON.stringify(value)} ${hint ?? "has no hint"}`, () => {
            const reason = reasonAgainst(rules[rule], value) ?? "";
            const end = `, not ${JSON.stringify(value)}${hint === undefined ? "" : `; ${hint}`}`;
            assert.ok(reason.endsWith(end), reason);
        });
    }

    it("do not repeat a secret value in a hint", () => {
        assert.doesNotMatch(reasonAgainst(rules.size, "713m", true) ?? "", /713/);
    });
});
