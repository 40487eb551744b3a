import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as bcrypt from "bcryptjs";
import { PrivateRegistry, type PrivateRegistryArgs } from "../../../../components";
import { declare, type Resources, resolved } from "../../mocks";
import { refuses, refusesValues } from "../../refusals";
import { registry } from "../../registry";

const names = (resources: Resources) => resources.htpasswd.map((line) => line.split(":")[0]);
const passwords = (resources: Resources) => resources.every("RandomPassword").map((resource) => resource.name);
const pullUser = async (args?: PrivateRegistryArgs) => {
    const r = await registry({ ...args, pullSecrets: { namespaces: ["default"] } });
    const secret = r.one("Secret", "registry-access-pull-secret-default");
    return JSON.parse(secret.inputs.stringData[".dockerconfigjson"]).auths["registry.registry.svc.cluster.local"];
};

describe("users", () => {
    it("is one user admin with a random password of 40 letters and digits", async () => {
        const r = await registry();
        assert.deepEqual(names(r), ["admin", "puller-1", "puller-2"]);
        const { inputs } = r.one("RandomPassword", "registry-password-admin");
        assert.deepEqual(inputs, { length: 40, special: false, keepers: { generation: "1" } });
    });

    it("have one htpasswd line each, which accepts the password in the state", async () => {
        const r = await registry({ users: [{ name: "ci" }, { name: "anna@example.com" }] });
        assert.deepEqual(names(r), ["ci", "anna@example.com", "puller-1", "puller-2"]);
        const plain = "registry-password-ci-1-".padEnd(40, "abcdefghijklmnopqrstuvwxyz0123456789");
        assert.equal(bcrypt.compareSync(plain, r.htpasswd[0].slice("ci:".length)), true);
        assert.equal(r.one("Secret", "registry-htpasswd").inputs.stringData.htpasswd.endsWith("\n"), true);
    });

    it("can have a given password, a plain value or an Output", async () => {
        for (const password of ["correct horse battery staple 7", pulumi.secret("correct horse battery staple 7")]) {
            const r = await registry({ users: [{ name: "ci", password }] });
            assert.deepEqual(passwords(r), ["registry-password-puller-1", "registry-password-puller-2"]);
            assert.equal(bcrypt.compareSync("correct horse battery staple 7", r.htpasswd[0].slice("ci:".length)), true);
        }
    });

    it("keep their htpasswd lines between runs, because their salts are in the state", async () => {
        const r = await registry();
        assert.deepEqual((await registry()).htpasswd, r.htpasswd);
        assert.deepEqual(
            r.every("RandomBytes").map((bytes) => [bytes.name, bytes.inputs.length]),
            [
                ["registry-salt-admin", 16],
                ["registry-salt-puller-1", 16],
                ["registry-salt-puller-2", 16],
                ["registry-http-secret", 32],
            ],
        );
    });

    it("keep their passwords when a user is added before them", async () => {
        const [one, two] = [
            await registry({ users: [{ name: "ci" }] }),
            await registry({ users: [{ name: "anna" }, { name: "ci" }] }),
        ];
        assert.equal(two.htpasswd[1], one.htpasswd[0]);
    });

    it("get a new random password with a new generation, with the same resource name", async () => {
        const [one, two] = [
            await registry({ users: [{ name: "ci" }] }),
            await registry({ users: [{ name: "ci", generation: 2 }] }),
        ];
        assert.deepEqual(passwords(two), passwords(one));
        assert.deepEqual(two.one("RandomPassword", "registry-password-ci").inputs.keepers, { generation: "2" });
        assert.deepEqual(names(two), names(one));
        assert.notEqual(two.htpasswd[0], one.htpasswd[0]);
    });

    it("are in a Secret whose name never changes", async () => {
        const { metadata } = (await registry()).one("Secret", "registry-htpasswd").inputs;
        assert.equal(metadata.name, "registry-htpasswd");
    });
});

