import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { registryArgs } from "../../settings";
import { resolved } from "./mocks";

/** The settings of the program with these values in the stack's configuration; `secrets` are encrypted. */
function read(values: Record<string, unknown>, secrets: Record<string, unknown> = {}) {
    const named = Object.entries({ ...values, ...secrets }).map(([key, value]) => [
        `private-registry:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const secretKeys = Object.keys(secrets).map((key) => `private-registry:${key}`);
    pulumi.runtime.setAllConfig(Object.fromEntries(named), secretKeys);
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys);
    return registryArgs(new pulumi.Config("private-registry"));
}

const refused = (reason: string) => ({ message: `the registry of this stack cannot be created:\n  ${reason}` });

describe("the stack's configuration", () => {
    after(() => {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
        pulumi.runtime.setAllConfig({});
    });

    it("can be empty", () => {
        assert.deepEqual(read({}), {});
    });

    it("has the same structure as the arguments", () => {
        const registry = { host: "registry.example.com", replicas: 2, storage: { memory: {} } };
        assert.deepEqual(read({ registry }), registry);
    });

    it("sets each user's password by name, as a secret", async () => {
        const registry = { users: [{ name: "ci", generation: 2 }, { name: "anna" }] };
        const { users } = read({ registry }, { "password-anna": "of anna's own" });
        assert.deepEqual(users?.[0], { name: "ci", generation: 2 });
        const password = users?.[1].password as pulumi.Output<string>;
        assert.equal(await resolved(password), "of anna's own");
        assert.equal(await pulumi.isSecret(password), true);
    });

    it("sets a user's bcrypt hash by name, as a secret", async () => {
        const registry = { users: [{ name: "ci" }, { name: "hash-ci" }] };
        const { users } = read({ registry }, { "hash-ci": "of ci", "hash-hash-ci": "of hash-ci" });
        const hashes = (users ?? []).map((user) => user.passwordHash as pulumi.Output<string>);
        assert.deepEqual(await Promise.all(hashes.map((hash) => resolved(hash))), ["of ci", "of hash-ci"]);
        assert.deepEqual(await Promise.all(hashes.map((hash) => pulumi.isSecret(hash))), [true, true]);
        assert.deepEqual(Object.keys(read({}, { "hash-admin": "of admin" }).users?.[0] ?? {}), [
            "name",
            "passwordHash",
        ]);
    });

    it("rejects a hash of an unknown user, in the object, or not encrypted", () => {
        const registry = { users: [{ name: "ci" }] };
        assert.throws(
            () => read({ registry }, { "hash-admin": "a hash" }),
            refused(
                "private-registry:hash-admin: is for `admin`, which registry.users does not name; add it there, or run `pulumi config rm hash-admin`",
            ),
        );
        assert.throws(
            () => read({ registry: { users: [{ name: "ci", passwordHash: "a hash" }] } }),
            refused(
                "registry.users[0].passwordHash: must not be in the configuration file; run `pulumi config set --secret hash-ci`, and remove it here",
            ),
        );
        assert.throws(
            () => read({ registry, "hash-ci": "a hash" }),
            refused("hash-ci: is not encrypted in the stack's file; run `pulumi config set --secret hash-ci`"),
        );
    });

    it("sets the password of the default user with password-admin", async () => {
        const { users } = read({}, { "password-admin": "chosen by hand" });
        assert.deepEqual(
            users?.map((user) => user.name),
            ["admin"],
        );
        assert.equal(await resolved(users?.[0].password as pulumi.Output<string>), "chosen by hand");
    });

    it("rejects a misspelled key, and suggests the closest name", () => {
        for (const [key, meant] of [
            ["regsitry", "registry"],
            ["Registry", "registry"],
            ["pasword-admin", "password-admin"],
        ]) {
            assert.throws(
                () => read({ [key]: {} }),
                refused(`private-registry:${key}: is not a key of this project; did you mean \`${meant}\`?`),
            );
        }
    });

    it("rejects an unknown key, and lists the valid ones", () => {
        assert.throws(
            () => read({ registry: { users: [{ name: "ci" }] }, somethingElse: "1" }),
            refused(
                "private-registry:somethingElse: is not a key of this project; the keys are registry, image-docker-config, password-ci, hash-ci",
            ),
        );
    });

    it("rejects an argument outside the object", () => {
        assert.throws(
            () => read({ host: "registry.example.com" }),
            refused("private-registry:host: is an argument; write it as `host` below `private-registry:registry`"),
        );
    });

    it("ignores keys of other projects and providers", () => {
        pulumi.runtime.setAllConfig({ "kubernetes:context": "team" });
        assert.deepEqual(registryArgs(new pulumi.Config("private-registry")), {});
    });

    it("rejects a password of an unknown user", () => {
        assert.throws(
            () => read({ registry: { users: [{ name: "ci" }] } }, { "password-admin": "chosen by hand" }),
            refused(
                "private-registry:password-admin: is for `admin`, which registry.users does not name; add it there, or run `pulumi config rm password-admin`",
            ),
        );
    });

    it("rejects a password that is not encrypted, without repeating it", () => {
        assert.throws(
            () => read({ "password-admin": "hunter2hunter2" }),
            refused(
                "password-admin: is not encrypted in the stack's file; run `pulumi config set --secret password-admin`",
            ),
        );
    });

    it("rejects a password inside the object, without repeating it", () => {
        assert.throws(
            () => read({ registry: { users: [{ name: "ci" }, { name: "anna", password: "hunter2hunter2" }] } }),
            refused(
                "registry.users[1].password: must not be in the configuration file; run `pulumi config set --secret password-anna`, and remove it here",
            ),
        );
    });

    it("rejects an object that contains a secret", () => {
        assert.throws(
            () => read({}, { registry: { host: "registry.example.com" } }),
            refused(
                "registry: holds a secret value, which would be read in the clear; keep passwords in `password-<user>`, and secrets of config in `config-<path>`, instead",
            ),
        );
    });

    it("leaves the validation of users to the component if they are not a list", () => {
        assert.deepEqual(read({ registry: { users: "ci" } }, { "password-ci": "chosen by hand" }), { users: "ci" });
    });

    describe("with an S3 access key", () => {
        const registry = { storage: { s3: { bucket: "images", credentials: { keys: { accessKeyId: "id" } } } } };

        it("sets the secret access key, as a secret", async () => {
            const args = read({ registry }, { "s3-secret-access-key": "of-s3" });
            const keys = args.storage?.s3?.credentials?.keys;
            assert.equal(keys?.accessKeyId, "id");
            assert.equal(await resolved(keys?.secretAccessKey as pulumi.Output<string>), "of-s3");
            assert.equal(await pulumi.isSecret(keys?.secretAccessKey as pulumi.Output<string>), true);
        });

        it("rejects the secret access key in the file", () => {
            const keys = { accessKeyId: "id", secretAccessKey: "of-s3" };
            assert.throws(
                () => read({ registry: { storage: { s3: { bucket: "images", credentials: { keys } } } } }),
                refused(
                    "registry.storage.s3.credentials.keys.secretAccessKey: must not be in the configuration file; run `pulumi config set --secret s3-secret-access-key`, and remove it here",
                ),
            );
        });

        it("rejects one that is not encrypted, and one without an access key ID", () => {
            assert.throws(
                () => read({ registry, "s3-secret-access-key": "of-s3" }),
                refused(
                    "s3-secret-access-key: is not encrypted in the stack's file; run `pulumi config set --secret s3-secret-access-key`",
                ),
            );
            assert.throws(
                () => read({}, { "s3-secret-access-key": "of-s3" }),
                refused(
                    "private-registry:s3-secret-access-key: completes registry.storage.s3.credentials.keys, which is missing; add that, or run `pulumi config rm s3-secret-access-key`",
                ),
            );
        });
    });

    describe("the private key of a certificate", () => {
        const registry = { tls: { pem: { certificate: "a certificate" } } };

        it("is set by tls-key, as a secret", async () => {
            const key = read({ registry }, { "tls-key": "a key" }).tls?.pem?.key as pulumi.Output<string>;
            assert.equal(await resolved(key), "a key");
            assert.equal(await pulumi.isSecret(key), true);
        });

        it("is also set for an Ingress and an IngressRoute", async () => {
            const pem = { certificate: "a certificate" };
            const expose = { ingress: { certificate: { pem } }, ingressRoute: { certificate: { pem } } };
            const keys = { "ingress-key": "one", "ingress-route-key": "two" };
            const { ingress, ingressRoute } = read({ registry: { expose } }, keys).expose ?? {};
            assert.equal(await resolved(ingress?.certificate?.pem?.key as pulumi.Output<string>), "one");
            assert.equal(await resolved(ingressRoute?.certificate?.pem?.key as pulumi.Output<string>), "two");
            assert.equal(ingress?.certificate?.pem?.certificate, "a certificate");
        });

        it("is rejected if it is not encrypted", () => {
            const inFile = { tls: { pem: { certificate: "a certificate", key: "a key" } } };
            assert.throws(
                () => read({ registry: inFile }),
                refused(
                    "registry.tls.pem.key: must not be in the configuration file; run `pulumi config set --secret tls-key <key.pem`, and remove it here",
                ),
            );
            assert.throws(
                () => read({ registry, "tls-key": "a key" }),
                refused(
                    "tls-key: is not encrypted in the stack's file; run `pulumi config set --secret tls-key <key.pem`",
                ),
            );
        });
    });

    describe("the credentials of the component's own images", () => {
        const content = '{"auths":{}}';

        it("are set by image-docker-config, as a secret", async () => {
            const args = read({ registry: {} }, { "image-docker-config": content });
            const set = args.imageDockerConfigJson as pulumi.Output<string>;
            assert.equal(await resolved(set), content);
            assert.equal(await pulumi.isSecret(set), true);
            assert.equal(args.users, undefined);
        });

        it("are rejected if they are not encrypted", () => {
            const set = "run `pulumi config set --secret image-docker-config <config.json`";
            assert.throws(
                () => read({ registry: { imageDockerConfigJson: content } }),
                refused(
                    `registry.imageDockerConfigJson: must not be in the configuration file; ${set}, and remove it here`,
                ),
            );
            assert.throws(
                () => read({ "image-docker-config": content }),
                refused(`image-docker-config: is not encrypted in the stack's file; ${set}`),
            );
        });
    });

    describe("with machines that are configured over SSH", () => {
        const node = (name: string) => ({ name, host: `${name}.example.com`, hostKey: "its key" });
        const registry = { nodes: { ssh: [node("a"), node("b")] } };

        it("sets each machine's own key or the common key, as a secret", async () => {
            const { ssh } = read({ registry }, { "ssh-key": "for all", "ssh-key-b": "for b" }).nodes ?? {};
            const keys = (ssh ?? []).map(({ privateKey }) => privateKey as pulumi.Output<string>);
            assert.deepEqual(await Promise.all(keys.map((key) => resolved(key))), ["for all", "for b"]);
            assert.deepEqual(await Promise.all(keys.map((key) => pulumi.isSecret(key))), [true, true]);
            assert.equal(ssh?.[1].host, "b.example.com");
        });

        it("leaves the validation of a machine without a key to the component", () => {
            assert.deepEqual(read({ registry }), registry);
            assert.deepEqual(read({ registry: { nodes: { ssh: "a" } } }), { nodes: { ssh: "a" } });
        });

        it("rejects a key in the file, and one that is not encrypted", () => {
            assert.throws(
                () => read({ registry: { nodes: { ssh: [{ ...node("a"), privateKey: "a key" }] } } }),
                refused(
                    "registry.nodes.ssh[0].privateKey: must not be in the configuration file; run `pulumi config set --secret ssh-key <key`, and remove it here",
                ),
            );
            assert.throws(
                () => read({ registry, "ssh-key-a": "a key" }),
                refused(
                    "ssh-key-a: is not encrypted in the stack's file; run `pulumi config set --secret ssh-key-a <key`",
                ),
            );
        });

        it("rejects a key of an unknown machine", () => {
            assert.throws(
                () => read({ registry }, { "ssh-key-c": "a key" }),
                refused(
                    "private-registry:ssh-key-c: is for `c`, which registry.nodes.ssh does not name; add it there, or run `pulumi config rm ssh-key-c`",
                ),
            );
            assert.throws(
                () => read({}, { "ssh-key": "a key" }),
                refused(
                    "private-registry:ssh-key: completes registry.nodes.ssh, which is missing; add that, or run `pulumi config rm ssh-key`",
                ),
            );
        });
    });

    describe("secrets in config and helm.values", () => {
        const registry = {
            config: {
                proxy: { remoteurl: "https://registry-1.docker.io", username: "team" },
                storage: { azure: { accountname: "team", container: "images" } },
                notifications: {
                    endpoints: [{ name: "audit" }, { name: "alerts", url: "https://alerts.example.com" }],
                },
                log: { hooks: [{ type: "mail" }] },
            },
        };
        const hidden: Record<string, [secret: string, path: string, expected: unknown]> = {
            password: ["config-proxy.password", "proxy.password", "hunter2"],
            account: ["config-storage.azure.accountkey", "storage.azure.accountkey", "hunter2"],
            header: [
                "config-notifications.endpoints.alerts.headers.Authorization",
                "notifications.endpoints.1.headers.Authorization",
                ["hunter2"],
            ],
            mail: ["config-log.hooks.0.options.smtp.password", "log.hooks.0.options.smtp.password", "hunter2"],
            redis: ["config-redis.password", "redis.password", "hunter2"],
        };

        for (const [what, [key, path, expected]] of Object.entries(hidden)) {
            it(`are set by their path, as secrets: ${what}`, async () => {
                const { config } = read({ registry }, { [key]: "hunter2" });
                const output = path.split(".").reduce((value, part) => value[part], config);
                assert.deepEqual(await resolved(output), expected);
                assert.equal(await pulumi.isSecret(output), true);
                assert.equal(config.proxy.username, "team");
                assert.equal(config.notifications.endpoints[1].url, "https://alerts.example.com");
                assert.deepEqual(config.notifications.endpoints[0], { name: "audit" });
            });
        }

        it("can be JSON, e.g. a key file, and otherwise are strings", async () => {
            const gcs = { config: { storage: { gcs: { bucket: "images" } } } };
            const of = async (text: string) => {
                const { config } = read({ registry: gcs }, { "config-storage.gcs.credentials": text });
                return resolved(config.storage.gcs.credentials);
            };
            assert.deepEqual(await of('{ "type": "service_account", "private_key": "a" }\n'), {
                type: "service_account",
                private_key: "a",
            });
            assert.equal(await of("{not JSON"), "{not JSON");
            assert.equal(await of("true"), "true");
            assert.equal(await of("42"), "42");
            const list = read({ registry }, { "config-http.headers.X-Key": '["a", "b"]' });
            assert.deepEqual(await resolved(list.config.http.headers["X-Key"]), ["a", "b"]);
        });

        it("complete the values of the chart, but do not enable helm", async () => {
            const { helm } = read({ registry: { helm: {} } }, { "helm-values-secrets.s3.secretKey": "hunter2" });
            assert.equal(await resolved(helm?.values.secrets.s3.secretKey), "hunter2");
            assert.throws(
                () => read({}, { "helm-values-secrets.s3.secretKey": "hunter2" }),
                refused(
                    "private-registry:helm-values-secrets.s3.secretKey: completes registry.helm, which is missing; add that, or run `pulumi config rm helm-values-secrets.s3.secretKey`",
                ),
            );
        });

        it("are rejected in the clear, by the names of their fields and in URLs, without repeating them", () => {
            const clear: [path: string, config: unknown, key: string][] = [
                ["proxy.password", { proxy: { password: "hunter2" } }, "proxy.password"],
                [
                    "storage.azure.accountkey",
                    { storage: { azure: { accountkey: "hunter2" } } },
                    "storage.azure.accountkey",
                ],
                ["storage.s3.secretkey", { storage: { s3: { secretkey: "hunter2" } } }, "storage.s3.secretkey"],
                [
                    "storage.azure.credentials.secret",
                    { storage: { azure: { credentials: { secret: "hunter2" } } } },
                    "storage.azure.credentials.secret",
                ],
                [
                    "storage.gcs.credentials.private_key",
                    { storage: { gcs: { credentials: { private_key: "hunter2" } } } },
                    "storage.gcs.credentials.private_key",
                ],
                [
                    "notifications.endpoints[0].headers.Authorization",
                    { notifications: { endpoints: [{ name: "a", headers: { Authorization: ["Bearer hunter2"] } }] } },
                    "notifications.endpoints.a.headers.Authorization",
                ],
                [
                    "notifications.endpoints[0].url",
                    { notifications: { endpoints: [{ url: "https://team:hunter2@example.com/" }] } },
                    "notifications.endpoints.0.url",
                ],
                [
                    "log.hooks[0].options.smtp.password",
                    { log: { hooks: [{ options: { smtp: { password: "hunter2" } } }] } },
                    "log.hooks.0.options.smtp.password",
                ],
            ];
            for (const [path, config, key] of clear) {
                assert.throws(
                    () => read({ registry: { config } }),
                    refused(
                        `registry.config.${path}: must not be in the configuration file; run \`pulumi config set --secret config-${key}\`, and remove it here`,
                    ),
                );
            }
        });

        it("are not suspected in names, paths, URLs and references", () => {
            const config = {
                proxy: { remoteurl: "https://registry-1.docker.io", username: "team", password: "" },
                storage: { s3: { accesskey: "AKIA", keyid: "arn:aws:kms", encrypt: true } },
                http: { tls: { minimumtls: "tls1.3" }, headers: { "X-Token-Kind": ["a"] } },
                middleware: { storage: [{ name: "cloudfront", options: { privatekey: "/a.pem", keypairid: "b" } }] },
            };
            assert.deepEqual(read({ registry: { config } }), { config });
        });

        it("are rejected if they are not encrypted, or are in the file too", () => {
            assert.throws(
                () => read({ registry, "config-proxy.password": "hunter2" }),
                refused(
                    "config-proxy.password: is not encrypted in the stack's file; run `pulumi config set --secret config-proxy.password`",
                ),
            );
            assert.throws(
                () => read({ registry }, { "config-proxy.username": "hunter2" }),
                refused(
                    "registry.config.proxy.username: must not be in the configuration file; run `pulumi config set --secret config-proxy.username`, and remove it here",
                ),
            );
        });

        it("are rejected if their path leads nowhere, or twice to the same place", () => {
            const rejected = (key: string, reason: string) =>
                assert.throws(
                    () => read({ registry }, { [key]: "hunter2" }),
                    refused(`private-registry:${key}: ${reason}, or run \`pulumi config rm ${key}\``),
                );
            rejected(
                "config-notifications.endpoints.alrets.headers.Authorization",
                "is for `alrets`, which registry.config.notifications.endpoints does not name; add it there",
            );
            rejected(
                "config-notifications.endpoints.2.url",
                "is for `2`, which registry.config.notifications.endpoints does not name; add it there",
            );
            rejected(
                "config-proxy.username.first",
                "is for a field below registry.config.proxy.username, which is not an object; correct the path",
            );
            const twice = { "config-storage.gcs.credentials": "{}", "config-storage.gcs.credentials.private_key": "a" };
            assert.throws(
                () => read({ registry }, twice),
                refused(
                    "config-storage.gcs.credentials.private_key: is a part of `config-storage.gcs.credentials`; remove one of the two",
                ),
            );
        });
    });
});
