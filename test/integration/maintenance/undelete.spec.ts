import * as assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, image, index } from "./client";
import type { MaintenanceOptions, RegistryProcess } from "./registryProcess";
import { startWithImages } from "./registryWithImages";

describe("undelete", function () {
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
    const undelete = (reference: string) => registry.maintain(["undelete", reference]);

    it("brings a tag back that a person deleted", async () => {
        await collect();
        assert.equal(await client.delete("kept-1"), 202);
        assert.notDeepEqual(await client.problems(kept[1], "kept-1"), []);
        await undelete("team/app:kept-1");
        assert.deepEqual(await client.problems(kept[1], "kept-1"), []);
    });

    it("brings an image back by tag and by digest after its blobs were moved", async () => {
        await collect();
        await client.delete(kept[1].digest);
        await sleep(1100);
        const { report } = await collect();
        assert.equal(report.movedBlobs, 4);
        await undelete("team/app:kept-1");
        assert.deepEqual(await client.problems(kept[1], "kept-1"), []);
        await client.delete(kept[1].digest);
        await sleep(1100);
        await collect();
        await undelete(`team/app@${kept[1].digest}`);
        assert.deepEqual(await client.problems(kept[1]), []);
        assert.notDeepEqual(await client.problems(kept[1], "kept-1"), []);
        await sleep(1100);
        const after = await collect();
        assert.equal(after.report.movedBlobs, 0);
    });

    it("brings an index back with its platforms", async () => {
        const multi = index([image(), image()]);
        await client.push(multi, "multi");
        await collect();
        for (const one of [multi, ...multi.children]) assert.equal(await client.delete(one.digest), 202);
        await sleep(1100);
        assert.equal((await collect()).report.movedBlobs, 7);
        await undelete("team/app:multi");
        assert.deepEqual(await client.problems(multi, "multi"), []);
    });

    it("brings all deleted tags of a repository back, and leaves those that were pushed again", async () => {
        await collect();
        await client.delete("kept-1");
        await client.delete("kept-2");
        const newer = image();
        await client.push(newer, "kept-2");
        await undelete("team/app");
        assert.deepEqual(await client.problems(kept[1], "kept-1"), []);
        assert.deepEqual(await client.problems(newer, "kept-2"), []);
    });

    it("brings the last tag of the registry back, and not one whose number is equal", async () => {
        for (const one of kept) assert.equal(await client.delete(one.digest), 202);
        const [first, tenth] = [image(), image()];
        await client.push(first, "1.1");
        await client.push(tenth, "1.10");
        await collect({ env: { CONFIRM: "32" } });
        assert.equal(await client.delete("1.10"), 202);
        await undelete("team/app:1.10");
        assert.deepEqual(await client.problems(tenth, "1.10"), []);
        await client.delete("1.1");
        await client.delete("1.10");
        await undelete("team/app:1.10");
        assert.deepEqual(await client.problems(tenth, "1.10"), []);
        assert.equal(await client.delete("1.1"), 404);
    });

    it("brings all tags of a repository back that were deleted between several runs", async () => {
        await collect();
        await client.delete("kept-1");
        await sleep(1100);
        await collect();
        await client.delete("kept-2");
        await undelete("team/app");
        for (const i of [1, 2]) assert.deepEqual(await client.problems(kept[i], `kept-${i}`), []);
    });

    it("brings an image back that names the digest of an image that was never pushed", async () => {
        const annotations = {
            "org.opencontainers.image.base.digest": `sha256:${"0".repeat(64)}`,
            title: "manifests",
        };
        const annotated = image([randomBytes(100)], "annotated", annotations);
        await client.push(annotated, "annotated");
        await collect();
        await client.delete(annotated.digest);
        await sleep(1100);
        assert.equal((await collect()).report.movedBlobs, 3);
        await undelete("team/app:annotated");
        assert.deepEqual(await client.problems(annotated, "annotated"), []);
    });

    it("says what it cannot bring back, and changes nothing", async () => {
        await collect();
        const unknown = await registry.tryToMaintain(["undelete", "team/app:never"]);
        assert.equal(unknown.code, 1);
        assert.match(unknown.stderr, /no run that is still kept has listed team\/app:never/);
        const newer = image();
        await client.push(newer, "kept-1");
        const taken = await registry.tryToMaintain(["undelete", "team/app:kept-1"]);
        assert.equal(taken.code, 1);
        assert.match(taken.stderr, new RegExp(`team/app:kept-1 exists, and is ${newer.digest}; .*${kept[1].digest}`));
        assert.deepEqual(await client.problems(newer, "kept-1"), []);
        fs.rmSync(registry.blobFile(kept[2].blobs[0]));
        await client.delete("kept-2");
        const lost = await registry.tryToMaintain(["undelete", "team/app:kept-2"]);
        assert.match(lost.stderr, /is in no bin any more, so nothing was brought back/);
        assert.equal(await client.delete("kept-2"), 404);
    });
});
