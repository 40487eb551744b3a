import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { ensureTools } from "../../../sandbox/toolchain/toolchain";
import { type BackupBucketProcess, startBackupBucket } from "./backupBucket";
import { Client, type Image, image, index } from "./client";
import { blobPath, digestOf } from "./digest";
import { keys, type ObjectStoreProcess, startMinio } from "./objectStoreProcess";
import { type MaintenanceOptions, onVolume, RegistryProcess, without } from "./registryProcess";

const id = "0123456789abcdef";

describe("backup", function () {
    this.timeout(300_000);
    let bucket: BackupBucketProcess;
    let registry: RegistryProcess;
    let client: Client;
    const images = Array.from({ length: 6 }, () => image([randomBytes(1000), randomBytes(2000)]));
    const multi = index([image(), image()]);

    beforeEach(async function () {
        this.timeout(600_000);
        bucket = await startBackupBucket();
        registry = await RegistryProcess.start(onVolume);
        client = new Client(registry, "team/app");
        for (const [i, one] of images.entries()) assert.equal(await client.push(one, `${i}`), 201);
        assert.equal(await client.push(multi, "multi"), 201);
    });
    afterEach(async () => {
        await registry.stop();
        await bucket.stop();
    });

    const env = (others: Record<string, string> = {}) => ({
        ...bucket.env,
        BACKUP_ID: id,
        PROOF: fs.mkdtempSync(path.join(registry.folder, "proof-")),
        PROOF_LIMIT: "1000000",
        ...others,
    });
    const backUp = (others: Record<string, string> = {}, options: MaintenanceOptions = {}) =>
        registry.maintain(["backup"], { ...options, env: env(others) });
    const failing = (others: Record<string, string> = {}, options: MaintenanceOptions = {}) =>
        registry.tryToMaintain(["backup"], { ...options, env: env(others) });
    const files = async (folder: string) =>
        (await bucket.rclone("lsf", "--recursive", "--files-only", `${bucket.env.BACKUP}/${id}/${folder}`))
            .trim()
            .split("\n")
            .sort();
    const copyOf = (digest: string) => `${bucket.env.BACKUP}/${id}/${blobPath(digest)}`;

    it("copies all blobs, then only new ones, and the links of each run", async () => {
        const first = await backUp();
        const { backup } = first;
        assert.equal(backup.succeeded, true);
        assert.deepEqual(backup.problems, []);
        assert.equal(backup.versioned, true);
        assert.equal(backup.tags, 7);
        // 6 images of 4 files, an index and 2 images of 3 files.
        assert.equal(backup.copiedBlobs, 31);
        assert.match(first.stdout, /pulled 1 images of 1 repositories from the backup/);
        assert.equal((await files("docker/registry/v2/blobs")).length, 31);
        assert.deepEqual(await files(`snapshots/${backup.snapshot}`), ["complete", "links.1.tar.gz"]);
        await sleep(1100);
        const added = image();
        await client.push(added, "added");
        const second = await backUp();
        assert.equal(second.backup.tags, 8);
        assert.equal(second.backup.copiedBlobs, 3);
        assert.doesNotMatch(second.stdout, /pulled/);
        assert.deepEqual(second.backup.proved, backup.proved);
    });

    /** What a registry serves after a snapshot was unpacked next to the blobs. */
    async function served(snapshot: string, check: (pulled: Client) => Promise<void>): Promise<void> {
        const restored = await RegistryProcess.start(onVolume);
        try {
            const root = restored.storage.path;
            await bucket.rclone("copy", `${bucket.env.BACKUP}/${id}/docker`, path.join(root, "docker"));
            await bucket.rclone("copy", `${bucket.env.BACKUP}/${id}/snapshots/${snapshot}`, restored.folder);
            await run(["tar", "-xzf", path.join(restored.folder, "links.1.tar.gz"), "-C", root]);
            await check(new Client(restored, "team/app"));
        } finally {
            await restored.stop();
        }
    }

    it("is a registry itself: a registry serves the unpacked links next to the blobs", async () => {
        const { backup } = await backUp();
        await served(backup.snapshot, async (pulled) => {
            for (const [i, one] of images.entries()) assert.deepEqual(await pulled.problems(one, `${i}`), []);
            assert.deepEqual(await pulled.problems(multi, "multi"), []);
        });
    });

    it("has a layer that was pushed with a sha512 digest", async () => {
        const layer = randomBytes(500);
        const digest = digestOf(layer, "sha512");
        await client.pushBlob(layer, digest);
        const content = Buffer.from(images[0].content.toString().replaceAll(digestOf(images[0].blobs[1]), digest));
        const changed = {
            ...images[0],
            content,
            digest: digestOf(content),
            blobs: [images[0].blobs[0], images[0].blobs[2]],
        };
        assert.equal(await client.push(changed, "sha512"), 201);
        const { backup } = await backUp();
        await served(backup.snapshot, async (pulled) => {
            assert.deepEqual(await pulled.problems(changed, "sha512"), []);
            assert.deepEqual(await pulled.blob(digest), layer);
        });
    });

    it("is whole after pushes and kills: every tag of every snapshot can be pulled", async () => {
        const pushed = new Map<string, Image>([...images.entries()].map(([i, one]) => [`${i}`, one]));
        let isOver = false;
        const pushes = (async () => {
            for (let i = 0; !isOver; i++) {
                const one = i % 3 === 0 ? index([image(), image()]) : image([randomBytes(3000)]);
                assert.equal(await client.push(one, `loop-${i}`), 201);
                pushed.set(`loop-${i}`, one);
            }
        })();
        for (let i = 0; i < 8; i++) {
            const { child, ended } = registry.spawnMaintenance(["backup"], { env: env() });
            await sleep(300 + i * 250);
            if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
            await ended;
        }
        const { backup } = await backUp();
        isOver = true;
        await pushes;
        assert.ok(pushed.size > 20, "images were pushed during the backups");
        const complete = (await files("snapshots")).filter((file) => file.endsWith("/complete"));
        assert.ok(complete.includes(`${backup.snapshot}/complete`));
        for (const snapshot of complete.map((file) => path.dirname(file))) {
            await served(snapshot, async (pulled) => {
                const { tags } = await pulled.tags();
                assert.ok(tags.length >= images.length);
                for (const tag of tags) {
                    const one = tag === "multi" ? multi : pushed.get(tag);
                    assert.deepEqual(await pulled.problems(one ?? assert.fail(tag), tag), []);
                }
            });
        }
    });

    it("finds a flipped byte within seven runs, and copies the blob again", async () => {
        const { checkedBlobs } = (await backUp()).backup;
        // The run after the next seven reads the third seventh.
        const all = images.flatMap(({ blobs }) => blobs);
        const blob = all.find((one) => Number.parseInt(digestOf(one).slice(7, 9), 16) % 7 === 2) ?? assert.fail();
        const digest = digestOf(blob);
        const flipped = Buffer.from(blob);
        flipped[50] ^= 1;
        await bucket.write(copyOf(digest), flipped);
        const reports = [];
        for (let i = 0; i < 7; i++) reports.push((await backUp()).backup);
        assert.deepEqual(
            reports.flatMap((report) => report.problems),
            [`the blob ${digest} was damaged in the backup, and was copied again`],
        );
        assert.equal(digestOf(await bucket.read(copyOf(digest))), digest);
        // The seventh of the first run was read again.
        const read = reports.reduce((sum, report) => sum + report.checkedBlobs, 0);
        assert.equal(read, 31);
        assert.equal(reports[6].checkedBlobs, checkedBlobs);
        // If the registry's blob is damaged as well, it stays as it is.
        await bucket.write(copyOf(digest), flipped);
        fs.writeFileSync(registry.blobFile(blob), flipped);
        const { backup } = await backUp();
        assert.equal(backup.wrongBlobs, 1);
        assert.deepEqual(backup.problems, [
            `the blob ${digest} is damaged in the backup and in the registry; push an image that has it again`,
        ]);
    });

    it("copies a blob again that has another size, and names it", async () => {
        await backUp();
        const digest = digestOf(images[2].blobs[1]);
        await bucket.write(copyOf(digest), Buffer.from("short"));
        const { backup } = await backUp();
        assert.deepEqual(backup.problems, [
            `the blob ${digest} of the backup has 5 bytes instead of 1000, so it is copied again`,
        ]);
        assert.equal(digestOf(await bucket.read(copyOf(digest))), digest);
    });

    it("refuses a snapshot with less than half of the last one's tags, unless the number is confirmed", async () => {
        const { backup } = await backUp();
        for (const tag of ["0", "1", "2", "3"]) await client.delete(tag);
        await sleep(1100);
        const refused = await failing();
        assert.equal(refused.code, 1);
        const sentence = `the registry has 3 tags, less than half of the 7 tags in the snapshot ${backup.snapshot}, so no snapshot was written; if that is right, confirm the number 3`;
        assert.match(refused.stderr, new RegExp(sentence));
        assert.deepEqual(refused.backup.problems, [sentence]);
        assert.equal(refused.backup.snapshot, backup.snapshot);
        assert.equal((await failing({ CONFIRM: "2" })).code, 1);
        assert.equal((await backUp({ CONFIRM: "3" })).backup.tags, 3);
    });

    it("reports that a bucket without versioning can be overwritten", async () => {
        await bucket.rclone("backend", "versioning", bucket.env.BACKUP, "Suspended");
        const { backup } = await backUp();
        assert.equal(backup.versioned, false);
        assert.deepEqual(backup.problems, [
            "the backup can be overwritten, because the bucket has no versioning; turn on versioning or Object Lock",
        ]);
    });

    it("names an image that is damaged in the registry, and copies the others", async () => {
        fs.rmSync(registry.blobFile(images[0].blobs[1]));
        fs.rmSync(registry.blobFile(images[1].content));
        const { backup } = await backUp();
        assert.equal(backup.tags, 6);
        assert.deepEqual([...backup.problems].sort(), [
            `the blob ${digestOf(images[0].blobs[1])} is missing in the registry, and team/app@${images[0].digest} needs it; push that image again`,
            "the manifest of team/app:1 is missing in the registry, so the tag is not in the backup; push the image again, or delete the tag",
        ]);
    });

    /** Runs a command between the two listings. */
    const between = (command: string) =>
        without('    list "$WORK/later"\n', `    ${command}\n    list "$WORK/later"\n`);

    it("leaves a tag out that is deleted during the backup, but not one whose manifest alone disappears", async () => {
        const manifests = path.join(registry.storage.path, "docker/registry/v2/repositories/team/app/_manifests");
        const revision = `rm -r ${manifests}/revisions/sha256/${images[1].digest.slice(7)}`;
        const lost = await failing({}, { edit: between(revision) });
        assert.match(
            lost.stderr,
            /the manifest of team\/app:1 disappeared during the backup, so no snapshot was written/,
        );
        assert.equal(await client.push(images[1], "1"), 201);
        const { stdout, backup } = await backUp({}, { edit: between(`${revision} ${manifests}/tags/1`) });
        assert.match(stdout, /skipped team\/app:1: it was deleted or pushed again during the backup/);
        assert.equal(backup.tags, 6);
    });

    it("fails if what it has copied cannot be pulled after a restore", async () => {
        // One after the other, all blobs of the image: a layer, the config, a manifest.
        const damage =
            'for one in $(paths_of_blobs <"$WORK/proof.blobs"); do echo damaged | rclone rcat "$copy/docker/registry/v2/$one"; done';
        const edit = without("    restore_images\n", `    ${damage}\n    restore_images\n`);
        const { code, stderr, backup } = await failing({}, { edit });
        assert.equal(code, 1);
        assert.match(stderr, /after a restore from the snapshot .*, team\/app:\w+ could not be pulled/);
        assert.equal(backup.succeeded, false);
        assert.equal(backup.proved, 0);
    });

    it("pulls no more in the monthly restore than the limit allows", async () => {
        const { stdout } = await backUp({ PROOF_LIMIT: "100" });
        assert.match(stdout, /pulled 0 images of 1 repositories from the backup/);
    });

    it("encrypts contents, and refuses another password", async () => {
        const password = "a password of the test";
        const { backup } = await backUp({ BACKUP_PASSWORD: password });
        assert.deepEqual(backup.problems, []);
        const digest = images[2].digest;
        const encrypted = await bucket.read(copyOf(digest));
        assert.equal(encrypted.subarray(0, 8).toString("latin1"), "RCLONE\0\0");
        assert.equal((await files("docker/registry/v2/blobs")).length, 31);
        const other = await failing({ BACKUP_PASSWORD: "another password" });
        assert.match(other.stderr, /the snapshot .* cannot be read/);
        await sleep(1100);
        const again = await backUp({ BACKUP_PASSWORD: password });
        assert.equal(again.backup.copiedBlobs, 0);
        assert.deepEqual(again.backup.problems, []);
    });

    describe("that is pruned", () => {
        /** Runs the command with the programs that an administrator's machine has. */
        async function prune(...options: string[]) {
            const { rclone } = await ensureTools(["rclone"], printProgress);
            const command = [process.execPath, "--require", "ts-node/register", "cli/main.ts", "prune-backup"];
            const where = [
                "--bucket",
                "images",
                "--root-directory",
                "backups",
                "--endpoint",
                bucket.endpoint,
                "--id",
                id,
            ];
            const PATH = `${path.dirname(rclone)}:${process.env.PATH}`;
            return attempt([...command, ...where, ...options], { env: { ...process.env, ...keys, PATH } });
        }

        it("keeps what the snapshots that are kept need, and all without --delete", async () => {
            await backUp();
            for (const tag of ["0", "1", "2"]) await client.delete(images[Number(tag)].digest);
            await sleep(1100);
            const { backup } = await backUp();
            assert.equal((await files("docker/registry/v2/blobs")).length, 31);
            const dry = await prune("--keep", "0h");
            assert.equal(dry.code, 0, dry.stderr);
            assert.match(dry.stdout, /Kept: 1 snapshots. To delete: 1 snapshots, 12 blobs, \d+ bytes/);
            assert.match(dry.stdout, /Nothing was deleted. Repeat the command with --delete/);
            assert.match((await prune()).stdout, /Kept: 2 snapshots. To delete: 0 snapshots, 0 blobs, 0 bytes/);
            assert.equal((await files("docker/registry/v2/blobs")).length, 31);
            assert.equal((await prune("--keep", "0h", "--delete")).code, 0);
            assert.equal((await files("docker/registry/v2/blobs")).length, 19);
            assert.deepEqual(
                await files("snapshots"),
                ["complete", "links.1.tar.gz"].map((one) => `${backup.snapshot}/${one}`),
            );
            await served(backup.snapshot, async (pulled) => {
                assert.deepEqual(await pulled.problems(multi, "multi"), []);
                assert.deepEqual(await pulled.problems(images[5], "5"), []);
            });
        });

        it("is left alone while a backup may be under way, and without a complete snapshot", async () => {
            await bucket.write(
                `${bucket.env.BACKUP}/${id}/snapshots/2026-11-01T030000Z/links.1.tar.gz`,
                Buffer.from("x"),
            );
            const none = await prune("--delete");
            assert.equal(none.code, 1);
            assert.match(none.stderr, /the backup 0123456789abcdef has no complete snapshot, so nothing is deleted/);
            await backUp();
            const now = new Date(Date.now() - 3600_000).toISOString().replace(/:|\.\d+/g, "");
            await bucket.write(`${bucket.env.BACKUP}/${id}/snapshots/${now}/links.1.tar.gz`, Buffer.from("x"));
            const open = await prune("--delete");
            assert.match(open.stderr, new RegExp(`the snapshot ${now} is not complete, and a backup may be under way`));
            assert.ok((await files("snapshots")).includes("2026-11-01T030000Z/links.1.tar.gz"));
        });
    });

    it("changes nothing without the Lease", async () => {
        const { code, stderr } = await failing({ LEASE: path.join(registry.folder, "no-lease") });
        assert.equal(code, 1);
        assert.match(stderr, /another run may have the Lease, so nothing is changed any more/);
        assert.equal((await bucket.rclone("lsf", "--recursive", bucket.env.BACKUP).catch(() => "")).trim(), "");
    });

    it("runs after garbage collection, and also if that fails", async () => {
        const scheduled = (options: MaintenanceOptions = {}) =>
            registry.tryToMaintain(["scheduled"], { ...options, env: env() });
        const both = await scheduled();
        assert.equal(both.code, 0, both.stdout + both.stderr);
        assert.equal(both.report.succeeded && both.backup.succeeded, true);
        assert.ok((await files(`snapshots/${both.backup.snapshot}`)).includes("ledger.gz"));
        await sleep(1100);
        const failed = await scheduled({ edit: without("    name_damage\n    write", "    false\n    write") });
        assert.equal(failed.code, 1);
        assert.doesNotMatch(failed.stdout, /^Done:/m);
        assert.equal(failed.backup.succeeded, true);
        const other = await scheduled({ edit: without("    compare_with_newest\n    write", "    false\n    write") });
        assert.equal(other.code, 1);
        assert.match(other.stdout, /^Done:/m);
    });

    it("ends at once with a signal", async () => {
        const edit = without("    check_seventh\n    prove", "    run sleep 60\n    prove");
        const { child, ended } = registry.spawnMaintenance(["scheduled"], { env: env(), edit });
        await sleep(6000);
        const began = Date.now();
        child.kill("SIGTERM");
        const { code } = await ended;
        assert.equal(code, 143);
        assert.ok(Date.now() - began < 2000);
    });
});

describe("backup of a bucket", function () {
    this.timeout(300_000);

    it("copies from one server to another, with an access key for each", async () => {
        const bucket = await startBackupBucket();
        const store: ObjectStoreProcess = await startMinio();
        const registry = await RegistryProcess.start(() => store.storage);
        try {
            const client = new Client(registry, "team/app");
            for (let i = 0; i < 3; i++) assert.equal(await client.push(image(), `${i}`), 201);
            const env = {
                ...bucket.env,
                BACKUP_ID: id,
                PROOF: path.join(registry.folder, "proof"),
                PROOF_LIMIT: "1000000",
            };
            fs.mkdirSync(env.PROOF);
            const { stdout, backup } = await registry.maintain(["scheduled"], { env });
            assert.equal(backup.copiedBlobs, 9);
            assert.match(stdout, /pulled 1 images of 1 repositories/);
        } finally {
            await registry.stop();
            await store.stop();
            await bucket.stop();
        }
    });
});
