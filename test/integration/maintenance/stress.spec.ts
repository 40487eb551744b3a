import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomNumbers } from "../randomNumbers";
import { Client, crane, type Image, image, index } from "./client";
import { startMinio, startVersitygw } from "./objectStoreProcess";
import { startRedis } from "./redisProcess";
import { onVolume, onVolumeWithRedis, RegistryProcess, type StorageOfTest } from "./registryProcess";

/** Seconds for each storage. `GC_STRESS_SECONDS=600` is for half an hour by hand. */
const seconds = Number(process.env.GC_STRESS_SECONDS ?? 45);
const seed = Number(process.env.GC_STRESS_SEED ?? Date.now() % 1_000_000);

/** Random choices that a seed repeats. */
class Dice {
    readonly next: () => number;

    constructor(seed: number) {
        this.next = randomNumbers(seed);
    }

    below(limit: number): number {
        return Math.floor(this.next() * limit);
    }

    oneOf<T>(all: readonly T[]): T {
        return all[this.below(all.length)];
    }
}

/** What was done, for the log. */
interface Counts {
    pushes: number;
    repeated: number;
    deletes: number;
    runs: number;
    killed: number;
    moved: number;
    returned: number;
}

/** A client with a repository, in which it pushes and deletes until the time is over. It knows what must be there. */
class StressClient {
    readonly tags = new Map<string, Image>();
    private readonly client: Client;

    constructor(
        registry: RegistryProcess,
        readonly repository: string,
        private readonly layers: readonly Buffer[],
        private readonly dice: Dice,
        private readonly counts: Counts,
        private readonly isUntaggedCollected: boolean,
    ) {
        this.client = new Client(registry, repository);
    }

    async work(isOver: () => boolean): Promise<void> {
        while (!isOver()) {
            const choice = this.dice.next();
            if (choice < 0.65 || this.tags.size === 0) await this.push();
            else await this.delete();
        }
    }

    private someImage(): Image {
        // Few different images, so that deleted ones are often pushed again.
        const first = this.dice.below(this.layers.length);
        const layers = Array.from(
            { length: 1 + this.dice.below(3) },
            (_, i) => this.layers[(first + i) % this.layers.length],
        );
        return image(layers, this.repository);
    }

    private async push(): Promise<void> {
        const pushed = this.dice.next() < 0.2 ? index([this.someImage(), this.someImage()]) : this.someImage();
        const tag = `t${this.dice.below(8)}`;
        this.tags.delete(tag);
        this.counts.pushes++;
        // The registry refuses a manifest whose blobs are in the bin. A client's user repeats the push.
        for (let tries = 0; ; tries++) {
            const status = await this.client.push(pushed, tag);
            if (status === 201) break;
            assert.equal(status, 400, `${this.repository}:${tag}`);
            assert.ok(tries < 20, `${this.repository}:${tag} was refused again and again`);
            this.counts.repeated++;
        }
        this.tags.set(tag, pushed);
    }

    private async delete(): Promise<void> {
        const tag = this.dice.oneOf([...this.tags.keys()]);
        const { digest } = this.tags.get(tag) as Image;
        const isChild = [...this.tags.values()].some(({ children }) =>
            children.some((child) => child.digest === digest),
        );
        const reference = isChild || this.dice.next() < 0.5 ? tag : digest;
        for (const [name, one] of this.tags) if (name === reference || one.digest === reference) this.tags.delete(name);
        this.counts.deletes++;
        let status = await this.client.delete(reference);
        // The registry has found the manifest, and a run has moved it before the registry deletes it.
        if (status === 500 && this.isUntaggedCollected) status = await this.client.delete(reference);
        // The manifest may be in the bin already, if its tag was deleted or moved before.
        assert.ok(status === 202 || status === 404, `DELETE ${this.repository} ${reference}: ${status}`);
    }

    /** What is missing or wrong, by reading everything. */
    async problems(): Promise<string[]> {
        const all = await Promise.all([...this.tags].map(([tag, one]) => this.client.problems(one, tag)));
        return all.flat();
    }
}

