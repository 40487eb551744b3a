import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../sandbox/command";
import { Client, type Image, image, index } from "./client";
import { digestOf } from "./digest";
import { type RedisProcess, startRedis } from "./redisProcess";
import {
    type MaintenanceOptions,
    onVolume,
    onVolumeWithRedis,
    RegistryProcess,
    type RunningMaintenance,
    without,
} from "./registryProcess";
import { startWithImages } from "./registryWithImages";

/** Stops after each marking whose number is in HOLD, until the file `go` exists. */
const stoppingProgram = `#!/bin/sh
calls=$(($(cat "$WORK/calls" 2>/dev/null || echo 0) + 1))
echo "$calls" >"$WORK/calls"
"$REAL_REGISTRY" "$@" || exit
[ "$calls" != "$HOLD" ] || { touch "$WORK/held" && until [ -e "$WORK/go" ]; do sleep 0.1; done; }
`;

describe("garbage collection", function () {
    this.timeout(300_000);
    let registry: RegistryProcess;
    let client: Client;
    const kept = Array.from({ length: 8 }, () => image([randomBytes(100), randomBytes(200)]));

    beforeEach(async function () {
        this.timeout(600_000);
        ({ registry, client } = await startWithImages(kept));
    });
    afterEach(() => registry.stop());

    const collect = (options: MaintenanceOptions = {}) => registry.maintain(["collect"], options);
    const expectKept = async () => {
        for (const [i, one] of kept.entries()) assert.deepEqual(await client.problems(one, `kept-${i}`), []);
    };
    /** Pushes an image and deletes it by digest. */
    const deleted = async (one: Image = image(), tag = "old") => {
        assert.equal(await client.push(one, tag), 201);
        assert.equal(await client.delete(one.digest), 202);
        return one;
    };
    const file = (...names: string[]) => path.join(registry.storage.path, ...names);
    const bins = () => {
        const folder = file("private-registry/bin");
        return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    };
    const blobFile = (blob: Buffer) => registry.blobFile(blob);

    it("moves the blobs of deleted images into a bin, and leaves all others", async () => {
        const old = await deleted();
        const { report, stdout } = await collect();
        assert.equal(report.movedBlobs, 3, stdout);
        assert.equal(report.succeeded, true);
        assert.deepEqual(report.problems, []);
        assert.ok(!fs.existsSync(blobFile(old.blobs[0])));
        await expectKept();
        const again = await collect();
        assert.equal(again.report.movedBlobs, 0);
        assert.equal(again.report.returnedFiles, 0);
    });

    it("leaves an empty registry alone", async () => {
        const empty = await RegistryProcess.start(onVolume);
        try {
            const { report } = await empty.maintain(["collect"]);
            assert.equal(report.blobs, 0);
        } finally {
            await empty.stop();
        }
    });

    it("leaves files alone that are younger than `grace`", async () => {
        const old = await deleted();
        const { report } = await collect({ env: { GRACE: "3600" } });
        assert.equal(report.movedBlobs, 0);
        const yesterday = new Date(Date.now() - 7200_000);
        for (const blob of [...old.blobs, old.content]) fs.utimesSync(blobFile(blob), yesterday, yesterday);
        assert.equal((await collect({ env: { GRACE: "3600" } })).report.movedBlobs, 3);
    });

    it("ends without a change if more than half would be deleted, unless the number is confirmed", async () => {
        for (let i = 1; i < kept.length; i++) await client.delete(kept[i].digest);
        const refused = await registry.tryToMaintain(["collect"]);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /28 of 32 blobs would be deleted, which is more than half/);
        assert.equal(refused.report.succeeded, false);
        assert.match(refused.report.problems[0], /confirm the number 28$/);
        assert.ok(fs.existsSync(blobFile(kept[1].blobs[0])));
        const tooFew = await registry.tryToMaintain(["collect"], { env: { CONFIRM: "27" } });
        assert.equal(tooFew.code, 1);
        assert.equal((await collect({ env: { CONFIRM: "28" } })).report.movedBlobs, 28);
        assert.deepEqual(await client.problems(kept[0], "kept-0"), []);
    });

    it("names tags whose manifest is missing, and goes on", async () => {
        const link = file("docker/registry/v2/repositories/team/app/_manifests/tags/kept-7/current/link");
        const earlier = new Date(Date.now() - 120_000);
        fs.utimesSync(link, earlier, earlier);
        const [algorithm, hex] = kept[7].digest.split(":");
        fs.rmSync(file("docker/registry/v2/repositories/team/app/_manifests/revisions", algorithm, hex, "link"));
        const { report } = await collect();
        assert.deepEqual(report.problems, [
            "the manifest of team/app:kept-7 is missing; push the image again, or delete the tag",
        ]);
        assert.ok(fs.existsSync(blobFile(kept[7].blobs[0])), "a tag names it");
    });

    it("ends with the path of a link without content, which stops the registry's own marking", async () => {
        fs.writeFileSync(file("docker/registry/v2/repositories/team/app/_manifests/tags/kept-1/current/link"), "");
        const { code, report } = await registry.tryToMaintain(["collect"]);
        assert.equal(code, 1);
        assert.match(
            report.problems[0],
            /^the link repositories\/team\/app\/_manifests\/tags\/kept-1\/current\/link is empty/,
        );
    });

    it("leaves layers alone that were pushed with another digest than sha256", async () => {
        const layer = randomBytes(100);
        const digest = digestOf(layer, "sha512");
        await client.pushBlob(layer, digest);
        const usual = image([layer]);
        await client.pushBlob(usual.blobs[0]);
        const content = Buffer.from(usual.content.toString().replace(digestOf(layer), digest));
        assert.equal(await client.putManifest({ ...usual, content }, "sha512"), 201);
        await collect();
        const url = `/v2/team/app/blobs/${digest}`;
        assert.equal((await registry.request("GET", url)).status, 200);
    });

    it("moves the layer links of deleted blobs, and keeps those of layers in use", async () => {
        const shared = kept[0].blobs[1];
        const old = await deleted(image([shared, randomBytes(10)]));
        await collect();
        const link = (blob: Buffer) =>
            fs.existsSync(
                file("docker/registry/v2/repositories/team/app/_layers/sha256", digestOf(blob).slice(7), "link"),
            );
        assert.deepEqual(old.blobs.map(link), [false, true, false]);
    });

    it("empties a bin `keepDeleted` after the run that follows it", async () => {
        await deleted();
        await collect();
        await deleted();
        await sleep(1100);
        await collect();
        const daysAgo = (days: number) =>
            `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)}T000000Z`;
        for (const [i, name] of bins().sort().entries()) {
            fs.renameSync(file("private-registry/bin", name), file("private-registry/bin", daysAgo(9 - i)));
        }
        const { report } = await collect();
        assert.ok(report.freedBytes > 0);
        assert.ok(!bins().includes(daysAgo(9)));
        assert.ok(bins().includes(daysAgo(8)), "it has the names of what was deleted after that run");
    });

    it("empties the oldest bins before their time if less than a tenth of the volume is free", async () => {
        const small = path.join(registry.folder, "small");
        fs.mkdirSync(small);
        await run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small]);
        const onSmall = () => ({ section: { filesystem: { rootdirectory: small } }, path: small });
        const full = await RegistryProcess.start(onSmall);
        try {
            const pusher = new Client(full, "team/app");
            const megabyte = 1 << 20;
            for (let i = 0; i < 2; i++) {
                const old = image([randomBytes(2 * megabyte)]);
                await pusher.push(old, "old");
                await pusher.delete(old.digest);
                await full.maintain(["collect"], { env: { CONFIRM: "3" } });
                const [name] = fs
                    .readdirSync(path.join(small, "private-registry/bin"))
                    .filter((bin) => !bin.endsWith("T000000Z"));
                const day = new Date(Date.now() - (3 - i) * 86_400_000).toISOString().slice(0, 10);
                const bin = (one: string) => path.join(small, "private-registry/bin", one);
                fs.renameSync(bin(name), bin(`${day}T000000Z`));
            }
            const stays = image([randomBytes(3.4 * megabyte)]);
            assert.equal(await pusher.push(stays, "stays"), 201);
            const { report } = await full.maintain(["collect"]);
            assert.equal(report.problems.length, 1, JSON.stringify(report));
            assert.match(
                report.problems[0],
                /^the volume is nearly full, so the deleted files of \S+ were emptied before/,
            );
            assert.ok(report.freedBytes > 2 * megabyte && report.freedBytes < 3 * megabyte);
            assert.deepEqual(await pusher.problems(stays, "stays"), []);
        } finally {
            await full.stop();
            await run(["umount", small]);
        }
    });

    /** Starts a run that stops after a marking, and continues after `meanwhile`. */
    async function interrupted(
        hold: number,
        meanwhile: (run: RunningMaintenance) => Promise<void>,
        options: MaintenanceOptions = {},
    ) {
        const program = path.join(registry.folder, "program");
        fs.writeFileSync(program, stoppingProgram, { mode: 0o755 });
        const env = { ...options.env, HOLD: String(hold) };
        const running = registry.spawnMaintenance(["collect"], { ...options, program, env });
        for (let tries = 0; !fs.existsSync(path.join(running.work, "held")); tries++) {
            assert.equal(running.child.exitCode, null, "the run ended before the marking");
            assert.ok(tries < 1200);
            await sleep(50);
        }
        await meanwhile(running);
        fs.writeFileSync(path.join(running.work, "go"), "");
        return running.ended;
    }

    describe("with pushes at the same moment", () => {
        it("returns the blobs of an image that was pushed again after the first marking", async () => {
            const old = await deleted();
            const pushAgain = async () => assert.equal(await client.push(old, "again"), 201);
            const result = await interrupted(1, pushAgain);
            assert.equal(result.code, 0, result.stdout + result.stderr);
            assert.deepEqual(await client.problems(old, "again"), []);
        });

        it("would lose that image without the second marking", async () => {
            const old = await deleted();
            const edit = (script: string) =>
                without(
                    'to_bin "$WORK/blobs"\n    second_mark',
                    'to_bin "$WORK/blobs"',
                )(
                    // Our own reading after the first marking would see it as well.
                    without("!($1 in needed) && $3 <= limit", "$3 <= limit")(script),
                );
            await interrupted(1, async () => void (await client.push(old, "again")), { edit });
            assert.notDeepEqual(await client.problems(old, "again"), []);
            // The next run repairs it.
            await collect();
            assert.deepEqual(await client.problems(old, "again"), []);
        });

        it("repairs what a killed run has moved", async () => {
            const old = await deleted();
            await interrupted(2, async ({ child }) => {
                assert.equal(await client.putManifest(old, "again"), 400, "the blobs are in the bin");
                process.kill(-(child.pid as number), "SIGKILL");
            });
            assert.equal(await client.push(old, "again"), 201);
            const { report } = await collect();
            assert.equal(report.succeeded, true);
            assert.deepEqual(await client.problems(old, "again"), []);
            await expectKept();
        });

        it("keeps the platforms of an index that was pushed while manifests without a tag were marked", async () => {
            const platforms = [image(), image()];
            const multi = index(platforms);
            for (const one of platforms) assert.equal(await client.push(one), 201);
            const options = { env: { UNTAGGED: "true" } };
            const result = await interrupted(1, async () => void (await client.putManifest(multi, "multi")), options);
            assert.equal(result.code, 0, result.stdout + result.stderr);
            assert.deepEqual(await client.problems(multi, "multi"), []);
        });

        it("would lose these platforms without our own reading of indexes", async () => {
            const platforms = [image(), image()];
            const multi = index(platforms);
            for (const one of platforms) assert.equal(await client.push(one), 201);
            const edit = (script: string) =>
                without(
                    "if ($2 in index_) for (i = first[$2]",
                    "if (0) for (i = first[$2]",
                )(without('if ($2 in index_) want("repositories/"', 'if (0) want("repositories/"')(script));
            const options = { env: { UNTAGGED: "true" }, edit };
            await interrupted(1, async () => void (await client.putManifest(multi, "multi")), options);
            assert.notDeepEqual(await client.problems(multi, "multi"), []);
        });

        /**
         * Uploads a manifest with a blob that nothing else refers to, and stops the registry after it has looked for that blob and before it
         * has written a link: a later stop leaves nothing to move, and is repeated. Continues when the blob is in the bin, and `after` is over.
         */
        async function stoppedInside(
            env: Record<string, string>,
            after: (run: RunningMaintenance) => Promise<unknown>,
        ) {
            const shared = kept[0].blobs[1];
            // Registries look for blobs one after the other. These take most of a second.
            const slow = (victim: Buffer) => image([victim, ...Array.from({ length: 20_000 }, () => shared)]);
            const timed = slow(randomBytes(100));
            const started = Date.now();
            assert.equal(await client.push(timed, "slow"), 201);
            const duration = Date.now() - started;
            for (const share of [0.5, 0.65, 0.35, 0.8, 0.2, 0.5, 0.65, 0.35, 0.8, 0.2]) {
                const victim = randomBytes(100);
                const pushed = slow(victim);
                for (const blob of new Set(pushed.blobs)) await client.pushBlob(blob);
                const uploaded = client.putManifest(pushed, "stopped");
                await sleep(duration * share);
                registry.process.kill("SIGSTOP");
                const running = registry.spawnMaintenance(["collect"], { env });
                for (let tries = 0; fs.existsSync(blobFile(victim)) && running.child.exitCode === null; tries++) {
                    assert.ok(tries < 600, "the blob was not moved");
                    await sleep(50);
                }
                const isMoved = !fs.existsSync(blobFile(victim));
                if (isMoved) await after(running);
                registry.process.kill("SIGCONT");
                const status = await uploaded;
                const { code, stdout, stderr } = await running.ended;
                assert.equal(code, 0, stdout + stderr);
                if (isMoved && status === 201) return pushed;
            }
            throw new Error("the registry was never stopped at the right moment");
        }

        it("returns the blobs of an image whose upload was in flight", async () => {
            const pushed = await stoppedInside({ WAIT: "5" }, () => sleep(1000));
            assert.deepEqual(await client.problems(pushed, "stopped"), []);
        });

        it("would lose that image without the wait, until the next run", async () => {
            const pushed = await stoppedInside({ WAIT: "0" }, ({ ended }) => ended);
            assert.notDeepEqual(await client.problems(pushed, "stopped"), []);
            await collect();
            assert.deepEqual(await client.problems(pushed, "stopped"), []);
        });

        it("ends within seconds, and says why, when the container with the Lease asks for it", async () => {
            await deleted();
            const running = registry.spawnMaintenance(["collect"], { env: { WAIT: "600" } });
            for (let tries = 0; bins().length === 0; tries++) {
                assert.ok(tries < 600, "the run did not begin");
                await sleep(50);
            }
            const started = Date.now();
            fs.writeFileSync(path.join(running.work, "stop"), "the registry has left\n");
            const { code, stderr } = await running.ended;
            assert.equal(code, 143);
            assert.equal(stderr, "the registry has left\n");
            assert.ok(Date.now() - started < 10_000);
        });

        it("ends within seconds of SIGTERM", async () => {
            await deleted();
            const started = Date.now();
            const running = registry.spawnMaintenance(["collect"], { env: { WAIT: "600" } });
            await sleep(3000);
            running.child.kill("SIGTERM");
            const { code } = await running.ended;
            assert.equal(code, 143);
            assert.ok(Date.now() - started < 15_000);
        });
    });

    describe("with Redis as the registry's cache", () => {
        let redis: RedisProcess;

        beforeEach(async () => {
            redis = await startRedis();
            await registry.stop();
            registry = await RegistryProcess.start(onVolumeWithRedis(redis));
            client = new Client(registry, "team/app");
            for (const [i, one] of kept.entries()) assert.equal(await client.push(one, `kept-${i}`), 201);
        });
        afterEach(() => redis.stop());

        it("makes the registry look for moved blobs in the storage", async () => {
            const old = await deleted();
            await collect();
            assert.equal(await client.putManifest(old, "again"), 400);
            await expectKept();
        });

        it("would have the registry accept an image without blobs if the cache was not purged", async () => {
            const old = await deleted();
            await collect({ edit: without('rm -f "$WORK/purged-cache" "$WORK/failed-cache"', "return 0") });
            assert.equal(await client.putManifest(old, "again"), 201);
            assert.notDeepEqual(await client.problems(old, "again"), []);
            // The next run repairs it.
            await collect();
            assert.deepEqual(await client.problems(old, "again"), []);
        });

        it("moves all blobs back if Redis does not answer", async () => {
            const old = await deleted();
            await redis.stop();
            const { code, stderr } = await registry.tryToMaintain(["collect"]);
            assert.equal(code, 1);
            assert.match(stderr, /the cache did not answer, .* so all blobs were moved back/);
            assert.ok(fs.existsSync(blobFile(old.blobs[0])));
            redis = await startRedis();
        });
    });
});
