import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { type RetentionRule, rulesList } from "../../../components/maintenance/retentionRules";
import { Client, type Image, image, index } from "./client";
import { type ObjectStoreProcess, startMinio } from "./objectStoreProcess";
import { type MaintenanceOptions, onVolume, RegistryProcess, without } from "./registryProcess";

const day = 86_400;
const lastTwo: RetentionRule = { repositories: ["team/**"], lastPushed: 2, protect: 0 };

/** The name of a run that began some seconds ago. */
const runBefore = (seconds: number) =>
    new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, "").replace(/:/g, "");

describe("retention", function () {
    this.timeout(120_000);
    let registry: RegistryProcess;
    let client: Client;
    let images: Image[];

    /** Writes the rules, and runs the script. The images in use are references. */
    async function run(
        rules: readonly RetentionRule[],
        options: MaintenanceOptions & { readonly uses?: readonly string[]; readonly isDry?: boolean } = {},
    ) {
        const file = path.join(registry.folder, "rules");
        fs.writeFileSync(file, rulesList(rules));
        const { uses, isDry = false, env, ...others } = options;
        const inUse = uses && { IN_USE: "true", USES: uses.join("\n") };
        // In the pod, another container writes the list.
        const edit = (script: string) =>
            `[ -z "\${USES:-}" ] || echo "$USES" >"$WORK/in-use"\n${(others.edit ?? ((text) => text))(script)}`;
        const variables = { RULES: file, DRY_RUN: String(isDry), ...inUse, ...env };
        // Bins have the time in seconds in their names.
        await sleep(1100);
        return registry.maintain(["collect"], { ...others, edit, env: variables });
    }
    const tags = async (of = client.repository) => {
        const list = (await (await registry.request("GET", `/v2/${of}/tags/list`)).json()) as { tags: string[] | null };
        return (list.tags ?? []).sort();
    };

    describe("on a volume", () => {
        const file = (...names: string[]) => path.join(registry.storage.path, ...names);
        const tagFile = (tag: string) =>
            file("docker/registry/v2/repositories", client.repository, "_manifests/tags", tag, "current/link");
        const ledger = () =>
            gunzipSync(new Uint8Array(fs.readFileSync(file("private-registry/ledger.gz"))))
                .toString()
                .trim()
                .split("\n")
                .map((line) => line.split("\t"));
        const age = (tag: string, seconds: number) => {
            const time = Date.now() / 1000 - seconds;
            fs.utimesSync(tagFile(tag), time, time);
        };
        /** Stores what a run found in use some seconds ago. */
        const storeUses = (seconds: number, rows: readonly string[] = []) => {
            fs.mkdirSync(file("private-registry/in-use"), { recursive: true });
            const content = rows.map((row) => `${row}\n`).join("");
            fs.writeFileSync(
                file(`private-registry/in-use/${runBefore(seconds)}.gz`),
                new Uint8Array(gzipSync(content)),
            );
        };
        const push = async (count: number, first = 1) => {
            for (let i = first; i < first + count; i++) {
                images[i] = image();
                assert.equal(await client.push(images[i], `v${i}`), 201);
                age(`v${i}`, (100 - i) * day);
            }
        };

        beforeEach(async function () {
            this.timeout(600_000);
            registry = await RegistryProcess.start(onVolume);
            client = new Client(registry, "team/app");
            images = [];
            await push(5);
        });
        afterEach(() => registry.stop());

        it("deletes the tags that no rule keeps, logs each of them, and leaves other repositories alone", async () => {
            const other = new Client(registry, "other/app");
            for (let i = 0; i < 4; i++) await other.push(image(), `v${i}`);
            const { report, stdout } = await run([{ ...lastTwo, matching: ["^v1$"] }]);
            assert.deepEqual(await tags(), ["v1", "v4", "v5"]);
            assert.equal((await tags("other/app")).length, 4);
            assert.equal(report.deletedTags, 2);
            assert.equal(report.wouldDeleteTags, 0);
            assert.ok(stdout.includes(`deleted team/app:v2 (${images[2].digest}): no rule keeps it\n`), stdout);
            assert.ok(stdout.includes("Kept 2 tags: among the 2 last pushed (rule 1).\n"), stdout);
            assert.ok(stdout.includes("Kept 1 tags: matches ^v1$ (rule 1).\n"), stdout);
            for (const i of [1, 4, 5]) assert.deepEqual(await client.problems(images[i], `v${i}`), []);
            // Only the tag goes.
            assert.deepEqual(await client.problems(images[2]), []);
        });

        it("only logs with dryRun", async () => {
            const { report, stdout } = await run([lastTwo], { isDry: true });
            assert.equal((await tags()).length, 5);
            assert.equal(report.deletedTags, 0);
            assert.equal(report.wouldDeleteTags, 3);
            assert.ok(stdout.includes(`would delete team/app:v3 (${images[3].digest}): no rule keeps it\n`), stdout);
        });

        it("deletes the manifests and blobs of deleted tags with untagged, and undelete brings them back", async () => {
            const { report } = await run([lastTwo], { env: { UNTAGGED: "true", CONFIRM: "100" } });
            assert.deepEqual(await tags(), ["v4", "v5"]);
            assert.equal(report.untaggedManifests, 3);
            assert.equal(report.movedBlobs, 9);
            await registry.maintain(["undelete", "team/app:v2"]);
            assert.deepEqual(await tags(), ["v2", "v4", "v5"]);
            assert.deepEqual(await client.problems(images[2], "v2"), []);
            await registry.maintain(["undelete", "team/app"]);
            assert.equal((await tags()).length, 5);
            assert.deepEqual(await client.problems(images[3], "v3"), []);
            // They count as pushed now.
            const { report: next } = await run([{ ...lastTwo, lastPushed: 5, protect: day }]);
            assert.equal(next.deletedTags, 0);
        });

        describe("when a tag is pushed between the decision and the move", () => {
            /** Runs the script, and calls a function right before tags are moved or looked at. */
            async function interrupted(before: string, meanwhile: () => Promise<void> | void) {
                const stop = `{ touch "${registry.folder}/held"; until [ -e "${registry.folder}/go" ]; do sleep 0.1; done; }`;
                const running = run([lastTwo], { edit: without(before, `${stop}; ${before}`) });
                for (let tries = 0; !fs.existsSync(path.join(registry.folder, "held")); tries++) {
                    assert.ok(tries < 600);
                    await sleep(50);
                }
                await meanwhile();
                fs.writeFileSync(path.join(registry.folder, "go"), "");
                return running;
            }
            const beforeMove = 'rename_tags "$batch" ;;';
            const beforeLook = 'return_pushed "$RUN" "$WORK/unkept"';

            it("moves it back", async () => {
                const newer = image();
                const { report, stdout } = await interrupted(beforeMove, async () => {
                    assert.equal(await client.push(newer, "v1"), 201);
                });
                assert.deepEqual(await tags(), ["v1", "v4", "v5"]);
                assert.deepEqual(await client.problems(newer, "v1"), []);
                assert.equal(report.deletedTags, 2);
                assert.ok(stdout.includes("left team/app:v1: it was pushed during the run\n"), stdout);
            });

            it("moves it back if it is the same image", async () => {
                await interrupted(beforeMove, async () => {
                    assert.equal(await client.push(images[1], "v1"), 201);
                });
                assert.deepEqual(await client.problems(images[1], "v1"), []);
            });

            it("leaves a tag that was pushed again after the move", async () => {
                const newest = image();
                await interrupted(beforeLook, async () => {
                    assert.equal(await client.push(newest, "v1"), 201);
                });
                assert.deepEqual(await client.problems(newest, "v1"), []);
            });

            it("is moved back by the next run if the run was killed", async () => {
                const newer = image();
                const edit = (script: string) =>
                    without(
                        beforeMove,
                        `printf %s ${newer.digest} >"${tagFile("v1")}"; ${beforeMove}`,
                    )(without(beforeLook, "kill -9 $$")(script));
                const rules = path.join(registry.folder, "rules");
                fs.writeFileSync(rules, rulesList([lastTwo]));
                await client.push(newer);
                const env = { RULES: rules, DRY_RUN: "false" };
                await registry.tryToMaintain(["collect"], { edit, env });
                assert.deepEqual(await tags(), ["v4", "v5"]);
                await run([], { isDry: true });
                assert.deepEqual(await tags(), ["v1", "v4", "v5"]);
                assert.deepEqual(await client.problems(newer, "v1"), []);
            });
        });

        describe("of images in use", () => {
            const untagged = { UNTAGGED: "true", CONFIRM: "1000" };

            it("keeps them after 50 newer pushes, by tag, by digest and as a platform of an index", async () => {
                const [byDigest, platform] = [image(), image()];
                const multi = index([platform, image()]);
                await client.push(byDigest, "moving");
                await client.push(image(), "moving");
                await client.push(multi, "multi");
                // Not with v1 in one hour, as in a copied registry.
                age("moving", 101 * day);
                age("multi", 102 * day);
                await push(50, 6);
                storeUses(2 * day);
                const uses = [
                    "registry.example.com:5000/team/app:v1",
                    `team/app@${byDigest.digest}`,
                    `docker-pullable://registry.example.com/team/app@${platform.digest}`,
                    "docker.io/library/nginx:1.29",
                ];
                const { report } = await run([lastTwo], { uses, env: untagged });
                assert.deepEqual(await tags(), ["multi", "v1", "v54", "v55"]);
                assert.equal(report.deletedTags, 53);
                assert.deepEqual(await client.problems(images[1], "v1"), []);
                assert.deepEqual(await client.problems(byDigest), []);
                assert.deepEqual(await client.problems(multi, "multi"), []);
                assert.notDeepEqual(await client.problems(images[2]), []);
            });

            it("does not count the image of `verify`, and keeps it without that", async () => {
                const reserved = new Client(registry, "private-registry/verify");
                const verified = image();
                await reserved.push(verified);
                storeUses(2 * day);
                const before = new Set(fs.readdirSync(file("private-registry/in-use")));
                const uses = [`registry.example.com/${reserved.repository}@${verified.digest}`, "team/app:v1"];
                await run([{ ...lastTwo, repositories: ["**"] }], { uses, env: untagged });
                const [stored] = fs.readdirSync(file("private-registry/in-use")).filter((name) => !before.has(name));
                const list = gunzipSync(
                    new Uint8Array(fs.readFileSync(file("private-registry/in-use", stored))),
                ).toString();
                assert.match(list, /^team\/app\tv1$/m);
                assert.ok(!list.includes(reserved.repository));
                assert.deepEqual(await reserved.problems(verified), []);
            });

            it("deletes nothing without a list that is a day old, and says from when on it does", async () => {
                storeUses(day / 2);
                const { report, stdout } = await run([lastTwo], { uses: ["nginx"], env: untagged });
                assert.equal(report.deletedTags, 0);
                assert.equal(report.untaggedManifests, 0);
                assert.equal((await tags()).length, 5);
                const since = new Date(Date.now() + (day / 2) * 1000).toISOString().slice(0, 10);
                assert.match(stdout, new RegExp(`No tag and no manifest is deleted before ${since} `));
            });

            it("keeps what any list of the last day names, and forgets older ones", async () => {
                storeUses(9 * day, ["team/app\tv3"]);
                storeUses(25 * 3600, [`team/app\t${images[1].digest}`]);
                storeUses(3600, ["team/app\tv2"]);
                await run([lastTwo], { uses: ["nginx"] });
                assert.deepEqual(await tags(), ["v1", "v2", "v4", "v5"]);
                assert.equal(fs.readdirSync(file("private-registry/in-use")).length, 3);
            });

            it("ends without a change if the list is missing", async () => {
                const env = { IN_USE: "true", UNTAGGED: "true" };
                const { code, stderr } = await registry.tryToMaintain(["collect"], { env });
                assert.equal(code, 1);
                assert.match(stderr, /the list of images in use is missing, so nothing was deleted/);
            });
        });

        describe("with the ledger of push times", () => {
            it("keeps the time of a tag as long as its digest is the same", async () => {
                await run([], { isDry: true });
                const before = ledger();
                assert.equal(before[0][0], "began");
                assert.deepEqual(
                    before.slice(1).map(([, , , , source]) => source),
                    ["link", "link", "link", "link", "link"],
                );
                // As after a copy: all files have one time.
                for (let i = 1; i <= 5; i++) age(`v${i}`, 0);
                const newer = image();
                await client.push(newer, "v5");
                await client.push(image(), "v6");
                await client.delete("v1");
                await run([], { isDry: true });
                const rows = new Map(ledger().map(([, tag, ...row]) => [tag, row]));
                const old = new Map(before.map(([, tag, ...row]) => [tag, row]));
                for (const tag of ["v2", "v3", "v4"]) assert.deepEqual(rows.get(tag), old.get(tag));
                assert.equal(rows.get("v5")?.[0], newer.digest);
                assert.equal(rows.get("v5")?.[2], "ledger");
                assert.equal(rows.get("v6")?.[2], "ledger");
                assert.equal(rows.has("v1"), false);
                await run([lastTwo]);
                assert.deepEqual(await tags(), ["v5", "v6"]);
            });

            it("deletes nothing in a copied registry without a ledger, until trustTimesFrom is set", async () => {
                for (let i = 1; i <= 5; i++) age(`v${i}`, day);
                const { stdout } = await run([lastTwo]);
                assert.equal((await tags()).length, 5);
                assert.match(stdout, /Kept 5 tags: more than 2 push times are within one hour/);
                await push(3, 6);
                for (const [i, hours] of [6, 7, 8].entries()) age(`v${i + 6}`, hours * 3600);
                const from = Math.floor(Date.now() / 1000) - day / 2;
                await run([lastTwo], { env: { TRUST_TIMES_FROM: String(from) } });
                assert.deepEqual(await tags(), ["v6", "v7"]);
            });
        });
    });

    describe("in a bucket", () => {
        let minio: ObjectStoreProcess;

        beforeEach(async function () {
            this.timeout(600_000);
            minio = await startMinio();
            registry = await RegistryProcess.start(() => minio.storage);
            client = new Client(registry, "team/app");
            images = [];
            for (let i = 1; i <= 4; i++) {
                images[i] = image();
                assert.equal(await client.push(images[i], `v${i}`), 201);
                await sleep(1100);
            }
        });
        afterEach(async () => {
            await registry.stop();
            await minio.stop();
        });

        // The times of objects cannot be changed, so the tags are the ledger's.
        const byLedger = without('"ledger" : "link"', '"ledger" : "ledger"');

        it("moves tags to the bin, and leaves one that was pushed since the decision", async () => {
            const newer = image();
            await client.push(newer);
            const marker = path.join(registry.folder, "held");
            const before = 'move_tags "$batch" ;;';
            const stop = `touch "${marker}"; until [ ! -e "${marker}" ]; do sleep 0.1; done; ${before}`;
            const running = run([lastTwo], { edit: (script) => without(before, stop)(byLedger(script)) });
            for (let tries = 0; !fs.existsSync(marker); tries++) {
                assert.ok(tries < 600);
                await sleep(50);
            }
            await client.push(newer, "v1");
            fs.rmSync(marker);
            const { report } = await running;
            assert.equal(report.deletedTags, 1);
            assert.deepEqual(await tags(), ["v1", "v3", "v4"]);
            assert.deepEqual(await client.problems(newer, "v1"), []);
            await registry.maintain(["undelete", "team/app:v2"]);
            assert.deepEqual(await client.problems(images[2], "v2"), []);
        });

        it("moves a tag back that was pushed after the last look", async () => {
            const newer = image();
            await client.push(newer);
            const edit = (script: string) =>
                without(
                    'to_bin "$WORK/leaving"\n}\nread_links() {',
                    `printf %s ${newer.digest} | rclone rcat "$files/repositories/team/app/_manifests/tags/v1/current/link"
to_bin "$WORK/leaving"\n}\nread_links() {`,
                )(byLedger(script));
            const { report } = await run([lastTwo], { edit });
            assert.equal(report.deletedTags, 1);
            assert.deepEqual(await tags(), ["v1", "v3", "v4"]);
            assert.deepEqual(await client.problems(newer, "v1"), []);
        });

        it("deletes the manifests of a repository without any tag", async () => {
            const other = new Client(registry, "other/app");
            const kept = image();
            await other.push(kept, "1");
            for (let i = 1; i <= 4; i++) assert.equal(await client.delete(`v${i}`), 202);
            const { report } = await run([], { env: { UNTAGGED: "true", CONFIRM: "12" } });
            assert.equal(report.untaggedManifests, 4);
            assert.equal(report.movedBlobs, 12);
            assert.deepEqual(await other.problems(kept, "1"), []);
            await registry.maintain(["undelete", `team/app@${images[2].digest}`]);
            assert.deepEqual(await client.problems(images[2]), []);
        });

        it("names a manifest whose tag was pushed in the moment between the last look and the move", async () => {
            const newer = image();
            const other = new Client(registry, "other/app");
            // The move takes the old link with it, and the new one is not written again.
            const before = 'to_bin "$WORK/leaving"\n}\nread_links() {';
            const pushes = [client, other].map((one) => one.repository);
            const copies = pushes.map(
                (name) =>
                    `printf %s ${newer.digest} | rclone rcat "$files/repositories/${name}/_manifests/revisions/sha256/${newer.digest.slice(7)}/link"\n`,
            );
            await client.push(newer, "temporary");
            await other.push(newer, "temporary");
            for (const one of [client, other]) await one.delete("temporary");
            await sleep(1100);
            const edit = (script: string) => without(before, `${copies.join("")}${before}`)(byLedger(script));
            const { report } = await run([lastTwo], { edit });
            assert.equal(report.deletedTags, 2);
            assert.equal(report.problems.length, 1);
            const sentence = `team/app@${newer.digest} was pushed during the run and has no tag; if it should have one that the log names as deleted`;
            assert.ok(report.problems[0].startsWith(sentence), report.problems[0]);
        });
    });
});
