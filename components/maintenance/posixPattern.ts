/**
 * Patterns of tags. They are JavaScript regular expressions, and match a tag if they match any part of it. Supported are characters, `.`,
 * classes such as `[a-z]` and `[^.]`, `\d`, `\w`, `\s` and their opposites, `^` at the beginning and `$` at the end, groups, alternatives,
 * and `*`, `+`, `?`, `{2}`, `{2,}`, `{2,4}`. What a tag is compared with is a POSIX extended regular expression of the simplest form,
 * because busybox has either of two C libraries. mawk, which has no `{2}`, runs most of them: not `{1,40}`, and some repeated groups.
 */

type Node =
    | { readonly kind: "start" | "end" }
    | { readonly kind: "set"; readonly characters: string }
    | { readonly kind: "group"; readonly branches: readonly Branch[] }
    | { readonly kind: "repeat"; readonly node: Node; readonly min: number; readonly max: number };
type Branch = readonly Node[];

const digits = "0123456789";
const uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const word = `${digits}${uppercase}_${uppercase.toLowerCase()}`;

/** Every character that a tag can have. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests */
const ofTags = `${word}.-`;

/** The longest tag. More repetitions than this match no tag. */
const longestTag = 128;

/** awk compiles the expression for each tag: 10,000 times in about 2 s at this length. */
const longestExpression = 450;

const classes: Readonly<Record<string, string>> = { d: digits, w: word, s: "" };

const unsupportedGroups: readonly (readonly [prefix: string, what: string])[] = [
    ["(?=", "a lookahead"],
    ["(?!", "a lookahead"],
    ["(?<=", "a lookbehind"],
    ["(?<!", "a lookbehind"],
    ["(?<", "a named group"],
    ["(?", "a group with options"],
];

/** Why this pattern of tags cannot be used; undefined if it can. */
export function tagPatternProblem(pattern: string): string | undefined {
    try {
        posixPattern(pattern);
        return undefined;
    } catch (error) {
        if (error instanceof PatternError) return error.message;
        throw error;
    }
}

/** The POSIX extended regular expression for a pattern of tags. Throws an error if there is a problem with the pattern. */
export function posixPattern(pattern: string): string {
    if (pattern === "") throw new PatternError("is empty; write `.` to keep all tags");
    const branches = new Parser(pattern).parse();
    checkAnchors(branches, true, true);
    const expression = alternatives(branches);
    if (expression.length <= longestExpression) return expression === "" ? "^" : expression;
    throw new PatternError("repeats too much; use smaller numbers in `{}`, or `*` or `+`");
}

class PatternError extends Error {}

class Parser {
    private position = 0;

    constructor(private readonly pattern: string) {}

    parse(): Branch[] {
        const branches = this.branches();
        if (this.position < this.pattern.length) throw new PatternError("has a `)` without a `(`; remove it");
        return branches;
    }

    private branches(): Branch[] {
        const branches = [this.branch()];
        while (this.take("|")) branches.push(this.branch());
        return branches;
    }

    private branch(): Branch {
        const nodes: Node[] = [];
        while (this.position < this.pattern.length && !/[|)]/.test(this.pattern[this.position])) {
            nodes.push(this.repeated(this.node()));
        }
        return nodes;
    }

    private node(): Node {
        if (this.take("^")) return { kind: "start" };
        if (this.take("$")) return { kind: "end" };
        if (this.take(".")) return { kind: "set", characters: ofTags };
        if (this.take("[")) return this.set();
        if (this.pattern[this.position] === "(") return this.group();
        const { characters, shown } = this.characters("*+?");
        if (characters !== "") return { kind: "set", characters };
        throw new PatternError(`contains \`${shown}\`, which no tag has; remove it`);
    }

    private group(): Node {
        if (!this.take("(?:")) {
            for (const [prefix, what] of unsupportedGroups) {
                if (this.take(prefix)) throw unsupported(prefix, what, "describe the tags to keep without it");
            }
            this.take("(");
        }
        const branches = this.branches();
        if (!this.take(")")) throw new PatternError("has a `(` without a `)`; close the group");
        return { kind: "group", branches };
    }

    private set(): Node {
        const from = this.position - 1;
        const isNegated = this.take("^");
        let characters = "";
        while (!this.take("]")) {
            if (this.position >= this.pattern.length)
                throw new PatternError("has a `[` without a `]`; close the class");
            if (/^\[[:.=]/.test(this.pattern.slice(this.position))) {
                throw unsupported("[:", "a POSIX class", "write `\\d` or `[a-z]`");
            }
            characters += this.range();
        }
        const matched = [...ofTags].filter((character) => characters.includes(character) !== isNegated).join("");
        if (matched !== "") return { kind: "set", characters: matched };
        throw new PatternError(
            `contains \`${this.pattern.slice(from, this.position)}\`, which matches no character of a tag`,
        );
    }

    /** The characters of a range in a class, or of a single member. */
    private range(): string {
        const first = this.characters();
        const isRange = this.pattern[this.position] === "-" && !/^-(\]|$)/.test(this.pattern.slice(this.position));
        if (!isRange) return first.characters;
        this.take("-");
        const last = this.characters();
        const [from, to] = [first.one, last.one];
        if (from === undefined || to === undefined) return `${first.characters}-${last.characters}`;
        if (from > to) throw new PatternError(`has the range \`${from}-${to}\`; write the lower character first`);
        return [...ofTags].filter((character) => from <= character && character <= to).join("");
    }

    /** The tags' characters that a character or an escape stands for, and the single one, if it is one. */
    private characters(special = ""): { characters: string; shown: string; one?: string } {
        const [shown] = /^\\?./su.exec(this.pattern.slice(this.position)) ?? [""];
        const one = shown.replace(/^\\/, "");
        if (shown === "\\") throw new PatternError("ends with `\\`; remove it");
        if (shown === one && special.includes(one)) {
            throw new PatternError(`has nothing to repeat before \`${one}\`; remove it`);
        }
        this.position += shown.length;
        if (shown === one || /[^a-z0-9]/i.test(one)) {
            return { characters: ofTags.includes(one) ? one : "", shown, one };
        }
        const named = classes[one.toLowerCase()];
        if (named === undefined || !/[dws]/i.test(one))
            throw unsupported(shown, escapeKind(one), "write the characters");
        const isOpposite = one !== one.toLowerCase();
        return { characters: isOpposite ? [...ofTags].filter((c) => !named.includes(c)).join("") : named, shown };
    }

    private repeated(node: Node): Node {
        const rest = this.pattern.slice(this.position);
        const [quantifier, least, comma, most] = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(rest) ?? [];
        if (quantifier === undefined) return node;
        if (hasAnchor(node)) {
            throw new PatternError(
                `repeats \`^\` or \`$\` by \`${quantifier}\`; write them once, without \`${quantifier}\``,
            );
        }
        this.position += quantifier.length;
        if (this.take("?")) throw unsupported(`${quantifier}?`, "a lazy quantifier", `write \`${quantifier}\``);
        const min = quantifier === "+" ? 1 : Number(least ?? 0);
        const bounded = comma === "" ? min : most === "" ? Number.POSITIVE_INFINITY : Number(most);
        const max = quantifier === "?" ? 1 : least === undefined ? Number.POSITIVE_INFINITY : bounded;
        if (max < min) throw new PatternError(`contains \`${quantifier}\`; write the smaller number first`);
        if (min > longestTag || (max > longestTag && max !== Number.POSITIVE_INFINITY)) {
            throw new PatternError(`contains \`${quantifier}\`; a tag has at most ${longestTag} characters`);
        }
        return { kind: "repeat", node, min, max };
    }

    private take(text: string): boolean {
        if (!this.pattern.startsWith(text, this.position)) return false;
        this.position += text.length;
        return true;
    }
}