async function stress(registry: RegistryProcess, untagged: boolean): Promise<void> {
    const dice = new Dice(seed);
    const counts: Counts = { pushes: 0, repeated: 0, deletes: 0, runs: 0, killed: 0, moved: 0, returned: 0 };
    const layers = Array.from({ length: 24 }, () => randomBytes(200 + dice.below(20_000)));
    const clients = Array.from(
        { length: 4 },
        (_, i) => new StressClient(registry, `stress/client-${i}`, layers, new Dice(seed + i + 1), counts, untagged),
    );
    const end = Date.now() + seconds * 1000;
    const isOver = () => Date.now() >= end;
    const env = { CONFIRM: "1000000", ...(untagged && { UNTAGGED: "true" }) };
    const collector = async () => {
        let typical = 3000;
        // On a busy machine, the first run to be killed or to succeed may take longer.
        const isDone = () => isOver() && counts.killed > 0 && counts.moved > 0;
        while (!isDone() && Date.now() < end + 240_000) {
            const running = registry.spawnMaintenance(["collect"], { env });
            const started = Date.now();
            counts.runs++;
            if (counts.runs % 2 === 1) {
                const ended = await Promise.race([running.ended.then(() => true), sleep(dice.next() * typical, false)]);
                if (!ended) {
                    process.kill(-(running.child.pid as number), "SIGKILL");
                    counts.killed++;
                }
            }
            const { code, stdout, stderr } = await running.ended;
            if (code === 0) {
                typical = Date.now() - started;
                const report = JSON.parse(fs.readFileSync(path.join(running.work, "report.json"), "utf8"));
                counts.moved += report.movedBlobs;
                counts.returned += report.returnedFiles;
            } else if (code > 0) {
                // A run may end without a change, e.g. if manifests are deleted faster than it marks them.
                assert.match(stderr, /^error: /m, stdout + stderr);
            }
            fs.rmSync(running.work, { recursive: true, force: true });
            // The next run has another name.
            await sleep(Math.max(0, 1000 - (Date.now() - started)));
        }
    };
    await Promise.all([collector(), ...clients.map((client) => client.work(isOver))]);
    assert.ok(counts.moved > 0 && counts.killed > 0, "blobs were moved, and runs were killed");
    // What a killed run has left, the next one repairs.
    await registry.maintain(["collect"], { env });
    console.log(
        `      ${JSON.stringify({ seed, ...counts, tags: clients.reduce((sum, { tags }) => sum + tags.size, 0) })}`,
    );
    const problems = (await Promise.all(clients.map((client) => client.problems()))).flat();
    assert.deepEqual(problems, []);
    const host = new URL(registry.url).host;
    for (const { repository, tags } of clients.slice(0, 1)) {
        for (const tag of tags.keys()) {
            const target = path.join(registry.folder, "pulled");
            const { code, stderr } = await crane("pull", "--format=oci", `${host}/${repository}:${tag}`, target);
            assert.equal(code, 0, stderr);
            fs.rmSync(target, { recursive: true });
        }
    }
}

describe("garbage collection, while clients push and delete and runs are killed", function () {
    this.timeout((seconds + 400) * 1000);
    let registry: RegistryProcess | undefined;
    let store: { stop(): Promise<void> } | undefined;

    afterEach(async () => {
        await registry?.stop();
        await store?.stop();
        registry = undefined;
        store = undefined;
    });

    const start = async (storage: (folder: string) => StorageOfTest) => {
        registry = await RegistryProcess.start(storage);
        return registry;
    };

    it("loses nothing on a volume", async () => {
        await stress(await start(onVolume), false);
    });

    it("loses nothing on a volume, with Redis and with manifests without a tag collected as well", async () => {
        const redis = await startRedis();
        store = redis;
        await stress(await start(onVolumeWithRedis(redis)), true);
    });

    it("loses nothing on MinIO", async () => {
        const minio = await startMinio();
        store = minio;
        await stress(await start(() => minio.storage), false);
    });

    it("loses nothing on versitygw, with manifests without a tag collected as well", async () => {
        const versitygw = await startVersitygw();
        store = versitygw;
        await stress(await start(() => versitygw.storage), true);
    });
});
