import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type Image, image, index } from "../maintenance/client";
import { blobPath, digestOf } from "../maintenance/digest";
import { type ObjectStoreProcess, startMinio } from "../maintenance/objectStoreProcess";
import { onVolume, RegistryProcess, type StorageOfTest, without } from "../maintenance/registryProcess";
import { type BackupDirectory, Backups } from "./backup";
import { RestoreProcess, type RestoreResult } from "./restoreProcess";

const id = "0123456789abcdef";
const password = "correct horse battery staple";

/** What was pushed to the registry: images by repository and tag. */
type Pushed = readonly { readonly repository: string; readonly tag: string; readonly image: Image }[];

describe("restore", function () {
    this.timeout(300_000);
    let store: ObjectStoreProcess;
    let restore: RestoreProcess;
    let backups: Backups;
    /** A directory with one backup, of one snapshot. */
    let bucket: BackupDirectory;
    let time: string;
    let registry: RegistryProcess;
    let pushed: Pushed;

    before(async function () {
        this.timeout(600_000);
        store = await startMinio();
        restore = await RestoreProcess.create();
        registry = await RegistryProcess.start(onVolume);
        pushed = await pushImages(registry);
        backups = await Backups.start();
        bucket = backups.directory("all");
        // It writes the ledger of push times.
        await registry.maintain(["collect"]);
        time = await bucket.backUp(registry, id);
    });
    after(async () => {
        await registry.stop();
        await store.stop();
        await backups.stop();
        restore.remove();
    });

    /** An empty volume. */
    function emptyVolume(): StorageOfTest {
        const root = fs.mkdtempSync(path.join(restore.folder, "volume-"));
        // A new file system has it.
        fs.mkdirSync(path.join(root, "lost+found"));
        fs.writeFileSync(path.join(root, "lost+found", "fragment"), "");
        return { section: { filesystem: { rootdirectory: root } }, path: root };
    }

    /** An empty directory of the bucket of the object store. */
    function emptyBucket(): StorageOfTest {
        const rootdirectory = `restored-${randomBytes(4).toString("hex")}`;
        const { s3, ...others } = store.storage.section as { s3: object };
        return {
            ...store.storage,
            section: { ...others, s3: { ...s3, rootdirectory } },
            path: store.storage.path.replace(/[^/]*$/, rootdirectory),
        };
    }

    const run = (storage: StorageOfTest, env: Record<string, string> = {}, edit?: (script: string) => string) =>
        restore.run(storage, { ...bucket.env(), ...env }, edit);

    async function succeeds(storage: StorageOfTest, env: Record<string, string> = {}): Promise<RestoreResult> {
        const result = await run(storage, env);
        assert.equal(result.code, 0, result.log);
        return result;
    }

    /** Kills a run before a step. */
    async function killBefore(step: string, storage: StorageOfTest, env: Record<string, string> = {}): Promise<void> {
        const call = `    ${step}\n`;
        const { child, ended } = restore.start(
            storage,
            { ...bucket.env(), ...env },
            without(call, `    kill -KILL $$\n${call}`),
        );
        await ended;
        assert.equal(child.signalCode, "SIGKILL", step);
        assert.equal(await hasMark(storage, "begun"), true, step);
        assert.equal(await hasMark(storage, "done"), false, step);
    }

    /** Kills a run that copies slowly in the middle of a layer. */
    async function killDuringCopy(storage: StorageOfTest): Promise<void> {
        const running = restore.start(storage, { ...bucket.env(), RCLONE_BWLIMIT: "60k" });
        await until(() => /Copying 14 blobs/.test(running.log()), running.log);
        await sleep(1000);
        process.kill(-(running.child.pid ?? 0), "SIGKILL");
        await running.ended;
        assert.equal(running.child.signalCode, "SIGKILL");
        assert.doesNotMatch(running.log(), /Verifying 14/);
    }

    /** Runs rclone on a storage. */
    const rclone = (storage: StorageOfTest, ...command: string[]) => restore.rclone(storage.env ?? {}, ...command);

    async function hasMark(storage: StorageOfTest, mark: string): Promise<boolean> {
        const folder = `${storage.path}/private-registry`;
        const files = await rclone(storage, "lsf", "--recursive", folder).catch(() => "");
        return files.split("\n").includes(`restore/${mark}`);
    }

    async function write(storage: StorageOfTest, file: string, content: Buffer): Promise<void> {
        const source = path.join(restore.folder, `written-${randomBytes(4).toString("hex")}`);
        fs.writeFileSync(source, new Uint8Array(content));
        await rclone(storage, "copyto", "--ignore-times", source, `${storage.path}/${file}`);
    }

    /** A backup that a test can damage. */
    async function ownBackup() {
        const own = backups.directory(`own-${randomBytes(4).toString("hex")}`);
        await own.copy(bucket, id);
        const at = (file: string) => `${id}/${file}`;
        return {
            env: own.env(),
            write: (file: string, content: Buffer) => own.write(at(file), content),
            replace: (file: string, content: Buffer) => own.replace(at(file), content),
            remove: (file: string) => own.remove(at(file)),
        };
    }

    /** Runs into a refusal, or another failure with `code`. */
    async function refuses(
        storage: StorageOfTest,
        env: Record<string, string>,
        sentence: RegExp,
        code = 3,
    ): Promise<void> {
        const result = await run(storage, env);
        assert.equal(result.code, code, result.log);
        assert.match(result.message, sentence);
        assert.match(result.log, sentence);
    }

    /** Serves a storage, and pulls all images from it. */
    async function expectImages(storage: StorageOfTest, expected = pushed): Promise<void> {
        const served = await RegistryProcess.start(() => storage);
        try {
            for (const { repository, tag, image: one } of expected) {
                assert.deepEqual(await new Client(served, repository).problems(one, tag), []);
            }
        } finally {
            await served.stop();
        }
    }

    for (const [kind, empty] of [
        ["a volume", emptyVolume],
        ["a bucket", emptyBucket],
    ] as const) {
        describe(`into ${kind}`, () => {
            it("brings every tag back, digest by digest, once", async () => {
                const storage = empty();
                const { log } = await succeeds(storage);
                assert.match(
                    log,
                    /Restoring the snapshot 20.*Z of the backup 0123456789abcdef: 5 tags, 8 manifests and 22 blobs/,
                );
                const again = await succeeds(storage);
                assert.match(again.log, /was restored from the snapshot 20.*Z of the backup 0123456789abcdef already/);
                assert.doesNotMatch(again.log, /Copying|Verifying/);
                await expectImages(storage);
                const ledger = "private-registry/ledger.gz";
                const restored = await rclone(storage, "cat", `${storage.path}/${ledger}`);
                assert.equal(restored, fs.readFileSync(path.join(registry.storage.path, ledger), "utf8"));
            });

            it("goes on after a kill at each step, without a second copy of what is right", async () => {
                const storage = empty();
                for (const step of [
                    "read_snapshot",
                    "copy_manifests",
                    "copy_layers",
                    "copy_links",
                    "copy_ledger",
                    "check_set",
                ]) {
                    if (step === "copy_layers") await killDuringCopy(storage);
                    await killBefore(step, storage);
                }
                await killBefore("write_mark 'done'", storage);
                const { log } = await succeeds(storage);
                assert.match(log, /An earlier run has begun this restore/);
                assert.doesNotMatch(log, /Copying/);
                await expectImages(storage);
            });

            it("repairs what a kill or another program left wrong in the storage", async () => {
                const storage = empty();
                await killBefore("copy_ledger", storage);
                const [{ image: one }] = pushed;
                await write(storage, blobPath(digestOf(one.blobs[1])), flipped(one.blobs[1]));
                await write(storage, blobPath(digestOf(one.blobs[0])), Buffer.from("cut"));
                await write(storage, `${repositories}/other/_manifests/tags/shared/current/link`, Buffer.alloc(0));
                await succeeds(storage);
                await expectImages(storage);
            });

            it("refuses storage with other files, and changes nothing", async () => {
                const storage = empty();
                await write(
                    storage,
                    "docker/registry/v2/blobs/sha256/aa/aaaa/data",
                    Buffer.from("of another registry"),
                );
                await refuses(
                    storage,
                    {},
                    /the storage is not empty: there is docker\/registry\/v2\/blobs\/sha256\/aa\/aaaa\/data;/,
                );
                assert.equal(await hasMark(storage, "begun"), false);
            });

            it("replaces an overwritten and a deleted blob of the backup by their older versions", async () => {
                const own = await ownBackup();
                const [{ image: one }, { image: two }] = pushed;
                await own.write(blobPath(digestOf(one.blobs[2])), flipped(one.blobs[2]));
                await own.write(blobPath(digestOf(one.blobs[2])), Buffer.from("again"));
                await own.write(blobPath(one.digest), Buffer.from("{}"));
                await own.remove(blobPath(digestOf(two.blobs[0])));
                const storage = empty();
                const { log } = await succeeds(storage, own.env);
                for (const digest of [digestOf(one.blobs[2]), one.digest, digestOf(two.blobs[0])]) {
                    assert.match(log, new RegExp(`Restoring ${digest} from the older version 20`));
                }
                await expectImages(storage);
            });
        });
    }

    it("names a blob with a flipped byte, and the images that need it", async () => {
        const own = await ownBackup();
        const { image: one } = pushed[0];
        const layer = digestOf(one.blobs[1]);
        await own.replace(blobPath(layer), flipped(one.blobs[1]));
        const storage = emptyVolume();
        const sentence = (names: string) =>
            new RegExp(`the backup ${id} has no right version of ${layer}, needed by ${names};`);
        await refuses(storage, own.env, sentence("other:shared, team/app:1, team/app:2, team/multi:multi"));
        assert.equal(await hasMark(storage, "done"), false);
        // With the right blob it goes on.
        await own.write(blobPath(layer), one.blobs[1]);
        await succeeds(storage, own.env);
        await expectImages(storage);
    });

    it("names the tag of an index of which a manifest is wrong, and an image without a tag by its digest", async () => {
        const own = await ownBackup();
        const [child] = pushed[2].image.children;
        await own.replace(blobPath(child.digest), Buffer.from("{}"));
        await refuses(
            emptyVolume(),
            own.env,
            new RegExp(`no right version of ${child.digest}, needed by team/multi:multi;`),
        );
        const other = await ownBackup();
        const { image: untagged } = pushed[4];
        await other.replace(blobPath(untagged.digest), Buffer.from("{}"));
        await refuses(emptyVolume(), other.env, new RegExp(`needed by team/app@${untagged.digest};`));
    });

    it("names the image of a layer that was pushed as sha512, and the number of further blobs", async () => {
        const own = await ownBackup();
        const { image: one } = pushed[5];
        for (const blob of one.blobs) await own.replace(blobPath(digestOf(blob)), Buffer.from("wrong"));
        await refuses(
            emptyVolume(),
            own.env,
            /no right version of sha256:[0-9a-f]{64} and 1 more, needed by team\/sha512:1;/,
        );
    });

    describe("with several backups", () => {
        const other = "fedcba9876543210";
        const newest = "2026-11-28T030000Z";
        let several: BackupDirectory;
        const env = () => several.env();

        before(async () => {
            several = backups.directory("several");
            await several.copy(bucket, `${id}/docker`);
            await several.copy(bucket, `${id}/docker`, `${other}/docker`);
            const snapshot = `${id}/snapshots/${time}`;
            await several.copy(bucket, snapshot, `${id}/snapshots/${newest}`);
            await several.copy(bucket, snapshot, `${id}/snapshots/2026-11-27T030000Z`);
            const incomplete = ["--exclude", "complete"];
            await several.copy(bucket, snapshot, `${id}/snapshots/2026-11-29T030000Z`, ...incomplete);
            await several.copy(bucket, snapshot, `${other}/snapshots/${newest}`, ...incomplete);
        });

        it("names them, and needs an id", async () => {
            const sentence =
                /there are the backups 0123456789abcdef, fedcba9876543210 in images\/backups\/several; set restore.id to one of them/;
            await refuses(emptyVolume(), env(), sentence);
        });

        it("prefers the one of the state, if it has a complete snapshot", async () => {
            const { log } = await succeeds(emptyVolume(), { ...env(), ID_OF_STATE: id });
            assert.match(log, /Restoring the snapshot 2026-11-28T030000Z of the backup 0123456789abcdef/);
            const { log: ofOther } = await succeeds(emptyVolume(), { ...env(), ID_OF_STATE: other });
            assert.match(ofOther, /of the backup 0123456789abcdef/);
        });

        it("restores the one that is named, and an older snapshot", async () => {
            const { log } = await succeeds(emptyVolume(), { ...env(), RESTORE_ID: id, SNAPSHOT: "2026-11-27T030000Z" });
            assert.match(log, /Restoring the snapshot 2026-11-27T030000Z/);
        });

        it("refuses what does not exist, or is not complete", async () => {
            await refuses(
                emptyVolume(),
                { ...env(), RESTORE_ID: "00000000000000aa" },
                /the backup 00000000000000aa is not in images\/backups\/several, where there are the backups 0123456789abcdef, fedc/,
            );
            await refuses(
                emptyVolume(),
                { ...env(), RESTORE_ID: other },
                /the backup fedcba9876543210 has no complete snapshot/,
            );
            await refuses(
                emptyVolume(),
                { ...env(), RESTORE_ID: id, SNAPSHOT: "2026-11-29T030000Z" },
                /has no complete snapshot 2026-11-29T030000Z; its newest are 2026-11-28T030000Z, 2026-11-27T030000Z/,
            );
        });

        it("goes on with the snapshot that has begun, although there is a newer one, and refuses another one", async () => {
            const storage = emptyVolume();
            const older = { ...env(), RESTORE_ID: id, SNAPSHOT: "2026-11-27T030000Z" };
            await killBefore("read_snapshot", storage, older);
            await refuses(
                storage,
                { ...env(), RESTORE_ID: id, SNAPSHOT: newest },
                /the restore of the snapshot 2026-11-27T030000Z of the backup 0123456789abcdef has begun in this storage; set/,
            );
            const { log } = await succeeds(storage, env());
            assert.match(log, /Restoring the snapshot 2026-11-27T030000Z/);
            await refuses(
                storage,
                { ...env(), SNAPSHOT: newest },
                /the storage was restored from the snapshot 2026-11-27T030000Z of the backup 0123456789abcdef already;/,
            );
            await refuses(storage, { ...env(), RESTORE_ID: other }, /restored from .* already; to restore another one/);
        });
    });

    describe("with encryption", () => {
        let secured: BackupDirectory;

        before(async () => {
            secured = backups.directory("secured");
            await secured.backUp(registry, id, password);
        });

        it("decrypts, also an older version", async () => {
            const { image: one } = pushed[0];
            await secured.write(`${id}/${blobPath(digestOf(one.blobs[1]))}`, Buffer.from("not encrypted"));
            const storage = emptyVolume();
            const { log } = await succeeds(storage, secured.env(password));
            assert.match(log, new RegExp(`Restoring ${digestOf(one.blobs[1])} from the older version`));
            await expectImages(storage);
        });

        it("says that the password is wrong, missing or superfluous", async () => {
            await refuses(
                emptyVolume(),
                secured.env("another password than that one"),
                /the backup 0123456789abcdef is encrypted with another password; correct restore.encryption.password/,
            );
            await refuses(emptyVolume(), secured.env(), /is encrypted; set restore.encryption with its password/);
            await refuses(emptyVolume(), bucket.env(password), /is not encrypted; remove restore.encryption/);
        });
    });

    it("refuses a bucket without a backup", async () => {
        const none = backups.directory("none");
        await refuses(
            emptyVolume(),
            none.env(),
            /there is no backup with a complete snapshot in images\/backups\/none; check restore.s3/,
        );
        const missing = { ...bucket.env(), BACKUP: "backup:no-such-bucket" };
        await refuses(emptyVolume(), missing, /there is no backup with a complete snapshot in no-such-bucket/);
    });

    it("fails with the server's answer, which another run may not get", async () => {
        const wrong = { ...bucket.env(), RCLONE_CONFIG_BACKUP_SECRET_ACCESS_KEY: "wrong" };
        await refuses(emptyVolume(), wrong, /images\/backups\/all cannot be listed: .*StatusCode: 403/, 1);
    });

    it("refuses a snapshot whose links are damaged or not complete", async () => {
        const own = await ownBackup();
        await own.write(`snapshots/${time}/links.1.tar.gz`, Buffer.from("no archive"));
        await refuses(
            emptyVolume(),
            own.env,
            /the snapshot .* is damaged: links.1.tar.gz cannot be unpacked; choose another one/,
        );
        await own.remove(`snapshots/${time}/links.1.tar.gz`);
        await refuses(emptyVolume(), own.env, /is damaged: it has 0 of its 5 tags; choose another one/);
    });

    it("restores a registry without any image", async () => {
        const unused = await RegistryProcess.start(onVolume);
        const none = backups.directory("without-images");
        fs.mkdirSync(path.join(unused.storage.path, "docker/registry/v2"), { recursive: true });
        await none.backUp(unused, id).finally(() => unused.stop());
        const storage = emptyVolume();
        const { log } = await succeeds(storage, none.env());
        assert.match(log, /Restored 0 tags, 0 manifests and 0 blobs/);
        await expectImages(storage, []);
    });

    it("finds an image whose manifest or layer has no link after the copy", async () => {
        for (const [part, image] of [
            ["_manifests/revisions", /other:shared/],
            ["_layers", /other@sha256:[0-9a-f]{64}, sha256:[0-9a-f]{64}/],
        ] as const) {
            const storage = emptyVolume();
            const withoutLinks = without(
                "    check_set\n",
                `    rm -r "$STORAGE/${repositories}/other/${part}"\n    check_set\n`,
            );
            const result = await run(storage, {}, withoutLinks);
            assert.equal(result.code, 3, result.log);
            assert.match(result.message, /the restored images are not complete: /);
            assert.match(result.message, image);
            assert.equal(await hasMark(storage, "done"), false);
        }
    });

    it("is left alone by maintenance until it is complete", async () => {
        const storage = emptyVolume();
        await killBefore("copy_links", storage);
        const served = await RegistryProcess.start(() => storage);
        try {
            const { code, stderr } = await served.tryToMaintain(["collect"]);
            assert.equal(code, 1);
            assert.match(stderr, /error: the restore of the registry is not complete; run `pulumi up` again/);
            await succeeds(storage);
            const { report } = await served.maintain(["collect"]);
            assert.equal(report.movedBlobs, 0);
        } finally {
            await served.stop();
        }
    });

    it("ends at once when it is stopped", async () => {
        const { child, ended } = restore.start(
            emptyVolume(),
            bucket.env(),
            without("    copy_layers\n", "    run sleep 60\n"),
        );
        await sleep(1500);
        const stopped = Date.now();
        child.kill("SIGTERM");
        const { code } = await ended;
        assert.equal(code, 143);
        assert.ok(Date.now() - stopped < 2000);
    });
});

