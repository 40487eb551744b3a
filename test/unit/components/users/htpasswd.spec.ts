import * as assert from "node:assert/strict";
import * as bcrypt from "bcryptjs";
import * as fc from "fast-check";
import { bcryptCost, htpasswdLine, longestPassword } from "../../../../components/users/htpasswd";

// With enough entropy for the cheap hash, so that the property tests are fast.
const characters = [..."abcdefghijklmnopqrstuvwxyz0123456789 :$\\\"'#äß"];
const password = fc
    .shuffledSubarray(characters, { minLength: 25, maxLength: 40 })
    .map((some) => some.join(""))
    .filter((plain) => Buffer.byteLength(plain) <= longestPassword);
const salt = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
const username = fc.stringMatching(/^[a-zA-Z0-9._@-]{1,40}$/);

describe("htpasswdLine", () => {
    it("accepts only the password", () => {
        fc.assert(
            fc.property(username, password, password, salt, (user, right, wrong, bytes) => {
                fc.pre(right !== wrong);
                const hash = htpasswdLine(user, right, bytes).slice(user.length + 1);
                assert.equal(bcrypt.compareSync(right, hash), true);
                assert.equal(bcrypt.compareSync(wrong, hash), false);
            }),
            { numRuns: 30 },
        );
    });

    it("is one line: the user name, a colon and the hash", () => {
        fc.assert(
            fc.property(username, password, salt, (user, plain, bytes) => {
                const line = htpasswdLine(user, plain, bytes);
                const [name, hash, ...rest] = line.split(":");
                assert.equal(name, user);
                assert.match(hash, /^\$2b\$05\$[./A-Za-z0-9]{53}$/);
                assert.deepEqual(rest, []);
            }),
            { numRuns: 30 },
        );
    });

    it("depends on the salt only", () => {
        fc.assert(
            fc.property(username, password, salt, salt, (user, plain, one, other) => {
                fc.pre(!one.equals(other));
                assert.equal(htpasswdLine(user, plain, one), htpasswdLine(user, plain, one));
                assert.notEqual(htpasswdLine(user, plain, one), htpasswdLine(user, plain, other));
            }),
            { numRuns: 20 },
        );
    });

    it("distinguishes passwords of the maximum length by their last byte", () => {
        const start = "abcdefghijklmnopqrstuvwxyz0123456789".repeat(2).slice(0, longestPassword - 1);
        const hash = htpasswdLine("ci", `${start}x`, Buffer.alloc(16)).slice("ci:".length);
        assert.equal(bcrypt.compareSync(`${start}x`, hash), true);
        assert.equal(bcrypt.compareSync(`${start}y`, hash), false);
    });

    it("hashes a weak password slowly", () => {
        assert.match(htpasswdLine("ci", "hunter2hunter2", Buffer.alloc(16)), /^ci:\$2b\$10\$/);
    });
});

describe("bcryptCost", () => {
    it("is 5 for the component's random passwords", () => {
        const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        const made = fc.array(letter, { minLength: 40, maxLength: 40 }).filter((l) => new Set(l).size >= 10);
        fc.assert(fc.property(made, (letters) => bcryptCost(letters.join("")) === 5));
    });

    it("is 10 below 100 bits, regardless of the length", () => {
        assert.equal(bcryptCost("password"), 10);
        assert.equal(bcryptCost("correct horse battery"), 10);
        assert.equal(bcryptCost("a".repeat(72)), 10);
        assert.equal(bcryptCost("ab".repeat(36)), 10);
    });

    it("uses the number of distinct characters: 25 characters of 16 are 100 bits, 24 are not", () => {
        const characters = "0123456789abcdef0123456789abcdef";
        assert.equal(bcryptCost(characters.slice(0, 25)), 5);
        assert.equal(bcryptCost(characters.slice(0, 24)), 10);
    });

    it("never increases when a character of the password is appended to it", () => {
        fc.assert(
            fc.property(fc.string({ minLength: 1, maxLength: 70 }), (plain) => {
                assert.ok(bcryptCost(plain + [...plain][0]) <= bcryptCost(plain));
            }),
        );
    });
});
