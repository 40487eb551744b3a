import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { toolsImage } from "../../components/kubernetes/images";
import { unpackDebianPackage } from "../../sandbox/debian";
import { declare } from "../unit/mocks";
import { script } from "../unit/shellScripts";
import { accesses, registries } from "../upgrade/registries";
import { containersOf } from "./containers";
import { commands, curlImage, entrypoint, writeOut } from "./curlImage";
import { entrypointRuns } from "./entrypoints";
import { assertLikePublished, packed } from "./packedImage";

const verifyScripts = ["verify/requests.sh", "verify/push.sh", "verify/persistence.sh", "verify/everyNode.sh"];
const scripts = ["nodes/daemonSet.sh", "tls/renewalWatch.sh", "users/rotationGate.sh", ...verifyScripts];

describe("the sandbox's curl image, compared with curlimages/curl 8.16.0", () => {
    it("has the same configuration", () => {
        assert.equal(toolsImage, curlImage.reference);
        assertLikePublished("curl", curlImage);
    });

    it("has the same entrypoint", () => {
        const text = packed("curl").read("/entrypoint.sh");
        for (const { given, runs } of entrypoint) assert.deepEqual(entrypointRuns(text, given), runs);
    });
});

describe("the pods with curl, compared with curlimages/curl 8.16.0", () => {
    const programs = {
        "the node agents": () => new PrivateRegistry("registry"),
        "the Job of a rotated password": () => new PrivateRegistry("registry", registries.rotated),
        "the certificate watch": () => new PrivateRegistry("registry", registries["tls.certManager"]),
        "the Jobs of verify": () => new PrivateRegistry("registry", registries.verify),
        "the owner of a hostPath": () => new PrivateRegistry("registry", registries.hostPath),
        "the node agents of another cluster": () => new RegistryAccess("access", accesses["access.nodes"]),
    };

    for (const [what, program] of Object.entries(programs)) {
        it(`have a command and a numeric user: ${what}`, async () => {
            for (const { container, user } of containersOf(await declare(program), curlImage.reference)) {
                // Without a command, the image's entrypoint would decide what runs.
                assert.equal(container.command[0], "/bin/sh");
                assert.equal(container.args, undefined);
                // The image's user is a name.
                assert.equal(typeof user, "number");
            }
        });
    }

    it("use variables of --write-out that curl 8.16.0 has", () => {
        const used = scripts.flatMap((name) =>
            [...script(name).matchAll(/%(?:\{(\w+)\}|(header)\{)/g)].map(([, variable, other]) => variable ?? other),
        );
        assert.deepEqual([...new Set(used)].sort(), Object.keys(writeOut).sort());
    });

    it("use commands of busybox, which the sandbox's image has as well", async () => {
        const busybox = path.join(await unpackDebianPackage("busybox-static", () => {}), "bin/busybox");
        const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).split("\n");
        assert.deepEqual(
            commands.filter((command) => !applets.includes(command)),
            [],
        );
    });
});