async function until(condition: () => boolean, log: () => string): Promise<void> {
    for (const end = Date.now() + 60_000; !condition(); ) {
        assert.ok(Date.now() < end, log());
        await sleep(20);
    }
}

const repositories = "docker/registry/v2/repositories";

/** The content with another last byte. */
function flipped(content: Buffer): Buffer {
    const copy = Buffer.from(content);
    copy[copy.length - 1] ^= 1;
    return copy;
}

/** Images that share layers, an index, a manifest without a tag, and a layer that was pushed as sha512. */
async function pushImages(registry: RegistryProcess): Promise<Pushed> {
    const shared = randomBytes(1000);
    const multi = index([image([shared, randomBytes(100)]), image()]);
    const images = [
        { repository: "team/app", tag: "1", image: image([shared, randomBytes(200_000)]) },
        { repository: "team/app", tag: "2", image: image([shared]) },
        { repository: "team/multi", tag: "multi", image: multi },
        { repository: "other", tag: "shared", image: image([shared, randomBytes(10)]) },
    ];
    for (const one of images) {
        assert.equal(await new Client(registry, one.repository).push(one.image, one.tag), 201);
    }
    const untagged = image();
    assert.equal(await new Client(registry, "team/app").push(untagged), 201);
    const tagged = await pushWithSha512(new Client(registry, "team/sha512"));
    return [
        ...images,
        { repository: "team/app", tag: untagged.digest, image: untagged },
        { repository: "team/sha512", tag: "1", image: tagged },
    ];
}

/** Pushes an image whose manifest names its layer by a SHA-512 digest. */
async function pushWithSha512(client: Client): Promise<Image> {
    const layer = randomBytes(300);
    const digest = digestOf(layer, "sha512");
    const plain = image([layer]);
    const content = Buffer.from(String(plain.content).replace(digestOf(layer), digest));
    const pushed = { ...plain, content, digest: digestOf(content) };
    await client.pushBlob(plain.blobs[0]);
    await client.pushBlob(layer, digest);
    assert.equal(await client.putManifest(pushed, "1"), 201);
    return pushed;
}
