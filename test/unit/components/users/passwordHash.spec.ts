import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as bcrypt from "bcryptjs";
import { PrivateRegistry, type PrivateRegistryArgs, type RegistryUser } from "../../../../components";
import { reasonAgainst } from "../../../../components/arguments/check";
import { passwordHash } from "../../../../components/users/passwordHash";
import { declare, failure, resolved } from "../../mocks";
import { problems, type Wrong } from "../../refusals";
import { registry } from "../../registry";

/** What `htpasswd -nbB ci 'correct horse battery staple 7'` of Apache 2.4.71 printed, and the same with `-C 10`, without the name. */
const password = "correct horse battery staple 7";
const hash = "$2y$05$aMBlAFTv3V.7RXtg9i.yveBef9ydBn.rMPHp4diJHsmLo7LatmU3e";
const costlier = "$2y$10$9ypo74ESvBBuFOb8ZwHEs.DrCcxvJqDlbV8B0CqJkIXyWgB4oy3m.";

/** Hashes of the same htpasswd that the registry does not support: `-m`, `-s`, `-5` and `-2`; then those of other programs. */
const otherHashes = [
    "$apr1$qUxNKB0i$cavKKvUyIh1iGugqxUBvg1",
    "{SHA}6UJOfiqIYKDTGYp5TpQiLXoQg9I=",
    "$6$889u9xfIINg/7/rw$ImqRpb0maaRgTygwXYITw5J4qwaBX1L54B.JPDxJSu..g1iT5DLCX5AsvRwILo3T.XBr.cluw1FvRg/cJMD631",
    "$5$.QvmDC8q9ywjY1vW$2e55zfRGT66VKP5HR4lpl/XCfgCmROolRr2KVTTovj3",
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG",
    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
];

const wrongHash = (end: string) => `users[0].passwordHash: must be a bcrypt hash ${end}`;
const copy = wrongHash(
    "of 60 characters that begins with `$2y$`, `$2b$` or `$2a$`; copy what `htpasswd -nB <name>` prints after the colon, and quote it in a shell",
);
const otherKind = wrongHash("and not another kind of hash; make a new one, e.g. with `htpasswd -nB <name>`");
const isHash =
    "users[0].password: is a hash, which would be hashed again; set a bcrypt hash as passwordHash (in a stack's configuration, as the secret value `hash-<name>`)";

const refused = async (user: Wrong) => problems({ users: [{ name: "ci", ...user }] });

