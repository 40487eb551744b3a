import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { programDependencies } from "../../../../sandbox/plugins/nodePackages";
import { splitArguments } from "../../../../sandbox/plugins/nodeProcess";

describe("what a program has installed", () => {
    let folder: string;

    const write = (file: string, content: unknown) => {
        fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        fs.writeFileSync(path.join(folder, file), JSON.stringify(content));
    };

    before(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "packages-"));
        write("node_modules/@pulumi/tls/package.json", { name: "@pulumi/tls", version: "5.6.1" });
        write("program/package.json", { dependencies: { "@pulumi/tls": "^5.0.0", missing: "1" } });
    });

    after(() => fs.rmSync(folder, { recursive: true }));

    it("are the packages that its package.json names, in the versions that are there", () => {
        const found = programDependencies(path.join(folder, "program"));
        assert.deepEqual(
            found.map(({ name, version }) => `${name} ${version}`),
            ["@pulumi/tls 5.6.1"],
        );
    });
});

describe("splitArguments", () => {
    it("splits at spaces outside of quotes", () => {
        assert.deepEqual(splitArguments(`--max-old-space-size=4096 --require "a b" 'c d'`), [
            "--max-old-space-size=4096",
            "--require",
            "a b",
            "c d",
        ]);
        assert.deepEqual(splitArguments(), []);
    });
});