function unsupported(text: string, what: string, advice: string): PatternError {
    return new PatternError(`contains \`${text}\`, ${what}, which is not supported; ${advice}`);
}

function escapeKind(escaped: string): string {
    if (/[0-9k]/.test(escaped)) return "a backreference";
    return /b/i.test(escaped) ? "a word boundary" : "an escape";
}

function hasAnchor(node: Node): boolean {
    if (node.kind === "group") return node.branches.flat().some(hasAnchor);
    return node.kind === "start" || node.kind === "end";
}

/** An anchor in the middle matches nothing, or means something else to one of the libraries. */
function checkAnchors(branches: readonly Branch[], isFirst: boolean, isLast: boolean): void {
    for (const branch of branches) {
        for (const [i, node] of branch.entries()) {
            const [atStart, atEnd] = [isFirst && i === 0, isLast && i === branch.length - 1];
            if (node.kind === "start" && !atStart)
                throw new PatternError("has a `^` that is not at the beginning; remove it");
            if (node.kind === "end" && !atEnd) throw new PatternError("has a `$` that is not at the end; remove it");
            if (node.kind === "group") checkAnchors(node.branches, atStart, atEnd);
        }
    }
}

/** The libraries disagree about empty alternatives, so they become `?`. */
function alternatives(branches: readonly Branch[]): string {
    const all = [...new Set(branches.map((branch) => branch.map(expressionOf).join("")))];
    const others = all.filter((expression) => expression !== "");
    if (others.length === all.length || others.length === 0) return others.join("|");
    return `(${others.join("|")})?`;
}

function expressionOf(node: Node): string {
    switch (node.kind) {
        case "start":
            return "^";
        case "end":
            return "$";
        case "set":
            return setExpression(node.characters);
        case "group": {
            const inner = alternatives(node.branches);
            return inner === "" ? "" : `(${inner})`;
        }
        case "repeat":
            return repetition(node);
    }
}

function setExpression(characters: string): string {
    if (characters === ofTags) return ".";
    if (characters.length === 1 && word.includes(characters)) return characters;
    const ranges = [digits, uppercase, uppercase.toLowerCase()].flatMap((all) => runs(all, characters));
    const others = [..."._-"].filter((character) => characters.includes(character));
    // At the end, `-` makes no range.
    return `[${[...ranges, ...others].join("")}]`;
}

/** The members of a set in an alphabet, with ranges such as `0-9` for adjacent ones. */
function runs(alphabet: string, characters: string): string[] {
    const marked = [...alphabet].map((character) => (characters.includes(character) ? character : " ")).join("");
    return (marked.match(/[^ ]+/g) ?? []).map((run) => (run.length > 2 ? `${run[0]}-${run.slice(-1)}` : run));
}

function repetition({ node, min, max }: Extract<Node, { kind: "repeat" }>): string {
    const one = expressionOf(node);
    if (one === "" || max === 0) return "";
    if (max === Number.POSITIVE_INFINITY) return min === 0 ? `${one}*` : `${one.repeat(min)}+`;
    // The optional ones are nested: `a(aa?)?` has one way to match, and `aa?a?` has several.
    const nested = Math.max(0, max - min - 1);
    const optional = max > min ? `${`(${one}`.repeat(nested)}${one}?${")?".repeat(nested)}` : "";
    return one.repeat(min) + optional;
}
