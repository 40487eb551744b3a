import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../../sandbox/paths";
import { argumentsReference } from "../../scripts/docs/argumentsReference";
import { readSchema } from "../../scripts/docs/schema";
import { blocksOf, commandBlocks, pages } from "../commandBlocks";

const documents = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    ...markdownBelow("docs"),
    ...markdownBelow("examples"),
];

/** Generated from doc comments, as a table and lists. */
const unwrapped = ["docs/arguments.md"];

function markdownBelow(folder: string): string[] {
    return fs
        .readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md") && !file.includes("node_modules"))
        .map((file) => path.join(folder, file));
}

describe("the documentation", () => {
    it("lists the arguments in the source (UPDATE_SNAPSHOTS=1 writes them)", () => {
        const file = path.join(repositoryRoot, "docs", "arguments.md");
        const current = argumentsReference(readSchema());
        if (process.env.UPDATE_SNAPSHOTS === "1") fs.writeFileSync(file, current);
        assert.equal(fs.readFileSync(file, "utf8"), current);
    });

    for (const document of documents) {
        it(`${document} links to existing files and headings`, () => {
            const text = fs.readFileSync(path.join(repositoryRoot, document), "utf8");
            const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
            for (const [link, file, heading] of links) {
                const target = path.resolve(repositoryRoot, path.dirname(document), file || path.basename(document));
                assert.ok(fs.existsSync(target), `${link} leads nowhere`);
                if (heading)
                    assert.ok(headings(fs.readFileSync(target, "utf8")).includes(heading), `${link} has no heading`);
            }
        });
    }

    it("says for every command block whether a test runs it, or why not", () => {
        const unmarked = pages().flatMap((page) => commandBlocks(page).filter((block) => !block.isMarked));
        assert.deepEqual(unmarked, []);
    });

    it("has command blocks that are found, also in a list", () => {
        const text = [
            "<!-- run -->\n```bash\none\n```",
            "1. Text\n\n   <!-- not run: no cluster -->\n   ```bash\n   two\n     three\n   ```",
            "Text\n```bash\nfour\n```\n",
        ].join("\n\n");
        assert.deepEqual(blocksOf(text), [
            { commands: "one\n", notRun: undefined, isMarked: true },
            { commands: "two\n  three\n", notRun: "no cluster", isMarked: true },
            { commands: "four\n", notRun: undefined, isMarked: false },
        ]);
    });

    it("has an index with one line per page in docs/README.md", () => {
        const index = fs.readFileSync(path.join(repositoryRoot, "docs", "README.md"), "utf8");
        const items = [...index.matchAll(/^- .*(?:\n {2}.*)*/gm)].map(([item]) => item);
        const linked = items.map((item) => /^- \[[^\]]+\]\(([\w.-]+)\): .+\.$/.exec(item)?.[1]);
        const others = fs.readdirSync(path.join(repositoryRoot, "docs")).filter((page) => page !== "README.md");
        assert.deepEqual(linked.sort(), others.sort());
    });

    it("is linked from the first page: the index, the examples and CONTRIBUTING.md", () => {
        const first = fs.readFileSync(path.join(repositoryRoot, "README.md"), "utf8");
        for (const page of ["docs/README.md", "examples", "CONTRIBUTING.md", "CHANGELOG.md"]) {
            assert.match(first, new RegExp(`\\]\\(${page}/?\\)`), `README.md does not link to ${page}`);
        }
    });

    for (const document of documents.filter((name) => !unwrapped.includes(name))) {
        it(`${document} wraps its prose at 120 characters`, () => {
            const text = fs.readFileSync(path.join(repositoryRoot, document), "utf8");
            const prose = text.replace(/^ *```.*?^ *```$/gms, "").split("\n");
            const tooLong = prose.filter((line) => line.length > 120 && !line.startsWith("|"));
            assert.deepEqual(tooLong, []);
        });
    }
});

/** The anchors of a page's headings. */
function headings(text: string): string[] {
    return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}
