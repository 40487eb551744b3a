import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, PrivateRegistry } from "../../../../components";
import { failure, refusal } from "../../mocks";
import { problems, refuses, type Wrong } from "../../refusals";
import { registry } from "../../registry";
import * as must from "../../sentences";

refuses("an argument of the wrong shape", {
    "a value that is not a list": { of: { users: "ci" }, says: ["users: must be a list"] },
    "a value that is not an object": {
        of: { storage: "10Gi" },
        says: ["storage: must be an object with named fields"],
    },
    "a value that is not a map": { of: { labels: ["a"] }, says: ["labels: must be an object with named fields"] },
    "an empty element": {
        of: { users: [{ name: "ci" }, null] },
        says: ["users[1]: is empty; remove it or set a value"],
    },
    "an Output as a whole where the value decides which resources exist": {
        of: { users: pulumi.output([{ name: "ci" }]) },
        says: [
            "users: decides which resources exist, so it cannot be an Output as a whole; make its fields or elements Outputs instead",
        ],
    },
});

describe("the validation of arguments", () => {
    it("reports every problem in one error", async () => {
        const args = { host: "https://a", replicas: 0, users: [{ name: "a b" }], storage: { volume: { size: "big" } } };
        assert.deepEqual(
            (await problems(args)).map((line) => line.split(":")[0]),
            ["host", "replicas", "users[0].name", "storage.volume.size"],
        );
        const together = { replicas: 2, users: [], nodes: { runtimes: [] } };
        assert.deepEqual(
            (await problems(together)).map((line) => line.split(":")[0]),
            ["users", "nodes.runtimes", "replicas"],
        );
    });

    it("suggests the closest argument for a misspelled one", async () => {
        assert.deepEqual(await problems({ hostAlias: ["a"], storage: { volumes: {} }, users: [{ nmae: "ci" }] }), [
            "hostAlias: is not an argument; did you mean `hostAliases`?",
            "storage.volumes: is not an argument; did you mean `volume`?",
            "users[0].nmae: is not an argument; did you mean `name`?",
            "users[0].name: is missing; give every user a name",
        ]);
    });

    it("lists the arguments if none is close", async () => {
        assert.deepEqual(await problems({ log: { destination: "stdout" }, expose: { tls: {} } }), [
            "log.destination: is not an argument; the arguments here are accessLog, format, level",
            "expose.tls: is not an argument; the arguments here are gateway, ingress, ingressRoute, loadBalancer, nodePort",
        ]);
    });

    it("treats null and undefined as omitted", async () => {
        for (const nothing of [null, undefined]) {
            const args: Wrong = {
                users: nothing,
                labels: nothing,
                tls: { selfSigned: { validityDays: nothing } },
                storage: { memory: { sizeLimit: nothing } },
                nodes: { runtimes: nothing },
            };
            const r = await registry(args);
            assert.equal(r.every("PersistentVolumeClaim").length, 0);
        }
        await registry(null as Wrong);
    });

    it("treats null, a YAML key without a value, as an empty object", async () => {
        const r = await registry({ storage: { memory: null }, networkPolicy: null, pullSecrets: null } as Wrong);
        assert.equal(r.every("PersistentVolumeClaim").length, 0);
        assert.notEqual(r.every("NetworkPolicy").length, 0);
        assert.deepEqual(await problems({ storage: { s3: null } }), ["storage.s3.bucket: is missing; name the bucket"]);
    });
});

describe("Outputs", () => {
    it("are validated when they resolve, and fail the program", async () => {
        const later = (value: unknown) => pulumi.output(Promise.resolve(value));
        const cases: [Wrong, string][] = [
            [{ host: later("https://a.b") }, `host: ${must.host}, not "https://a.b"`],
            [{ namespace: later("A") }, `namespace: ${must.label(58)}, not "A"`],
            [{ hostAliases: ["a.b", later("B")] }, `hostAliases[1]: ${must.host}, not "B"`],
            [{ storage: { volume: { size: later("big") } } }, `storage.volume.size: ${must.size}, not "big"`],
            [{ labels: { team: later(7) } }, `labels.team: ${must.labelValue}, not 7`],
            [
                { log: { level: later("loud") } },
                'log.level: must be one of "error", "warn", "info", "debug", not "loud"',
            ],
            [{ users: [{ name: "ci", password: later("short") }] }, "users[0].password: must have 8 to 72 bytes"],
            [{ expose: { nodePort: { port: later(0) } } }, "expose.nodePort.port: must be an integer from 1 to 65535"],
            [{ config: later([]) }, "config: must be an object"],
        ];
        for (const [args, line] of cases) {
            const { message } = await failure(() => new PrivateRegistry("registry", args));
            assert.ok(message.includes(`the PrivateRegistry "registry" cannot be created:\n  ${line}`), message);
        }
    });

    it("may be promises", async () => {
        const { message } = await failure(
            () => new PrivateRegistry("registry", { image: Promise.resolve("not an image") }),
        );
        assert.ok(message.includes(`image: ${must.image}, not "not an image"`), message);
    });

    it("are used if they are valid", async () => {
        const r = await registry({ namespace: pulumi.output("images") });
        assert.equal(r.one("Namespace", "registry-namespace").inputs.metadata.name, "images");
    });
});

describe("passwords in error messages", () => {
    const password = (bytes: number) =>
        `users[0].password: must have 8 to 72 bytes (bcrypt ignores the rest) on one line, but has ${bytes}; omit it to get a random one`;

    it("are described but not repeated", async () => {
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "hunter2" }] }), [password(7)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "ü".repeat(37) }] }), [password(74)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "two\nlines of it" }] }), [password(15)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: 12345678 }] }), [
            "users[0].password: must be a string; quote an all-digit password",
        ]);
    });

    it("are not repeated when another argument is wrong, nor under a misspelled key", async () => {
        const lines = await problems({ users: [{ name: "c i", password: "hunter2hunter2" }, { pasword: "hunter3" }] });
        assert.doesNotMatch(lines.join("\n"), /hunter/);
        assert.match(lines[1], /^users\[1\]\.pasword: is not an argument; did you mean `password`\?$/);
    });

    it("are not repeated when they come from an Output", async () => {
        const secret = pulumi.secret("hunter2");
        const { message } = await failure(
            () => new PrivateRegistry("registry", { users: [{ name: "ci", password: secret }] }),
        );
        assert.ok(message.includes(password(7)), message);
        assert.doesNotMatch(message, /hunter/);
    });

    it("are not repeated in an argument that is not secret", async () => {
        const secret = pulumi.secret("hunter2 hunter2");
        for (const args of [{ image: secret }, { host: secret }, { annotations: { a: pulumi.secret(71236712) } }]) {
            const { message } = await failure(() => new PrivateRegistry("registry", args as Wrong));
            assert.match(message, /cannot be created/);
            assert.doesNotMatch(message, /hunter|71236712/);
        }
    });
});

describe("ArgumentError", () => {
    it("is printed by the CLI without a stack trace, and passed to other languages as input property errors", async () => {
        const error = await refusal(() => new PrivateRegistry("registry", { replicas: 0, host: "a b" }));
        assert.equal(error instanceof ArgumentError, true);
        assert.equal(pulumi.RunError.isInstance(error), true);
        assert.equal(pulumi.InputPropertiesError.isInstance(error), true);
        assert.equal((error as Error).stack, undefined);
        const { errors } = error as ArgumentError;
        assert.deepEqual(errors, [
            { propertyPath: "replicas", reason: `replicas: ${must.oneOrMore}, not 0` },
            { propertyPath: "host", reason: `host: ${must.host}, not "a b"` },
        ]);
    });
});
