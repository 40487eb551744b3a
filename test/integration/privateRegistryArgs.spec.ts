import * as assert from "node:assert/strict";
import { run } from "../../sandbox/command";
import { inSandbox, RegistryStack, theSandbox } from "./harness";

/** Wrong arguments, and the error of each. */
const broken: [object, string][] = [
    [{ namespace: "No Capitals" }, "namespace: must be lower-case letters, digits and hyphens"],
    [{ replica: 2 }, "replica: is not an argument; did you mean `replicas`?"],
    [{ replicas: 2 }, "replicas: 2 replicas require storage that all of them can write to"],
    [{ host: "https://registry.example.com" }, "host: must be a host name with an optional port and without a scheme"],
    [{ host: "registry" }, "clients look for a name without a dot and a port on Docker Hub; write e.g. `registry:443`"],
    [{ labels: { team: "Platform Team" } }, "did you mean `Platform-Team`?"],
    [{ image: "registry:3 .1" }, "image: must be an image reference"],
    [{ storage: { volume: {}, memory: {} } }, "storage: has volume and memory; keep exactly one"],
    [{ storage: { volume: { size: "ten" } } }, "storage.volume.size: must be a Kubernetes quantity of bytes"],
    [{ resources: { limits: { memory: "512m" } } }, "did you mean `512Mi`?"],
    [{ users: [{ name: "a:b" }] }, "users[0].name: must be 1 to 255 characters without colons and spaces"],
    [
        { users: [{ name: "a", password: "in the open" }] },
        "registry.users[0].password: must not be in the configuration file",
    ],
    [{ users: [] }, "users: must list at least one user"],
    [{ log: { level: "loud" } }, 'log.level: must be one of "error", "warn", "info", "debug"'],
    [
        { tls: { selfSigned: { validityDays: 10 } } },
        "tls.selfSigned.renewBeforeDays: must be smaller than validityDays (10)",
    ],
    [{ expose: { nodePort: { port: 0 } } }, "expose.nodePort.port: must be an integer from 1 to 65535"],
    [{ pullSecrets: { namespaces: ["a", "a"] } }, 'pullSecrets.namespaces[1]: repeats "a"; name each once'],
];

describe("a wrong argument", () => {
    inSandbox();

    for (const [args, sentence] of broken) {
        it(`is rejected before any resource is created: ${sentence}`, async () => {
            const registry = new RegistryStack("broken", args);
            const result = await registry.pulumi("up", "--yes", "--skip-preview");
            const output = result.stdout + result.stderr;
            assert.notEqual(result.code, 0);
            assert.ok(output.includes(sentence), output);
            assert.ok(!/^\s+at .*\.ts:\d+/m.test(output), `no stack trace: ${output}`);
            const state = JSON.parse(
                await run(["pulumi", "stack", "export", "--stack", "broken"], {
                    env: theSandbox().environment,
                    cwd: registry.stack.program,
                }),
            );
            const created = (state.deployment.resources ?? []).filter(
                (resource: { type: string }) => resource.type !== "pulumi:pulumi:Stack",
            );
            assert.deepEqual(created, []);
        });
    }
});
