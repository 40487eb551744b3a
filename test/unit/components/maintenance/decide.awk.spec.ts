import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as fc from "fast-check";
import { type RetentionRule, rulesList } from "../../../../components/maintenance/retentionRules";
import { repositoryRoot } from "../../../../sandbox/paths";
import { onEachAwk } from "../../awks";
import { imagesOf, isInUse, keptTags, type Registry, rulesOf, type Tag } from "./retentionReference";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const now = 1_764_288_000;

const program = path.join(repositoryRoot, "components/maintenance/decide.awk");
const hash = (n: number) => n.toString(16).padStart(64, "0");
const digest = (n: number) => `sha256:${hash(n)}`;
const lines = (rows: readonly (readonly (string | number)[])[]) => rows.map((row) => `${row.join("\t")}\n`).join("");

describe("decide.awk", () => {
    let folder: string;
    before(() => {
        folder = fs.mkdtempSync(path.join(tmpdir(), "private-registry-unit-"));
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    function listsOf({ rules, inUse, children, tags }: Registry): Record<string, string> {
        const rows = tags.map(({ repository, tag, digest, time, source }) => [repository, tag, digest, time, source]);
        return { rules: rulesList(rules), inUse: lines(inUse), children: lines(children), tags: lines(rows) };
    }

    async function runLists(lists: Record<string, string>, times: { now: unknown; trustTimesFrom?: unknown }) {
        const operands = Object.entries(lists).flatMap(([name, content]) => {
            fs.writeFileSync(path.join(folder, name), content);
            return [`list=${name}`, path.join(folder, name)];
        });
        const variables = ["-v", `now=${times.now}`, "-v", `trustTimesFrom=${times.trustTimesFrom ?? ""}`];
        return onEachAwk([...variables, "-f", program, ...operands]);
    }

    /** The decisions, which are the same from each awk. */
    async function decisionsOn(registry: Registry) {
        const results = await runLists(listsOf(registry), registry);
        for (const { status, errors } of results) assert.deepEqual({ status, errors }, { status: 0, errors: "" });
        assert.ok(
            results[0].output === results[1].output,
            `${results[0].awk} and ${results[1].awk} decide differently`,
        );
        const rows = results[0].output.split("\n").slice(0, -1);
        return rows.map((row) => {
            const [repository, tag, digest, verdict, reason] = row.split("\t");
            return { repository, tag, digest, verdict, reason };
        });
    }

    const keepOne = { repositories: ["team/**"], lastPushed: 1, protect: 0 };

    interface Pushed {
        readonly age: number;
        readonly digest?: number;
        readonly source?: "ledger" | "link";
        readonly repository?: string;
    }

    /** A registry with tags of `team/app`. If omitted, each has another digest, and the times are from the ledger. */
    function pushed(tags: Record<string, number | Pushed>, others: Partial<Registry> = {}): Registry {
        const all = Object.entries(tags).map(([tag, given], i): Tag => {
            const {
                age,
                digest: n = 100 + i,
                source = "ledger",
                repository = "team/app",
            } = typeof given === "number" ? { age: given } : given;
            return { repository, tag, digest: digest(n), time: now - age, source };
        });
        return { now, rules: [keepOne], inUse: [], children: [], tags: all, ...others };
    }

    async function reasons(registry: Registry): Promise<Record<string, string>> {
        const decisions = await decisionsOn(registry);
        return Object.fromEntries(decisions.map(({ tag, verdict, reason }) => [tag, `${verdict}: ${reason}`]));
    }

    const unnecessary = "delete: no rule keeps it";

    describe("keeps a tag", () => {
        it("that is among the last pushed", async () => {
            const rules = [{ ...keepOne, lastPushed: 2 }];
            assert.deepEqual(await reasons(pushed({ a: 3 * day, b: 1 * day, c: 2 * day }, { rules })), {
                a: unnecessary,
                b: "keep: among the 2 last pushed (rule 1)",
                c: "keep: among the 2 last pushed (rule 1)",
            });
        });

        it("that was pushed at the same time as the last one of the last pushed", async () => {
            const rules = [{ ...keepOne, lastPushed: 2 }];
            const found = await reasons(pushed({ a: day, b: 2 * day, c: 2 * day, d: 2 * day + 1 }, { rules }));
            assert.deepEqual([found.c, found.d], ["keep: among the 2 last pushed (rule 1)", unnecessary]);
        });

        it("that was pushed recently, to the second", async () => {
            const rules = [{ repositories: ["team/app"], pushedWithin: 30 * day, protect: 0 }];
            assert.deepEqual(await reasons(pushed({ a: 30 * day, b: 30 * day + 1 }, { rules })), {
                a: "keep: pushed within 30d (rule 1)",
                b: unnecessary,
            });
        });

        it("that matches a pattern", async () => {
            const rules = [keepOne, { repositories: ["**"], matching: ["^v\\d+$", "-rc"], protect: 0 }];
            assert.deepEqual(
                await reasons(pushed({ v1: 9 * day, "1-rc": 8 * day, dev1: 7 * day, main: day }, { rules })),
                {
                    v1: "keep: matches ^v\\d+$ (rule 2)",
                    "1-rc": "keep: matches -rc (rule 2)",
                    dev1: unnecessary,
                    main: "keep: among the 1 last pushed (rule 1)",
                },
            );
        });

        it("that is younger than the longest `protect` of the rules that name the repository", async () => {
            const rules = [
                { ...keepOne, protect: hour },
                { ...keepOne, protect: day },
                { ...keepOne, protect: 2 * hour },
                { ...keepOne, repositories: ["other"], protect: 9 * day },
            ];
            assert.deepEqual(await reasons(pushed({ a: day - 1, b: day, c: 0 }, { rules })), {
                a: "keep: younger than 24h",
                b: unnecessary,
                c: "keep: younger than 24h",
            });
        });

        it("that no rule keeps, if it is the last pushed", async () => {
            const rules = [{ repositories: ["team/app"], matching: ["^v"], protect: 0 }];
            assert.deepEqual(await reasons(pushed({ a: 90 * day }, { rules })), { a: "keep: the only tag" });
            assert.deepEqual(await reasons(pushed({ a: 90 * day, b: 80 * day, v1: 99 * day }, { rules })), {
                a: unnecessary,
                b: "keep: the last pushed tag",
                v1: "keep: matches ^v (rule 1)",
            });
        });

        it("with a link time less than an hour before the last pushed tag's", async () => {
            const rules = [{ repositories: ["team/app"], matching: ["^v"], protect: 0 }];
            const at = (age: number, source: Tag["source"]): Pushed => ({ age, source });
            const tags = {
                a: at(day, "link"),
                b: at(day + hour, "link"),
                c: at(day + hour + 1, "link"),
                d: at(day + 9, "ledger"),
            };
            assert.deepEqual(await reasons(pushed(tags, { rules })), {
                a: "keep: the last pushed tag",
                b: "keep: the last pushed tag",
                c: unnecessary,
                d: unnecessary,
            });
        });

        it("that is in use, by its name or by its digest, which other tags have, too", async () => {
            const tags = {
                a: { age: 5 * day, digest: 1 },
                b: { age: 6 * day, digest: 1 },
                c: { age: 7 * day, digest: 2 },
                d: 8 * day,
                e: day,
            };
            const inUse = [
                ["team/app", "a"],
                ["team/app", digest(2)],
                ["team/app", "gone"],
                ["team/other", "d"],
            ] as const;
            assert.deepEqual(await reasons(pushed(tags, { inUse })), {
                a: "keep: in use",
                b: "keep: in use",
                c: "keep: in use",
                d: unnecessary,
                e: "keep: among the 1 last pushed (rule 1)",
            });
        });

        it("of an index that contains an image in use, at any depth, but not the tags of an index's other images", async () => {
            const tags = {
                outer: { age: 5 * day, digest: 1 },
                inner: { age: 5 * day, digest: 2 },
                arm: { age: 5 * day, digest: 3 },
                amd: { age: 5 * day, digest: 4 },
                e: day,
            };
            const children = [
                ["team/app", digest(1), digest(2)],
                ["team/app", digest(2), digest(3)],
                ["team/app", digest(2), digest(4)],
            ] as const;
            assert.deepEqual(await reasons(pushed(tags, { inUse: [["team/app", digest(4)]], children })), {
                outer: "keep: contains an image in use",
                inner: "keep: contains an image in use",
                arm: unnecessary,
                amd: "keep: in use",
                e: "keep: among the 1 last pushed (rule 1)",
            });
        });

        it("that is reserved", async () => {
            const tags = {
                "in-use.prod": 90 * day,
                a: 5 * day,
                b: day,
                day1: { age: 99 * day, repository: "private-registry/verify" },
            };
            assert.deepEqual(await reasons(pushed(tags, { rules: [{ ...keepOne, repositories: ["**"] }] })), {
                "in-use.prod": "keep: reserved",
                a: unnecessary,
                b: "keep: among the 1 last pushed (rule 1)",
                day1: "keep: reserved",
            });
        });
    });

    describe("keeps a signature, attestation, SBOM or referrers' tag", () => {
        it("as long as its image has a kept tag", async () => {
            const tags: Record<string, number | Pushed> = {
                new: { age: day, digest: 1 },
                old: { age: 2 * day, digest: 2 },
            };
            for (const ending of ["", ".sig", ".att", ".sbom"]) {
                for (const n of [1, 2, 3]) tags[`sha256-${hash(n)}${ending}`] = 2 * day;
            }
            const found = await reasons(pushed(tags));
            for (const [ending, noun] of [
                ["", "referrers"],
                [".sig", "signature"],
                [".att", "attestation"],
                [".sbom", "SBOM"],
            ]) {
                assert.equal(found[`sha256-${hash(1)}${ending}`], `keep: ${noun} of ${digest(1)}`);
                assert.equal(found[`sha256-${hash(2)}${ending}`], `delete: ${noun} of ${digest(2)}, which is not kept`);
                assert.equal(found[`sha256-${hash(3)}${ending}`], `delete: ${noun} of ${digest(3)}, which is not kept`);
            }
        });

        it("as long as its image is in use, or contained in a kept index or in one in use", async () => {
            const tags = {
                index: { age: day, digest: 1 },
                [`sha256-${hash(2)}.sig`]: 9 * day,
                [`sha256-${hash(3)}.sig`]: 9 * day,
                [`sha256-${hash(4)}.sig`]: 9 * day,
            };
            const children = [
                ["team/app", digest(1), digest(2)],
                ["team/app", digest(3), digest(4)],
                ["team/x", digest(1), digest(5)],
            ] as const;
            const found = await reasons(pushed(tags, { inUse: [["team/app", digest(3)]], children }));
            assert.deepEqual(
                Object.values(found).map((reason) => reason.slice(0, 4)),
                ["keep", "keep", "keep", "keep"],
            );
        });

        it("of a kept attestation", async () => {
            const tags = {
                a: { age: day, digest: 1 },
                [`sha256-${hash(2)}.sig`]: 9 * day,
                [`sha256-${hash(1)}.att`]: { age: 9 * day, digest: 2 },
            };
            assert.equal((await reasons(pushed(tags)))[`sha256-${hash(2)}.sig`], `keep: signature of ${digest(2)}`);
        });

        it("that is in use or younger than `protect`, and otherwise whatever a rule keeps", async () => {
            const rules = [
                { repositories: ["**"], matching: ["."], lastPushed: 9, pushedWithin: 99 * day, protect: day },
            ];
            const tags = {
                a: 2 * day,
                [`sha256-${hash(1)}.sig`]: 2 * day,
                [`sha256-${hash(2)}.sig`]: hour,
                [`sha256-${hash(3)}.sig`]: 3 * day,
            };
            const found = await reasons(pushed(tags, { rules, inUse: [["team/app", `sha256-${hash(3)}.sig`]] }));
            assert.deepEqual(Object.values(found).slice(1), [
                `delete: signature of ${digest(1)}, which is not kept`,
                "keep: younger than 24h",
                "keep: in use",
            ]);
        });

        it("and counts none of them as pushed", async () => {
            const tags = { a: { age: 3 * day, digest: 1 }, [`sha256-${hash(1)}.sig`]: 2 * day, "in-use.x": day };
            assert.equal((await reasons(pushed(tags))).a, "keep: among the 1 last pushed (rule 1)");
        });

        it("but treats tags with similar names as images", async () => {
            const similar = [
                `sha256-${hash(1)}.other`,
                `sha256-${hash(1).slice(1)}.sig`,
                `sha256-${"G".repeat(64)}`,
                "sha256-",
            ];
            const found = await reasons(
                pushed({ ...Object.fromEntries(similar.map((tag) => [tag, 9 * day])), a: day }),
            );
            assert.deepEqual(
                Object.values(found).slice(0, -1),
                similar.map(() => unnecessary),
            );
        });
    });

    describe("after a restore", () => {
        const links = (count: number, age: number, apart: number, name = "t") =>
            Object.fromEntries(
                Array.from({ length: count }, (_, i) => [
                    `${name}${i}`,
                    { age: age + i * apart, source: "link" as const },
                ]),
            );
        const doubt =
            "keep: more than 1 push times are within one hour, as after a restore; set retention.trustTimesFrom to a later time";

        it("keeps all tags of a repository if more than `lastPushed` have link times within one hour", async () => {
            const tags = {
                ...links(2, 5 * day, hour),
                known: day,
                "in-use.x": 9 * day,
                [`sha256-${hash(1)}.sig`]: 9 * day,
            };
            assert.deepEqual(Object.values(await reasons(pushed(tags))), [
                doubt,
                doubt,
                doubt,
                "keep: reserved",
                doubt,
            ]);
        });

        it("decides if their times are further apart, or come from the ledger", async () => {
            assert.equal((await reasons(pushed(links(2, 5 * day, hour + 1)))).t1, unnecessary);
            const known = { a: { age: 5 * day, source: "link" as const }, b: 5 * day + 1 };
            assert.equal((await reasons(pushed(known))).b, unnecessary);
        });

        it("decides if no rule counts the last pushed", async () => {
            const rules = [{ repositories: ["**"], pushedWithin: day, protect: 0 }];
            const tags = { ...links(3, 5 * day, minute), now: minute };
            assert.deepEqual(Object.values(await reasons(pushed(tags, { rules }))), [
                unnecessary,
                unnecessary,
                unnecessary,
                "keep: pushed within 24h (rule 1)",
            ]);
        });

        it("counts tags with link times before `trustTimesFrom` as pushed at that time", async () => {
            const trustTimesFrom = now - 4 * day;
            const copied = links(3, 5 * day, minute);
            const together = await reasons(pushed(copied, { trustTimesFrom }));
            assert.deepEqual(Object.values(together), Array(3).fill("keep: among the 1 last pushed (rule 1)"));
            const later = await reasons(
                pushed({ ...copied, later: 3 * day, known: { age: 9 * day } }, { trustTimesFrom }),
            );
            assert.deepEqual(Object.values(later), [
                unnecessary,
                unnecessary,
                unnecessary,
                "keep: among the 1 last pushed (rule 1)",
                unnecessary,
            ]);
        });

        it("keeps all tags if the link times after `trustTimesFrom` look copied again", async () => {
            const tags = { ...links(2, 5 * day, minute), ...links(2, 2 * day, minute, "u") };
            assert.deepEqual(
                Object.values(await reasons(pushed(tags, { trustTimesFrom: now - 4 * day }))),
                Array(4).fill(doubt),
            );
            const found = await reasons(pushed({ ...tags, x: day }, { trustTimesFrom: now - 2 * day + 1 }));
            assert.deepEqual(Object.values(found).slice(0, -1), Array(4).fill(unnecessary));
        });
    });

    it("says nothing about repositories that no rule names", async () => {
        const tags = {
            a: 5 * day,
            b: 6 * day,
            c: { age: 6 * day, repository: "team" },
            d: { age: 6 * day, repository: "x/team/app" },
        };
        assert.deepEqual(Object.keys(await reasons(pushed(tags))), ["a", "b"]);
        assert.deepEqual(await decisionsOn(pushed(tags, { rules: [] })), []);
        assert.deepEqual(await decisionsOn(pushed({})), []);
    });

    describe("prints no decision", () => {
        const right = listsOf(pushed({ a: day, b: 2 * day }, { inUse: [["team/app", "a"]] }));
        const tag = `team/app\tc\t${digest(3)}\t${now}\tledger\n`;
        const wrong: Record<string, Record<string, string | undefined>> = {
            "a list is missing": { inUse: undefined },
            "a rule keeps nothing": { rules: "1\t^a$\t-\t-\t-\t0\t-\n" },
            "a rule has too few columns": { rules: "1\t^a$\t1\t-\t-\t0\n" },
            "a rule keeps no tag": { rules: "1\t^a$\t0\t-\t-\t0\t-\n" },
            "a rule names no repositories": { rules: "1\t\t1\t-\t-\t0\t-\n" },
            "an expression is wrong": { rules: "1\t^[team/app$\t1\t-\t-\t0\t-\n" },
            "a use is cut off": { inUse: "team/app\n" },
            "a use is neither a digest nor a tag": { inUse: "team/app\tsha256:xyz\n" },
            "a child is cut off": { children: `team/app\t${digest(1)}\t\n` },
            "a tag is cut off": { tags: `${right.tags}team/app\tc\t${digest(3)}\n` },
            "a time is no number": { tags: tag.replace(String(now), "2026-01-01") },
            "a time has another source": { tags: tag.replace("ledger", "clock") },
            "a tag is listed twice": { tags: tag + tag },
        };
        for (const [reason, change] of Object.entries(wrong)) {
            it(`if ${reason}`, async () => {
                const lists = Object.entries({ ...right, ...change }).filter(([, content]) => content !== undefined);
                for (const result of await runLists(Object.fromEntries(lists) as Record<string, string>, { now })) {
                    assert.equal(result.output, "");
                    assert.notEqual(result.status, 0);
                    assert.notEqual(result.errors, "");
                }
            });
        }

        it("if a time is wrong, or a file is missing", async () => {
            const missing = [
                "list=rules",
                path.join(folder, "rules"),
                "list=inUse",
                "/missing",
                "list=tags",
                path.join(folder, "tags"),
            ];
            const results = [
                ...(await runLists(right, { now: "" })),
                ...(await runLists(right, { now, trustTimesFrom: "2026-01-01T00:00:00Z" })),
                ...(await onEachAwk(["-v", `now=${now}`, "-f", program, ...missing])),
            ];
            for (const result of results) {
                assert.equal(result.output, "");
                assert.notEqual(result.status, 0);
            }
        });
    });

    describe("with random registries", () => {
        const seed = Math.floor(Math.random() * 2 ** 31);
        const batches = 12;
        const perBatch = 30;

        const digests = Array.from({ length: 12 }, (_, i) => digest(i + 1));
        const attachments = [1, 2, 3, 4].flatMap((n) =>
            ["", ".sig", ".att"].map((ending) => `sha256-${hash(n)}${ending}`),
        );
        const names = ["v1", "v2", "v3.1", "latest", "main", "pr-1", "pr-2", "pr-3", "in-use.prod"];
        const tagName = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...names) }, fc.constantFrom(...attachments));
        const repository = fc.constantFrom("team/app", "team/app/cache", "tools");
        const glob = fc.constantFrom("**", "team/*", "team/**", "tools", "*", "**/app", "**/cache");
        const age = fc.oneof(
            fc.nat(6).map((n) => n * 20 * minute),
            { weight: 4, arbitrary: fc.nat(30).map((n) => n * 12 * hour) },
            fc.nat(5).map((n) => 4 * day + n * 20 * minute),
        );
        const tag = fc.record({
            repository,
            tag: tagName,
            digest: fc.constantFrom(...digests),
            age,
            source: fc.constantFrom("ledger", "ledger", "link"),
        });
        const rule: fc.Arbitrary<RetentionRule> = fc
            .record({
                repositories: fc.uniqueArray(glob, { minLength: 1, maxLength: 2 }),
                lastPushed: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
                pushedWithin: fc.option(fc.constantFrom(hour, day, 5 * day), { nil: undefined }),
                matching: fc.option(fc.subarray(["^v\\d$", "latest$", "-", "\\.\\d"], { minLength: 1 }), {
                    nil: undefined,
                }),
                protect: fc.constantFrom(0, 0, hour, day, 3 * day),
            })
            .filter(({ lastPushed, pushedWithin, matching }) => (lastPushed ?? pushedWithin ?? matching) !== undefined);
        const registry = fc.record({
            tags: fc.uniqueArray(tag, {
                selector: (one) => `${one.repository}:${one.tag}`,
                minLength: 8,
                maxLength: 24,
            }),
            rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
            inUse: fc.array(fc.tuple(repository, fc.oneof(tagName, fc.constantFrom(...digests))), { maxLength: 2 }),
            edges: fc.array(fc.tuple(repository, fc.nat(11), fc.nat(11)), { maxLength: 6 }),
            added: fc.constantFrom<Partial<RetentionRule>>(
                { lastPushed: 4 },
                { pushedWithin: 9 * day },
                { matching: ["^[a-z]"] },
            ),
        });
        type Sample = typeof registry extends fc.Arbitrary<infer T> ? T : never;

        /** One registry for all samples of a batch, each with its own repositories and rules. */
        function joined(samples: readonly Sample[], trustTimesFrom?: number): Registry {
            const within = <T>(part: (sample: Sample, at: (name: string) => string) => readonly T[]) =>
                samples.flatMap((sample, i) => part(sample, (name) => `case${i}/${name}`));
            return {
                now,
                trustTimesFrom,
                rules: within(({ rules }, at) =>
                    rules.map((one) => ({ ...one, repositories: one.repositories.map(at) })),
                ),
                tags: within(({ tags }, at) =>
                    tags.map(({ age, repository, source, ...one }) => ({
                        ...one,
                        repository: at(repository),
                        time: now - age,
                        source: source as Tag["source"],
                    })),
                ),
                inUse: within(({ inUse }, at) => inUse.map(([where, what]) => [at(where), what] as const)),
                // Digests make cycles impossible: an index contains only what existed before.
                children: within(({ edges }, at) =>
                    edges
                        .filter(([, one, other]) => one !== other)
                        .map(
                            ([where, one, other]) =>
                                [at(where), digests[Math.min(one, other)], digests[Math.max(one, other)]] as const,
                        ),
                ),
            };
        }

        /** The part of the registry that is of one sample. */
        function sampleOf(all: Registry, i: number): Registry {
            const isOf = (name: string) => name.startsWith(`case${i}/`);
            return {
                ...all,
                rules: all.rules.filter(({ repositories }) => repositories.some(isOf)),
                tags: all.tags.filter(({ repository }) => isOf(repository)),
                inUse: all.inUse.filter(([where]) => isOf(where)),
                children: all.children.filter(([where]) => isOf(where)),
            };
        }

        const nameOf = ({ repository, tag }: { repository: string; tag: string }) => `${repository}:${tag}`;

        /** The batches, with the names of the kept and the deleted tags. */
        async function decided(change: (sample: Sample) => Sample = (sample) => sample) {
            const samples = fc.sample(registry, { numRuns: batches * perBatch, seed }).map(change);
            const results = [];
            for (let batch = 0; batch < batches; batch++) {
                const trusts = [undefined, now - 3 * day, now - 4 * day - 30 * minute];
                const all = joined(
                    samples.slice(batch * perBatch, (batch + 1) * perBatch),
                    trusts[batch % trusts.length],
                );
                const decisions = await decisionsOn(all);
                const named = (verdict: string) =>
                    new Set(decisions.filter((one) => one.verdict === verdict).map(nameOf));
                results.push({ whole: all, kept: named("keep"), deleted: named("delete") });
            }
            return results;
        }

        /** Adds a keep to the first rule, or if it has this keep, another rule. */
        function keepingMore(sample: Sample): Sample {
            const [first, ...others] = sample.rules;
            const has = Object.keys(sample.added).some((key) => first[key as keyof RetentionRule] !== undefined);
            const other = { ...first, lastPushed: undefined, pushedWithin: undefined, matching: undefined, protect: 0 };
            const rules = has ? [first, { ...other, ...sample.added }] : [{ ...first, ...sample.added }];
            return { ...sample, rules: [...rules, ...others] };
        }

        it(`decides like a slow and simple program (seed ${seed})`, async () => {
            const wrong: { registry: Registry; kept: string[]; expected: string[] }[] = [];
            let [keptTotal, deletedTotal] = [0, 0];
            for (const { whole, kept, deleted } of await decided()) {
                keptTotal += kept.size;
                deletedTotal += deleted.size;
                for (let i = 0; i < perBatch; i++) {
                    const one = sampleOf(whole, i);
                    const named = one.tags.filter(({ repository }) => rulesOf(one, repository).length > 0).map(nameOf);
                    assert.deepEqual(
                        named.filter((name) => !kept.has(name) && !deleted.has(name)),
                        [],
                        `seed ${seed}`,
                    );
                    const expected = [...keptTags(one)].map(nameOf).sort();
                    const actual = named.filter((name) => kept.has(name)).sort();
                    if (actual.join() !== expected.join()) wrong.push({ registry: one, kept: actual, expected });
                }
            }
            const [smallest] = wrong.sort((a, b) => a.registry.tags.length - b.registry.tags.length);
            assert.ok(
                smallest === undefined,
                `seed ${seed}, ${wrong.length} wrong, the smallest: ${JSON.stringify(smallest, undefined, 1)}`,
            );
            assert.ok(
                keptTotal > 500 && deletedTotal > 500,
                `${keptTotal} kept, ${deletedTotal} deleted, seed ${seed}`,
            );
        });

        it(`deletes nothing in use, and leaves each repository the last pushed tag (seed ${seed})`, async () => {
            for (const { whole, kept, deleted } of await decided()) {
                const used = whole.tags
                    .filter(({ repository, digest }) => isInUse(whole, repository, digest))
                    .map(nameOf);
                const named = whole.inUse.map(([repository, tag]) => nameOf({ repository, tag }));
                assert.deepEqual(
                    [...used, ...named].filter((name) => deleted.has(name)),
                    [],
                    `seed ${seed}`,
                );
                for (const repository of new Set(whole.tags.map((one) => one.repository))) {
                    const images = imagesOf(whole, repository);
                    if (rulesOf(whole, repository).length === 0 || images.length === 0) continue;
                    assert.ok(
                        images.some((one) => kept.has(nameOf(one))),
                        `${repository}, seed ${seed}`,
                    );
                }
            }
        });

        it(`keeps no less if a rule keeps more (seed ${seed})`, async () => {
            const before = await decided();
            const after = await decided(keepingMore);
            let more = 0;
            for (const [i, { kept }] of before.entries()) {
                assert.deepEqual(
                    [...kept].filter((name) => !after[i].kept.has(name)),
                    [],
                    `seed ${seed}`,
                );
                more += after[i].kept.size - kept.size;
            }
            assert.ok(more > 50, `only ${more} more are kept, seed ${seed}`);
        });
    });

    it("decides 10,000 tags in less than 5 seconds, in one repository or in many", async () => {
        const rules = [
            {
                repositories: ["team/**"],
                lastPushed: 10,
                pushedWithin: 30 * day,
                matching: ["^v\\d+\\.0\\."],
                protect: day,
            },
            { repositories: ["**"], matching: ["^v\\d{1,3}$", "-rc\\d*$"], protect: day },
        ];
        for (const repositories of [1, 1000]) {
            const tags = Array.from(
                { length: 10_000 },
                (_, i): Tag => ({
                    repository: `team/app${i % repositories}`,
                    tag: i % 3 === 0 ? `sha256-${hash(i - 1)}.sig` : `v1.${i}`,
                    digest: digest(i),
                    time: now - ((i * 7919) % 10_007) * hour,
                    source: "ledger",
                }),
            );
            const inUse = tags.slice(0, 1000).map(({ repository, digest }) => [repository, digest] as const);
            const started = Date.now();
            assert.equal((await decisionsOn({ now, rules, tags, inUse, children: [] })).length, tags.length);
            assert.ok(Date.now() - started < 10_000, `${Date.now() - started} ms on both`);
        }
    });
});
