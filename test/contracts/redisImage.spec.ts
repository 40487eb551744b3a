import * as assert from "node:assert/strict";
import { redisImage as componentImage } from "../../components/kubernetes/images";
import { registry } from "../unit/registry";
import { registries } from "../upgrade/registries";
import { containerOf } from "./containers";
import { entrypointRuns } from "./entrypoints";
import { assertLikePublished, packed } from "./packedImage";
import { entrypoint, options, redisImage, values } from "./redisImage";

describe("the sandbox's Redis image, compared with redis 7.2", () => {
    it("has the same configuration", () => {
        assert.equal(componentImage, redisImage.reference);
        assertLikePublished("redis", redisImage);
    });

    it("has the same entrypoint", () => {
        const script = packed("redis").read("/usr/local/bin/docker-entrypoint.sh");
        for (const { given, runs } of entrypoint) assert.deepEqual(entrypointRuns(script, given), runs);
    });
});

describe("the pod of Redis, compared with redis 7.2", () => {
    const rendered = async () => containerOf(await registry(registries["descriptorCache.redis"]), redisImage.reference);

    it("starts redis-server as a fixed user, on the port of the image", async () => {
        const { container, user } = await rendered();
        // On PATH. A command replaces the entrypoint, which would change the user only from root.
        assert.deepEqual(container.command, redisImage.command);
        assert.equal(typeof user, "number");
        assert.notEqual(user, 0);
        assert.deepEqual(
            container.ports.map((port: { containerPort: number }) => port.containerPort),
            [redisImage.port],
        );
    });

    it("has options and values that redis-server knows, and writes nothing to /data", async () => {
        const { container, mounts } = await rendered();
        const args: string[] = container.args;
        const given = new Map(args.flatMap((arg, i) => (i % 2 === 0 ? [[arg.replace(/^--/, ""), args[i + 1]]] : [])));
        assert.deepEqual([...given.keys()].sort(), options);
        for (const [option, known] of Object.entries(values)) {
            assert.ok((known as readonly string[]).includes(given.get(option) ?? ""), option);
        }
        assert.equal(given.get("save"), "");
        assert.equal(mounts.has(redisImage.workingDirectory), false);
        assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    });
});
