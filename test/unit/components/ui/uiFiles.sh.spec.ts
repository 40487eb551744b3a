import * as assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { script, scriptFolder } from "../../shellScripts";

describe("ui/uiFiles.sh", () => {
    const { at, write, tree, run } = scriptFolder();

    const env = () => ({
        FOLDER: at("files"),
        CONFIGURATION: at("etc"),
        PAGES: at("html"),
        SERVER: at("server.conf"),
    });

    beforeEach(() => {
        write("etc/nginx.conf", "user  nginx;\nworker_processes  auto;\nevents {}\n");
        write("etc/conf.d/default.conf", "of the image");
        write("html/index.html", "to be filled in");
        write("html/images/logo.svg", "<svg/>");
        write("server.conf", "of the component");
        mkdirSync(at("files"));
    });

    it("copies the directories that nginx writes to, with the component's server and one worker process", async () => {
        assert.equal(await run(script("ui/uiFiles.sh"), env()).ended, 0);
        assert.deepEqual(tree("files"), {
            "configuration/nginx.conf": "user  nginx;\nworker_processes 1;\nevents {}\n",
            "configuration/conf.d/default.conf": "of the component",
            "pages/index.html": "to be filled in",
            "pages/images/logo.svg": "<svg/>",
        });
        for (const name of ["cache", "run", "tmp"]) assert.ok(statSync(at("files", name)).isDirectory());
    });

    it("restores the files when the pod restarts", async () => {
        await run(script("ui/uiFiles.sh"), env()).ended;
        write("files/pages/index.html", "filled in");
        assert.equal(await run(script("ui/uiFiles.sh"), env()).ended, 0);
        assert.equal(readFileSync(at("files/pages/index.html"), "utf8"), "to be filled in");
    });

    it("fails when the image's configuration is not in the expected directory", async () => {
        rmSync(at("etc"), { recursive: true });
        assert.notEqual(await run(script("ui/uiFiles.sh"), env()).ended, 0);
    });
});
