import * as assert from "node:assert/strict";
import { repositoryExpression, repositoryGlobProblem } from "../../../../components/maintenance/repositoryGlob";

/** Repositories that a pattern names, and others. */
const cases: Record<string, readonly [names: string[], others: string[]]> = {
    "team/app": [["team/app"], ["team/app2", "team/app/cache", "a/team/app", "teamxapp"]],
    "team/*": [
        ["team/app", "team/b"],
        ["team", "team/app/cache", "teams/app"],
    ],
    "team/**": [
        ["team/app", "team/app/cache"],
        ["team", "teams/app", "a/team/app"],
    ],
    "**": [["app", "team/app", "team/app/cache"], []],
    "*": [["app"], ["team/app"]],
    "**/app": [
        ["app", "team/app", "a/b/app"],
        ["team/myapp", "team/app/cache"],
    ],
    "team/**/cache": [
        ["team/cache", "team/app/cache", "team/a/b/cache"],
        ["team/mycache", "cache"],
    ],
    "team/app-*": [
        ["team/app-1", "team/app-"],
        ["team/app", "team/app-1/cache"],
    ],
    "a.b/c": [["a.b/c"], ["axb/c"]],
    "t*m/*-x": [
        ["team/a-x", "tm/-x"],
        ["team/a", "te/am/a-x"],
    ],
};

const problems: Record<string, RegExp> = {
    "": /is empty; write `\*\*`/,
    "Team/app": /uppercase/,
    "team/app:v1": /names a tag/,
    "registry.example.com:5000/team/app": /a port/,
    "/team": /empty component/,
    "team/": /empty component/,
    "a//b": /empty component/,
    "team**": /`\*\*` within `team\*\*`; write `\*`/,
    "team/***": /`\*\*` within/,
    "team/?": /contains `\?`; only `\*` and `\*\*` are special/,
    "{a,b}/c": /contains `\{`/,
};

describe("patterns of repositories", () => {
    for (const [glob, [names, others]] of Object.entries(cases)) {
        it(`name repositories: ${glob}`, () => {
            assert.equal(repositoryGlobProblem(glob), undefined);
            const expression = new RegExp(repositoryExpression([glob]));
            assert.deepEqual(
                [...names, ...others].filter((repository) => expression.test(repository)),
                names,
            );
        });
    }

    it("name a repository if one of several does", () => {
        const expression = new RegExp(repositoryExpression(["a/*", "b"]));
        assert.deepEqual(
            ["a/x", "b", "a", "b/x"].filter((repository) => expression.test(repository)),
            ["a/x", "b"],
        );
    });

    for (const [glob, problem] of Object.entries(problems)) {
        it(`are rejected with the reason: ${JSON.stringify(glob)}`, () => {
            assert.match(repositoryGlobProblem(glob) ?? "no problem", problem);
        });
    }
});
