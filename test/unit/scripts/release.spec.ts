import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../../sandbox/paths";
import { breakingChanges } from "../../../scripts/docs/breakingChanges";
import { type PackageSchema, readSchema } from "../../../scripts/docs/schema";
import { releasedChangelog, releaseProblems, withTarball } from "../../../scripts/release";

const registry = "private-registry:index:PrivateRegistry";

/** The current schema after a change to a copy. */
// biome-ignore lint/suspicious/noExplicitAny: the changes reach into any part of the schema
function changed(change: (schema: any) => void): PackageSchema {
    const copy = structuredClone(readSchema());
    change(copy);
    return copy;
}

describe("a schema change", () => {
    const schema = readSchema();

    // biome-ignore lint/suspicious/noExplicitAny: as above
    const breaking: [string, (schema: any) => void, string][] = [
        ["a removed component", (s) => delete s.resources[registry], `${registry} was removed`],
        [
            "a removed argument",
            (s) => delete s.resources[registry].inputProperties.host,
            `${registry} no longer has the argument \`host\``,
        ],
        [
            "an argument of another type",
            (s) => Object.assign(s.resources[registry].inputProperties.host, { type: "number" }),
            `\`host\` of ${registry} was string and is number`,
        ],
        [
            "an argument that can no longer be an Output",
            (s) => Object.assign(s.resources[registry].inputProperties.host, { plain: true }),
            `\`host\` of ${registry} can no longer be an Output`,
        ],
        [
            "elements that can no longer be Outputs",
            (s) => Object.assign(s.resources[registry].inputProperties.hostAliases.items, { plain: true }),
            `\`hostAliases\` of ${registry} can no longer be an Output`,
        ],
        [
            "an argument that is now required",
            (s) => s.resources[registry].requiredInputs.push("host"),
            `\`host\` of ${registry} is now required`,
        ],
        [
            "a removed output",
            (s) => delete s.resources[registry].properties.url,
            `${registry} no longer has the output \`url\``,
        ],
        [
            "an output of another type",
            (s) => Object.assign(s.resources[registry].properties.url, { type: "number" }),
            `the output \`url\` of ${registry} was string and is number`,
        ],
        [
            "a removed field",
            (s) => delete s.types["private-registry:index:VolumeStorage"].properties.size,
            "private-registry:index:VolumeStorage no longer has the argument `size`",
        ],
        [
            "a field that is now required",
            (s) => Object.assign(s.types["private-registry:index:VolumeStorage"], { required: ["size"] }),
            "`size` of private-registry:index:VolumeStorage is now required",
        ],
        [
            "a member that is gone from a closed set",
            (s) => s.types["private-registry:index:AccessMode"].enum.shift(),
            "private-registry:index:AccessMode no longer has `ReadWriteOnce`",
        ],
    ];
    for (const [what, change, sentence] of breaking) {
        it(`breaks programs: ${what}`, () => assert.deepEqual(breakingChanges(schema, changed(change)), [sentence]));
    }

    it("breaks nothing when it only adds or changes descriptions", () => {
        const after = changed((s) => {
            s.resources[registry].inputProperties.further = { type: "string" };
            s.resources[registry].properties.further = { type: "string" };
            s.resources[registry].inputProperties.host.description = "In other words.";
            s.types["private-registry:index:AccessMode"].enum.push({ name: "Other", value: "Other" });
        });
        assert.deepEqual(breakingChanges(schema, after), []);
    });
});

describe("a release", () => {
    const schema = readSchema();
    const broken = changed((s) => delete s.resources[registry].inputProperties.host);
    const problems = (from: string, to: string, next = broken) =>
        releaseProblems({ version: from, schema }, { version: to, schema: next });

    it("can be any version if it is the first", () => {
        assert.deepEqual(releaseProblems(undefined, { version: "0.1.0", schema }), []);
    });

    it("may break programs in a minor version before 1.0.0, and in a major version", () => {
        for (const [from, to] of [
            ["0.1.0", "0.2.0"],
            ["0.9.1", "1.0.0"],
            ["1.2.3", "2.0.0"],
        ]) {
            assert.deepEqual(problems(from, to), []);
        }
    });

    it("must not otherwise break programs, and the error says what breaks and which version to release", () => {
        assert.deepEqual(problems("0.1.0", "0.1.1"), [
            "0.1.1 breaks programs that work with 0.1.0; release it as a minor version",
            `${registry} no longer has the argument \`host\``,
        ]);
        for (const to of ["1.2.4", "1.3.0"]) assert.match(problems("1.2.3", to)[0], /release it as a major version/);
    });

    it("can be a patch if nothing breaks", () => assert.deepEqual(problems("1.2.3", "1.2.4", schema), []));

    it("updates the version that the examples install", () => {
        const manifest = (version: string) => `{ "private-registry": "file:../../private-registry-${version}.tgz" }`;
        assert.equal(withTarball(manifest("0.1.0"), "0.2.0"), manifest("0.2.0"));
    });

    it("must be newer than the last one", () => {
        for (const to of ["1.2.3", "1.1.9", "0.9.0"]) {
            assert.deepEqual(problems("1.2.3", to, schema), [`${to} is not newer than 1.2.3`]);
        }
    });
});

describe("the changelog", () => {
    const text = "# Changelog\n\n## Unreleased\n\n- A change.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n";

    it("gets a heading for the version above the unreleased changes", () => {
        assert.equal(
            releasedChangelog(text, "0.2.0", "2026-02-01"),
            "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-02-01)\n\n- A change.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n",
        );
    });

    it("must have an entry for each release", () => {
        const empty = releasedChangelog(text, "0.2.0", "2026-02-01");
        assert.throws(() => releasedChangelog(empty, "0.3.0", "2026-03-01"), /has no entry under `## Unreleased`/);
    });

    it("of this repository has a section for unreleased changes", () => {
        const present = fs.readFileSync(path.join(repositoryRoot, "CHANGELOG.md"), "utf8");
        const withChange = present.replace("## Unreleased\n", "## Unreleased\n\n- A change.\n");
        assert.match(
            releasedChangelog(withChange, "99.0.0", "2026-01-01"),
            /^## 99\.0\.0 \(2026-01-01\)\n\n- A change/m,
        );
    });
});