describe("users[].passwordHash", () => {
    for (const prefix of ["$2y$", "$2b$", "$2a$"]) {
        it(`is a line of the htpasswd file as it is, with the prefix ${prefix}`, async () => {
            const given = hash.replace("$2y$", prefix);
            const r = await registry({ users: [{ name: "ci", passwordHash: given }] });
            assert.equal(r.htpasswd[0], `ci:${given}`);
            assert.equal(bcrypt.compareSync(password, r.htpasswd[0].slice("ci:".length)), true);
        });
    }

    it("can be of cost 5 to 10, an Output, and with the empty lines that htpasswd prints", async () => {
        for (const given of [costlier, pulumi.secret(costlier), `${costlier}\n\n`]) {
            const r = await registry({ users: [{ name: "anna", passwordHash: given }] });
            assert.equal(r.htpasswd[0], `anna:${costlier}`);
        }
        const costs = [4, 5, 6, 7, 8, 9, 10, 11, 12, 14];
        const accepted = costs.filter((cost) => {
            const given = hash.replace("$05$", `$${String(cost).padStart(2, "0")}$`);
            return reasonAgainst(passwordHash, given) === undefined;
        });
        assert.deepEqual(accepted, [5, 6, 7, 8, 9, 10]);
    });

    it("needs no random password and no salt", async () => {
        const r = await registry({ users: [{ name: "ci", passwordHash: hash }, { name: "anna" }] });
        assert.deepEqual(r.named("registry-password-ci"), []);
        assert.deepEqual(r.named("registry-salt-ci"), []);
        assert.equal(r.named("registry-password-anna").length, 1);
        assert.deepEqual(
            r.htpasswd.map((line) => line.split(":")[0]),
            ["ci", "anna", "puller-1", "puller-2"],
        );
    });

    it("is encrypted in the state, even if the program's value is not", async () => {
        const r = await registry({ users: [{ name: "ci", passwordHash: hash }] });
        const clear = [...r.all.flatMap((resource) => resource.clearTexts), ...r.clearOutputs];
        assert.deepEqual(
            clear.filter((text) => text.includes(hash)),
            [],
        );
    });

    it("does not stop the rotation of another user's password", async () => {
        const r = await registry({
            users: [
                { name: "ci", passwordHash: hash },
                { name: "anna", generation: 2 },
            ],
        });
        const { stringData } = r.one("Secret", "registry-credentials").inputs;
        assert.deepEqual(Object.values(stringData).filter((text) => String(text).startsWith("user =")).length, 1);
        assert.match(stringData["login-0"], /^user = "anna:/);
    });

    it("is also what the Helm release uses", async () => {
        const r = await registry({ helm: {}, users: [{ name: "ci", passwordHash: hash }] });
        assert.equal(r.htpasswd[0], `ci:${hash}`);
    });
});

describe("the outputs with a passwordHash", () => {
    const outputsOf = async (users: RegistryUser[], args: PrivateRegistryArgs = {}) => {
        let component: PrivateRegistry | undefined;
        await declare(() => {
            component = new PrivateRegistry("registry", { ...args, users });
        });
        return component as PrivateRegistry;
    };
    const hashed = { name: "ci", passwordHash: hash };

    it("omit the user from credentials; password is empty if the user is the first one", async () => {
        const first = await outputsOf([hashed, { name: "anna", password }]);
        assert.equal(await resolved(first.username), "ci");
        assert.equal(await resolved(first.password), "");
        assert.deepEqual(await resolved(first.credentials), { anna: password });
        const second = await outputsOf([{ name: "anna", password }, hashed]);
        assert.equal(await resolved(second.password), password);
        assert.deepEqual(await resolved(second.credentials), { anna: password });
    });

    it("are without any password if every user has a hash, and pull secrets still work", async () => {
        const { credentials, password: none, dockerConfigJson } = await outputsOf([hashed]);
        assert.deepEqual(await resolved(credentials), {});
        assert.equal(await resolved(none), "");
        assert.equal(await pulumi.isSecret(none), true);
        const [{ username }] = Object.values<{ username: string }>(JSON.parse(await resolved(dockerConfigJson)).auths);
        assert.equal(username, "puller-1");
    });
});

describe("users[].passwordHash, if it is wrong,", () => {
    it("is rejected with password or generation", async () => {
        assert.deepEqual((await refused({ passwordHash: hash, password, generation: 2 })).sort(), [
            "users[0].generation: rotates a random password, and passwordHash sets a given one; remove one of the two",
            "users[0].passwordHash: cannot be combined with password, which is hashed automatically; remove one of the two",
        ]);
    });

    const wrong: [string, unknown, string][] = [
        ["a password", password, copy],
        ["an empty string", "", copy],
        ["a number", 5, copy],
        ["a truncated hash", hash.slice(0, -1), copy],
        ["a hash with a further character", `${hash}e`, copy],
        ["two hashes", `${hash}\n${hash}`, copy],
        ["a hash whose last character no encoder writes", `${hash.slice(0, -1)}f`, copy],
        ["a hash from a shell that replaced `$2`", hash.slice(2), copy],
        ["the prefix of another algorithm", hash.replace("$2y$", "$2x$"), otherKind],
        ["a line of an htpasswd file", `ci:${hash}`, wrongHash("without the user name; remove what is before the `$`")],
        [
            "an htpasswd file",
            `ci:${hash}\nanna:${costlier}\n`,
            wrongHash("without the user name; remove what is before the `$`"),
        ],
        ...otherHashes.map((other): [string, unknown, string] => [other.slice(0, 8), other, otherKind]),
        [
            "cost 4",
            hash.replace("$05$", "$04$"),
            "users[0].passwordHash: has bcrypt cost 4, which must be 5 to 10: a leaked hash would be too easy to break; make a new one, e.g. with `htpasswd -nB -C 10 <name>`",
        ],
        [
            "cost 12",
            hash.replace("$05$", "$12$"),
            "users[0].passwordHash: has bcrypt cost 12, which must be 5 to 10: every request to the registry pays it; make a new one, e.g. with `htpasswd -nB -C 10 <name>`",
        ],
    ];
    for (const [what, value, sentence] of wrong) {
        it(`is rejected without being repeated: ${what}`, async () => {
            assert.deepEqual(await refused({ passwordHash: value }), [sentence]);
        });
    }

    it("is rejected when it is known, if it is an Output", async () => {
        const user = { name: "ci", passwordHash: pulumi.output(`ci:${hash}`) };
        const { message } = await failure(() => new PrivateRegistry("registry", { users: [user] }));
        assert.ok(message.includes("users[0].passwordHash: must be a bcrypt hash without the user name"), message);
        assert.ok(!message.includes(hash));
    });

    it("is rejected if it is an Output without a value, like a password", async () => {
        for (const field of ["passwordHash", "password"]) {
            const user = { name: "ci", [field]: pulumi.output(undefined) as unknown as pulumi.Output<string> };
            const { message } = await failure(() => new PrivateRegistry("registry", { users: [user] }));
            assert.ok(message.includes(`users[0].${field}: is an Output without a value`), message);
        }
    });
});

describe("a hash that is given as a password", () => {
    for (const value of [
        hash,
        `ci:${hash}`,
        `ci:${hash}\nanna:${costlier}\n`,
        hash.replace("$2y$", "$2b$"),
        ...otherHashes,
    ]) {
        it(`is rejected, and points to passwordHash: ${value.slice(0, 12)}…`, async () => {
            assert.deepEqual(await refused({ password: value }), [isHash]);
        });

        it(`is rejected when it is known, if it is an Output: ${value.slice(0, 12)}…`, async () => {
            const user = { name: "ci", password: pulumi.output(value) };
            const { message } = await failure(() => new PrivateRegistry("registry", { users: [user] }));
            assert.ok(message.includes(isHash), message);
            assert.ok(!message.includes(value));
        });
    }

    it("is not confused with a password that contains dollar signs and colons", async () => {
        for (const given of [
            "$2y$ is bcrypt's prefix",
            "ci:correct horse battery",
            "$ecret$1$are$hard",
            "{SHA} of a tree",
        ]) {
            assert.deepEqual((await registry({ users: [{ name: "ci", password: given }] })).htpasswd.length, 3);
        }
    });
});
