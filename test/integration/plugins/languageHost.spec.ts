import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { inSandbox } from "../harness";
import { Workbench } from "./workbench";

/**
 * A statement below enough calls that its stack contains no frame of the SDK: Node 20.20 takes half a minute to format a
 * stack with a path such as `node_modules/@pulumi/output.ts`, which the SDK's source maps contain.
 */
const deep = (statement: string) => `(function down(n) { if (n > 0) return down(n - 1); ${statement}; })(10);`;

describe("the stand-in language host with the real engine", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start();
    });
    after(() => bench?.end());

    it("runs a JavaScript program with its configuration, and shows its output", async () => {
        await bench.setConfig("plugins:plain", "one");
        await bench.setConfig("plugins:hidden", "the-hidden-value", true);
        const { stdout } = await bench.up(`
            const config = new (require("@pulumi/pulumi").Config)();
            console.log("said on stdout");
            console.error("said on stderr");
            exports.plain = config.require("plain");
            exports.hidden = config.requireSecret("hidden");
            exports.stack = require("@pulumi/pulumi").getStack();
            exports.organization = require("@pulumi/pulumi").getOrganization();`);
        assert.match(stdout, /said on stdout/);
        assert.match(stdout, /said on stderr/);
        const { plain, hidden, stack } = await bench.outputs();
        assert.deepEqual({ plain, hidden, stack }, { plain: "one", hidden: "the-hidden-value", stack: "test" });
        assert.doesNotMatch(bench.stored(), /the-hidden-value/);
    });

    it("distinguishes a preview from an update", async () => {
        const program = `console.log("dry run: " + require("@pulumi/pulumi").runtime.isDryRun());`;
        assert.match((await bench.up(program)).stdout, /dry run: false/);
        bench.write(program);
        assert.match((await bench.pulumi("preview", "--stack", "test", "--non-interactive")).stdout, /dry run: true/);
    });

    it("fails when the program fails, and shows its error once", async () => {
        const message = await bench.failingUp(deep(`throw new Error("the program is at fault")`));
        assert.match(message, /the program is at fault/);
        assert.doesNotMatch(message, /non-zero exit code/);
    });

    it("shows a RunError without a stack trace", async () => {
        const message = await bench.failingUp(
            deep(`throw new (require("@pulumi/pulumi").RunError)("host: write a name, not an address")`),
        );
        assert.match(message, /error: host: write a name, not an address/);
        assert.doesNotMatch(message, /index\.js:\d+/);
    });

    it("shows the exit code of a program without an error", async () => {
        assert.match(await bench.failingUp("process.exit(7);"), /exited with non-zero exit code: 7/);
    });

    it("serves a component of a directory as a provider", async () => {
        const folder = path.join(bench.program, "component");
        fs.mkdirSync(folder);
        const write = (file: string, text: string) => fs.writeFileSync(path.join(folder, file), text);
        write("package.json", JSON.stringify({ name: "greeting", version: "1.2.3", main: "index.ts" }));
        write("PulumiPlugin.yaml", "runtime: nodejs\n");
        write(
            "index.ts",
            `import * as pulumi from "@pulumi/pulumi";
            export interface GreetingArgs {
                /** Name to greet. */
                name: pulumi.Input<string>;
            }
            export class Greeting extends pulumi.ComponentResource {
                public readonly text: pulumi.Output<string>;
                constructor(name: string, args: GreetingArgs, opts?: pulumi.ComponentResourceOptions) {
                    super("greeting:index:Greeting", name, {}, opts);
                    this.text = pulumi.interpolate\`hello \${args.name}\`;
                    this.registerOutputs({ text: this.text });
                }
            }`,
        );
        const { stdout } = await bench.pulumi("package", "get-schema", folder);
        const schema = JSON.parse(stdout);
        assert.equal(schema.name, "greeting");
        assert.equal(schema.resources["greeting:index:Greeting"].inputProperties.name.description, "Name to greet.");
    });

    it("reports why the dependencies of a component cannot be installed", async () => {
        const folder = path.join(bench.program, "unfinished");
        fs.mkdirSync(folder);
        const scripts = { preinstall: "exit 3" };
        fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "unfinished", scripts }));
        fs.writeFileSync(path.join(folder, "PulumiPlugin.yaml"), "runtime: nodejs\n");
        await assert.rejects(bench.pulumi("package", "get-schema", folder), /npm install failed in .*unfinished/s);
    });
});

describe("the stand-in language host with the real engine and TypeScript", () => {
    let bench: Workbench;

    inSandbox();

    before(async () => {
        bench = await Workbench.start({ nodeargs: "--title=from-nodeargs" }, "index.ts");
    });
    after(() => bench?.end());

    it("compiles the program, and passes node's arguments", async () => {
        bench.write(`const text: string = process.title; export const title = text;`, "index.ts");
        await bench.up();
        assert.equal((await bench.outputs()).title, "from-nodeargs");
    });
});
