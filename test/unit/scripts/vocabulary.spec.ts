import * as assert from "node:assert/strict";
import {
    coveredFiles,
    mostExcuses,
    readVocabulary,
    type Vocabulary,
    vocabularyProblems,
} from "../../../scripts/vocabulary";

const vocabulary: Vocabulary = {
    phrases: [
        { avoid: "foo bars?", write: "baz" },
        { avoid: "quxes", write: "quux" },
    ],
    generated: [],
    notYetCovered: [],
    excused: [],
};
const problems = (text: string, excused: Vocabulary["excused"] = []) =>
    vocabularyProblems(new Map([["a.md", text]]), { ...vocabulary, excused });

describe("the vocabulary check", () => {
    it("reports the line of a phrase, and its replacement", () => {
        assert.deepEqual(problems("one\ntwo Foo bars"), ['a.md:2: "Foo bars"; write: baz']);
    });

    it("finds whole words only", () => {
        assert.deepEqual(problems("foo barstool, a-foo bar, Xquxes"), []);
    });

    it("finds a phrase across a line break, in prose and in comments", () => {
        assert.equal(problems("a foo\nbar").length, 1);
        assert.equal(problems("// a foo\n// bar").length, 1);
        assert.equal(problems("    /**\n     * a foo\n     * bar\n     */").length, 1);
        assert.equal(problems("# a foo\n# bar").length, 1);
    });

    it("excuses a line with a reason, and rejects an excuse that excuses nothing", () => {
        const excuse = { file: "a.md", text: "the foo", reason: "a quotation" };
        assert.deepEqual(problems("the foo bar", [excuse]), []);
        assert.match(problems("fine", [excuse]).join(), /excuses nothing: a\.md/);
        assert.equal(problems("the foo bar", [{ ...excuse, file: "b.md" }]).length, 2);
    });

    it(`accepts at most ${mostExcuses} excuses`, () => {
        const excused = Array.from({ length: mostExcuses + 1 }, (_, i) => ({
            file: "a.md",
            text: `quxes ${i}.`,
            reason: "a test",
        }));
        const text = excused.map(({ text }) => text).join("\n");
        assert.deepEqual(problems(text, excused.slice(1)), ['a.md:1: "quxes"; write: quux']);
        assert.match(problems(text, excused).join(), /26 excuses, of at most 25/);
    });
});

describe("scripts/vocabulary.yaml", () => {
    const present = readVocabulary();

    it("has a replacement for each phrase, and a reason for each excuse", () => {
        assert.ok(present.phrases.length > 30);
        for (const { avoid, write } of present.phrases) assert.ok(avoid && write, avoid);
        for (const { file, text, reason } of present.excused) assert.ok(file && text && reason.length > 5, text);
    });

    it("covers the documentation, the examples and all code", () => {
        const files = coveredFiles(present);
        for (const file of ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/security.md", "settings.ts"]) {
            assert.ok(files.includes(file), file);
        }
        for (const folder of ["components/", "examples/", "policy/rules/", "sandbox/", "scripts/", "test/"]) {
            assert.ok(
                files.some((file) => file.startsWith(folder)),
                folder,
            );
        }
        assert.deepEqual(present.notYetCovered, []);
        assert.ok(!files.includes("docs/arguments.md"));
    });
});
