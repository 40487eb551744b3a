import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { run } from "../../../sandbox/command";
import { printProgress } from "../../../sandbox/progress";
import { buildTools } from "../../../sandbox/toolchain/toolchain";
import { inSandbox, stepwise } from "../harness";
import { Consumer, pushAndPull } from "./consumer";
import { copyExample, type InstalledPackage, installTarball } from "./tarball";

/** The newest SDK when this was written. The README lists the pair. */
const sdkVersion = "4.34.2";

describe(`a program with @pulumi/kubernetes ${sdkVersion} and the provider that the sandbox builds`, () => {
    stepwise();
    inSandbox();
    let installed: InstalledPackage;
    let consumer: Consumer;

    before(async function () {
        this.timeout(300_000);
        installed = await installTarball();
        const install = ["npm", "install", "--legacy-peer-deps", "--prefer-offline", "--ignore-scripts"];
        await run([...install, `@pulumi/kubernetes@${sdkVersion}`], { cwd: installed.folder });
        // A program has one copy of the Pulumi SDK: this repository's, which the other packages use.
        fs.rmSync(path.join(installed.folder, "node_modules", "@pulumi", "pulumi"), { recursive: true, force: true });
        const folder = copyExample(installed, "team");
        const file = path.join(folder, "Pulumi.yaml");
        const { "pulumi-resource-kubernetes": provider } = await buildTools(
            ["pulumi-resource-kubernetes"],
            printProgress,
        );
        const plugins = {
            providers: [{ name: "kubernetes", version: sdkVersion, path: path.dirname(provider) }],
        };
        fs.writeFileSync(file, stringify({ ...parse(fs.readFileSync(file, "utf8")), plugins }));
        consumer = new Consumer(folder);
    });
    after(async () => {
        await consumer?.remove();
        installed?.remove();
    });

    it("is deployed, does not change, and accepts an image that the kubelet pulls", async () => {
        const outputs = await consumer.up();
        await pushAndPull(outputs, "team-web");
        const { deployment } = JSON.parse(await consumer.state());
        const versions = deployment.resources
            .filter(({ type }: { type: string }) => type === "pulumi:providers:kubernetes")
            .map(({ inputs }: { inputs: { version: string } }) => inputs.version);
        assert.deepEqual(versions, [sdkVersion]);
    });
});
