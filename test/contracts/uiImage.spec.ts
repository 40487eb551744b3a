import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { uiImage as componentImage } from "../../components/kubernetes/images";
import { uiRegistry } from "../unit/ui";
import { containersOf } from "./containers";
import { entrypointRuns } from "./entrypoints";
import { assertLikePublished, packed } from "./packedImage";
import { attributes, noVersionCheck, owner, uiImage, unprivileged, written } from "./uiImage";

describe("the sandbox's web UI image, compared with docker-registry-ui 2.6.0", () => {
    it("has the same configuration", () => {
        assert.equal(componentImage, uiImage.reference);
        assertLikePublished("registry-ui", uiImage);
    });

    it("has the same user of nginx", () => {
        assert.match(packed("registry-ui").read("/etc/passwd"), new RegExp(`^nginx:x:${owner}:${owner}:`, "m"));
    });

    it("has a page with the same attributes", () => {
        const page = packed("registry-ui").read("/usr/share/nginx/html/index.html");
        const found = [...page.matchAll(/([\w-]+)="\$\{(\w+)\}"/g)].map(([, attribute, name]) => [name, attribute]);
        assert.deepEqual(Object.fromEntries(found), attributes);
    });

    it("fills in the page and changes nginx's configuration like the start-up script", () => {
        const { read } = packed("registry-ui");
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "private-registry-contracts-"));
        const page = path.join(folder, "index.html");
        const configuration = path.join(folder, "nginx.conf");
        try {
            fs.writeFileSync(page, read("/usr/share/nginx/html/index.html"));
            fs.writeFileSync(configuration, read("/etc/nginx/nginx.conf"));
            const script = read("/docker-entrypoint.sh")
                .replace("set -eu", `set -eu; cd ${folder}; id() { echo ${owner}; }`)
                .replaceAll("/etc/nginx/nginx.conf", configuration);
            assert.deepEqual(entrypointRuns(script, uiImage.command), uiImage.command);
            assert.doesNotMatch(fs.readFileSync(page, "utf8"), /\$\{/);
            assert.match(fs.readFileSync(page, "utf8"), new RegExp(`${attributes.DELETE_IMAGES}="false"`));
            assert.equal(
                fs.readFileSync(configuration, "utf8"),
                read("/etc/nginx/nginx.conf")
                    .replace(`${unprivileged.removes}\n`, "")
                    .replace(unprivileged.replaces, unprivileged.by),
            );
        } finally {
            fs.rmSync(folder, { recursive: true });
        }
    });
});

describe("the pod of the web UI, compared with docker-registry-ui 2.6.0", () => {
    const rendered = async () => {
        const found = containersOf(await uiRegistry(), uiImage.reference);
        const [files, ui] = ["files", "ui"].map((name) => found.find(({ container }) => container.name === name));
        assert.ok(files && ui);
        return { files, ui };
    };

    it("runs the image's entrypoint in its working directory, as the owner of its files", async () => {
        const { files, ui } = await rendered();
        for (const { user, container } of [files, ui]) {
            assert.equal(user, owner);
            assert.equal(container.workingDir, undefined);
        }
        for (const field of ["command", "args"]) assert.equal(ui.container[field], undefined);
        assert.equal(files.container.command[0], "/bin/sh");
        // A user who is not root cannot listen on the image's port.
        assert.notEqual(ui.container.ports[0].containerPort, uiImage.port);
    });

    it("sets only variables that the start-up script writes, and disables the version check", async () => {
        const { variables } = (await rendered()).ui;
        const isWritten = (name: string) => (written as readonly string[]).includes(name);
        assert.deepEqual(
            [...variables.keys()].filter((name) => !isWritten(name)),
            [],
        );
        assert.deepEqual([...variables.keys()].sort(), Object.keys(attributes));
        assert.equal(variables.get("ENABLE_VERSION_NOTIFICATION"), noVersionCheck);
        // sed would take the first two as its own.
        for (const value of variables.values()) assert.doesNotMatch(value, /[~&\\]/);
    });

    it("copies and mounts the directories that the start-up script and nginx write to", async () => {
        const { files, ui } = await rendered();
        assert.equal(files.variables.get("CONFIGURATION"), "/etc/nginx");
        assert.equal(files.variables.get("PAGES"), uiImage.workingDirectory);
        const needed = [
            "/etc/nginx",
            uiImage.workingDirectory,
            "/var/cache/nginx",
            path.dirname(unprivileged.replaces),
            path.dirname(unprivileged.by),
        ];
        for (const directory of needed) {
            assert.ok(ui.mounts.has(directory), directory);
            assert.notEqual(ui.mounts.get(directory)?.readOnly, true);
        }
    });
});