describe("pullGeneration", () => {
    const valid: [number, number[]][] = [
        [1, [1, 2]],
        [2, [1, 2, 3]],
        [3, [2, 3, 4]],
    ];
    for (const [generation, accepted] of valid) {
        it(`${generation} distributes puller-${generation} while the registry accepts ${accepted}`, async () => {
            const args = {
                users: [{ name: "ci", password: "correct horse battery staple 7" }],
                pullGeneration: generation,
            };
            const r = await registry(args);
            const users = accepted.map((g) => `puller-${g}`);
            assert.deepEqual(names(r), ["ci", ...users]);
            assert.deepEqual(
                passwords(r),
                users.map((user) => `registry-password-${user}`),
            );
            assert.equal((await pullUser(args)).username, `puller-${generation}`);
        });
    }

    it("changes neither the password nor the htpasswd line of an existing machine user", async () => {
        const [one, two] = [await registry({ pullGeneration: 1 }), await registry({ pullGeneration: 2 })];
        for (const user of ["puller-1", "puller-2"]) {
            const lineOf = (r: Resources) => r.htpasswd.find((line) => line.startsWith(`${user}:`));
            assert.equal(lineOf(two), lineOf(one));
        }
    });

    it("distributes a password that the registry accepted before the rotation", async () => {
        const before = await registry({ pullGeneration: 1 });
        const { username, password } = await pullUser({ pullGeneration: 2 });
        const line = before.htpasswd.find((l) => l.startsWith(`${username}:`)) as string;
        assert.equal(bcrypt.compareSync(password, line.slice(username.length + 1)), true);
    });
});

describe("the outputs with credentials", () => {
    const outputsOf = async (args?: PrivateRegistryArgs) => {
        let component: PrivateRegistry | undefined;
        await declare(() => {
            component = new PrivateRegistry("registry", args);
        });
        return component as PrivateRegistry;
    };

    it("are the first user's, and all users' by name", async () => {
        const { username, password, credentials } = await outputsOf({
            users: [{ name: "ci", password: "correct horse battery staple 7" }, { name: "anna" }],
        });
        assert.equal(await resolved(username), "ci");
        assert.equal(await resolved(password), "correct horse battery staple 7");
        assert.deepEqual(await resolved(credentials), {
            ci: "correct horse battery staple 7",
            anna: "registry-password-anna-1-abcdefghijklmno",
        });
    });

    it("are secret except the user name, even if the program's password is not", async () => {
        const { username, password, credentials, dockerConfigJson } = await outputsOf({
            users: [{ name: "ci", password: "correct horse battery staple 7" }],
        });
        assert.equal(await pulumi.isSecret(username), false);
        assert.equal(await pulumi.isSecret(password), true);
        assert.equal(await pulumi.isSecret(credentials), true);
        assert.equal(await pulumi.isSecret(dockerConfigJson), true);
    });
});

refusesValues("users", [
    ["users[0].name", "a:b", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    [
        "users[0].name",
        2024,
        "must be 1 to 255 characters without colons and spaces and not begin with #",
        'write it in quotes, `"2024"`',
    ],
    ["users[0].name", "", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["users[0].name", "#ci", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["users[0].name", "a\u0085b", "must be 1 to 255 characters without colons and spaces and not begin with #"],
]);

refuses("users", {
    "names that are reserved for machine users": {
        of: { users: [{ name: "puller-1" }] },
        says: ['users[0].name: must not begin with "puller-", the prefix of the users of pull secrets, not "puller-1"'],
    },
    "an empty list of users": {
        of: { users: [] },
        says: ["users: must list at least one user; omit it to get the user `admin`"],
    },
    "users without a name": {
        of: { users: [{ generation: 1 }] },
        says: ["users[0].name: is missing; give every user a name"],
    },
    "users with the same name": {
        of: { users: [{ name: "ci" }, { name: "anna" }, { name: "ci" }] },
        says: ["users[2].name: duplicates users[0].name; an htpasswd file holds one password per name"],
    },
    "a generation below 1": {
        of: { users: [{ name: "ci", generation: 0 }] },
        says: ["users[0].generation: must be an integer of at least 1, not 0"],
    },
});
