import * as assert from "node:assert/strict";
import { minioImage as componentImage } from "../../components/kubernetes/images";
import type { Resources } from "../unit/mocks";
import { registry } from "../unit/registry";
import { script } from "../unit/shellScripts";
import { type Container, containersOf } from "./containers";
import { entrypointRuns } from "./entrypoints";
import { client, entrypoint, minioImage, server } from "./minioImage";
import { assertLikePublished, packed } from "./packedImage";

describe("the sandbox's MinIO image, compared with MinIO RELEASE.2025-09-07", () => {
    it("has the same configuration", () => {
        assert.equal(componentImage, minioImage.reference);
        assertLikePublished("minio", minioImage);
    });

    it("has the same entrypoint", () => {
        const text = packed("minio").read("/usr/bin/docker-entrypoint.sh");
        for (const { given, runs } of entrypoint) assert.deepEqual(entrypointRuns(text, given), runs);
    });
});

describe("the pods of MinIO, compared with MinIO RELEASE.2025-09-07", () => {
    let resources: Resources;
    before(async () => {
        resources = await registry({ storage: { minio: {} } });
    });

    const named = (name: string) => {
        const found = containersOf(resources, minioImage.reference).find(({ container }) => container.name === name);
        assert.ok(found, `no container ${name}`);
        return found;
    };

    it("run as a fixed user, with commands that are on PATH", () => {
        for (const { user } of containersOf(resources, minioImage.reference)) {
            assert.equal(typeof user, "number");
            assert.notEqual(user, 0);
        }
        assert.deepEqual(named("minio").container.command, ["minio"]);
        assert.equal(named("set-up").container.command[0], "/bin/sh");
    });

    it("start the server with its flags, port, paths and variables", () => {
        const { container, mounts, variables } = named("minio");
        const [verb, data, ...flags] = container.args;
        assert.deepEqual([verb, data], ["server", server.data]);
        assert.deepEqual(
            flags.filter((arg: string) => arg.startsWith("--")),
            server.flags,
        );
        assert.equal(flags[1], `:${minioImage.port}`);
        assert.ok(mounts.has(server.data) && mounts.has(flags[3]));
        const { secretRef } = container.envFrom[0];
        const login = resources
            .every("Secret")
            .find(({ inputs }) => secretRef.name.startsWith(inputs.metadata.name ?? ""));
        assert.deepEqual(Object.keys(login?.inputs.stringData ?? {}).sort(), [
            "MINIO_ROOT_PASSWORD",
            "MINIO_ROOT_USER",
        ]);
        for (const name of variables.keys()) {
            if (name.startsWith("MINIO_")) assert.ok((server.variables as readonly string[]).includes(name), name);
        }
    });

    it("probe the server's health", () => {
        const { startupProbe, readinessProbe, livenessProbe } = named("minio").container;
        const probed = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet);
        assert.deepEqual(
            probed.map(({ path }) => path),
            [server.health.live, server.health.ready, server.health.live],
        );
        assert.deepEqual([...new Set(probed.map(({ port }) => port))], [minioImage.port]);
    });

    it("mount the certificate where the server reads it", () => {
        const { spec } = resources.pods.find(({ name }) => name === "registry-minio") as Container;
        const { secret } = spec.volumes.find(({ name }: Container) => name === "certificates");
        assert.deepEqual(
            secret.items.map(({ path }: Container) => path.split("/")[0]).sort(),
            [...server.certificates].sort(),
        );
    });

    it("call the client with commands and variables that it has", () => {
        const alias = [...named("set-up").variables.keys()].find((name) => name.startsWith(client.aliasVariable));
        const name = alias?.slice(client.aliasVariable.length);
        const text = script("storage/minioSetup.sh");
        assert.match(text, new RegExp(`^ +mc ${client.flag} \\S+ "\\$@"$`, "m"));
        const calls = [...text.matchAll(/(?<!\w)client ((?:mb|admin) [^)|\n]*?) *(?:\)|\|\||$)/gm)].map(([, call]) =>
            call.replaceAll('"', "").replace(new RegExp(`(?<= )${name}(?=[ /]|$)`), "ALIAS"),
        );
        assert.equal(calls.length, client.commands.length);
        for (const command of client.commands) {
            assert.ok(
                calls.some((call) => command.test(call)),
                `${command} in ${calls.join("; ")}`,
            );
        }
    });
});
