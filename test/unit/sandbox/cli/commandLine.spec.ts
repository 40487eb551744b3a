import * as assert from "node:assert/strict";
import { CommandLineError, parseCommandLine } from "../../../../sandbox/cli/commandLine";

function parse(line: string) {
    return parseCommandLine(line.split(" ").filter(Boolean));
}

describe("the sandbox's command line", () => {
    it("uses the sandbox named default unless another is named", () => {
        assert.deepEqual(parse("up"), { command: "up", name: "default", nodes: undefined });
        assert.deepEqual(parse("up --nodes 2 --name test"), { command: "up", name: "test", nodes: 2 });
        assert.deepEqual(parse("down --purge"), { command: "down", name: "default", purge: true });
        assert.deepEqual(parse("status --name=test"), { command: "status", name: "test" });
        assert.deepEqual(parse("logs kubelet -f"), {
            command: "logs",
            name: "default",
            part: "kubelet",
            follow: true,
            node: 1,
        });
    });

    it("passes the arguments after kubectl and pulumi to them", () => {
        assert.deepEqual(parse("kubectl get pods --name x -h"), {
            command: "kubectl",
            name: "default",
            args: ["get", "pods", "--name", "x", "-h"],
        });
        assert.deepEqual(parse("--name test pulumi up --yes"), {
            command: "pulumi",
            name: "test",
            args: ["up", "--yes"],
        });
        assert.deepEqual(parse("--name=test kubectl"), { command: "kubectl", name: "test", args: [] });
    });

    it("shows help on request, and without a command", () => {
        for (const line of ["", "--help", "up --help"]) assert.equal(parse(line).command, "help");
    });

    const mistakes = {
        fly: /^There is no command "fly"; .*--help/,
        toString: /^There is no command "toString"/,
        "up --fast": /^Unknown option '--fast'; .*--help/,
        "up --purge": /^"up" has no option --purge/,
        "up --nodes 3": /^--nodes is "3" but must be 1 or 2/,
        "down now": /^"down" does not know what to do with "now"/,
        logs: /^logs needs the name of a part/,
        "--name test": /^A command is missing/,
    };
    for (const [line, message] of Object.entries(mistakes)) {
        it(`reports what is wrong with \`${line}\``, () => {
            assert.throws(
                () => parse(line),
                (error) => error instanceof CommandLineError && message.test(error.message),
            );
        });
    }
});
