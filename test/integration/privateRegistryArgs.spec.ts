import * as assert from "node:assert/strict";
import { run } from "../../sandbox/command";
import { inSandbox, RegistryStack, theSandbox } from "./harness";

/** Wrong arguments of one registry, and the sentence about each. */
const broken: Record<string, [object, string[]]> = {
    "of single arguments": [
        {
            namespace: "No Capitals",
            replica: 2,
            host: "https://registry.example.com",
            labels: { team: "Platform Team" },
            image: "registry:3 .1",
            storage: { volume: { size: "ten" } },
            resources: { limits: { memory: "512m" } },
            users: [{ name: "a:b" }],
            log: { level: "loud" },
            expose: { nodePort: { port: 0 } },
        },
        [
            "namespace: must be lower-case letters, digits and hyphens",
            "replica: is not an argument; did you mean `replicas`?",
            "host: must be a host name with an optional port and without a scheme",
            "did you mean `Platform-Team`?",
            "image: must be an image reference",
            "storage.volume.size: must be a Kubernetes quantity of bytes",
            "did you mean `512Mi`?",
            "users[0].name: must be 1 to 255 characters without colons and spaces",
            'log.level: must be one of "error", "warn", "info", "debug"',
            "expose.nodePort.port: must be an integer from 1 to 65535",
        ],
    ],
    "of arguments that do not go together": [
        {
            host: "registry",
            replicas: 2,
            users: [],
            tls: { selfSigned: { validityDays: 10 } },
            pullSecrets: { namespaces: ["a", "a"] },
        },
        [
            "clients look for a name without a dot and a port on Docker Hub; write e.g. `registry:443`",
            "replicas: 2 replicas require storage that all of them can write to",
            "users: must list at least one user",
            "tls.selfSigned.renewBeforeDays: must be smaller than validityDays (10)",
            'pullSecrets.namespaces[1]: repeats "a"; name each once',
        ],
    ],
    "of two kinds of storage": [
        { storage: { volume: {}, memory: {} } },
        ["storage: has volume and memory; keep exactly one"],
    ],
    "of a password in the configuration file": [
        { users: [{ name: "a", password: "in the open" }] },
        ["registry.users[0].password: must not be in the configuration file"],
    ],
};

describe("wrong arguments", () => {
    inSandbox();

    for (const [title, [args, sentences]] of Object.entries(broken)) {
        it(`${title} are rejected with a sentence each, before any resource is created`, async () => {
            const registry = new RegistryStack("broken", args);
            const result = await registry.pulumi("up", "--yes", "--skip-preview");
            const output = result.stdout + result.stderr;
            assert.notEqual(result.code, 0);
            for (const sentence of sentences) assert.ok(output.includes(sentence), `${sentence} in: ${output}`);
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
