import * as assert from "node:assert/strict";
import * as bcrypt from "bcryptjs";
import { randomBytes, randomId, randomPassword } from "../../../../sandbox/plugins/randomValues";
import { type Created, differenceOf, type ResourceType } from "../../../../sandbox/plugins/resourceType";
import { type Properties, UNKNOWN } from "../../../../sandbox/plugins/values";

const create = (type: ResourceType, news: Properties) =>
    type.create({ name: "x", urn: "urn", news }) as Created & { state: Record<string, string> };
const replaces = (type: ResourceType, olds: Properties, news: Properties) =>
    differenceOf(type, { olds, news, state: {} }).replaces;
const refusals = (type: ResourceType, news: Properties) => (type.check?.(news) ?? []).map(({ reason }) => reason);

describe("random.RandomPassword", () => {
    it("uses letters, digits and the official provider's special characters", () => {
        const { id, state } = create(randomPassword, { length: 2000 });
        assert.equal(id, "none");
        assert.equal(state.result.length, 2000);
        const expected = "!#$%&()*+-0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz{}";
        assert.equal([...new Set(state.result)].sort().join(""), expected);
    });

    it("uses only letters and digits when special is false", () => {
        assert.match(create(randomPassword, { length: 200, special: false }).state.result, /^[a-zA-Z0-9]{200}$/);
    });

    it("generates a different password each time", () => {
        const passwords = [1, 2].map(() => create(randomPassword, { length: 40 }).state.result);
        assert.notEqual(passwords[0], passwords[1]);
    });

    it("has a bcrypt hash of cost 10 of its first 72 bytes", () => {
        const { result, bcryptHash } = create(randomPassword, { length: 80 }).state;
        assert.match(bcryptHash, /^\$2a\$10\$/);
        assert.ok(bcrypt.compareSync(result.slice(0, 72), bcryptHash));
    });

    it("marks its result and hash as secret, and has the official provider's defaults", () => {
        assert.deepEqual(randomPassword.secretOutputs, ["result", "bcryptHash"]);
        const { minLower, numeric, number, special, lower, upper } = randomPassword.defaults as Properties;
        assert.deepEqual([minLower, numeric, number, special, lower, upper], [0, true, true, true, true, true]);
    });

    it("is replaced when keepers, length or special change, and not when a default is set explicitly", () => {
        const olds = { length: 40, keepers: { generation: "1" } };
        assert.deepEqual(replaces(randomPassword, olds, { ...olds, keepers: { generation: "2" } }), [
            "keepers.generation",
        ]);
        assert.deepEqual(replaces(randomPassword, olds, { ...olds, length: 41 }), ["length"]);
        assert.deepEqual(replaces(randomPassword, olds, { ...olds, special: false }), ["special"]);
        assert.deepEqual(replaces(randomPassword, olds, { ...olds, special: true }), []);
    });
});

describe("random.RandomBytes", () => {
    it("has the same bytes in base64, in hexadecimal and, unencrypted, as its id", () => {
        const { id, state } = create(randomBytes, { length: 16 });
        assert.equal(Buffer.from(state.base64, "base64").length, 16);
        assert.equal(state.hex, Buffer.from(state.base64, "base64").toString("hex"));
        assert.equal(id, state.base64);
        assert.deepEqual(randomBytes.secretOutputs, ["base64", "hex"]);
    });

    it("is replaced when keepers or length change", () => {
        assert.deepEqual(replaces(randomBytes, { length: 16 }, { length: 32 }), ["length"]);
        assert.deepEqual(replaces(randomBytes, { length: 16 }, { length: 16, keepers: { a: "1" } }), ["keepers"]);
    });
});

describe("random.RandomId", () => {
    it("has the same bytes in base64, in hexadecimal, in decimal and as its id, with the prefix in front", () => {
        const { id, state } = create(randomId, { byteLength: 5, prefix: "a-" });
        const bytes = Buffer.from(id, "base64url");
        assert.equal(bytes.length, 5);
        assert.deepEqual(state, {
            b64Url: `a-${id}`,
            b64Std: `a-${bytes.toString("base64")}`,
            hex: `a-${bytes.toString("hex")}`,
            dec: `a-${bytes.readUIntBE(0, 5)}`,
        });
        assert.match(create(randomId, { byteLength: 4 }).state.hex, /^[0-9a-f]{8}$/);
        assert.equal(randomId.secretOutputs, undefined);
    });

    it("is replaced when keepers, length or prefix change", () => {
        const olds = { byteLength: 4, keepers: { content: "a" } };
        assert.deepEqual(replaces(randomId, olds, { ...olds, keepers: { content: "b" } }), ["keepers.content"]);
        assert.deepEqual(replaces(randomId, olds, { ...olds, byteLength: 5 }), ["byteLength"]);
        assert.deepEqual(replaces(randomId, olds, { ...olds, prefix: "a" }), ["prefix"]);
    });

    it("has a length of at least 1", () => {
        assert.deepEqual(refusals(randomId, { byteLength: 0 }), ["byteLength must be an integer of at least 1, got 0"]);
    });
});

describe("the length of random values", () => {
    for (const [name, type] of Object.entries({ randomPassword, randomBytes })) {
        it(`is an integer of at least 1 for ${name}`, () => {
            assert.deepEqual(refusals(type, { length: 0 }), ["length must be an integer of at least 1, got 0"]);
            assert.deepEqual(refusals(type, { length: 1.5 }), ["length must be an integer of at least 1, got 1.5"]);
            assert.deepEqual(refusals(type, { length: 1 }), []);
            assert.deepEqual(refusals(type, { length: UNKNOWN }), []);
        });
    }
});
