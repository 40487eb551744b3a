import * as crypto from "node:crypto";
import * as bcrypt from "bcryptjs";
import { atLeast, expect, type ResourceType } from "./resourceType";

/** bcrypt reads no more of a password than this. */
const bcryptBytes = 72;

/** Go's default, which the official provider uses. */
const bcryptCost = 10;

function bcryptHash(password: string): string {
    const read = Buffer.from(password).subarray(0, bcryptBytes).toString();
    return bcrypt.hashSync(read, bcryptCost).replace(/^\$2b\$/, "$2a$");
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const lettersAndDigits = `${letters.toUpperCase()}${letters}0123456789`;
const specials = "!@#$%&*()-_=+[]{}<>:?";

function draw(characters: string, count: number): string {
    return Array.from({ length: count }, () => characters[crypto.randomInt(characters.length)]).join("");
}

/** `random.RandomPassword` of letters, digits and, unless `special` is false, other characters. */
export const randomPassword: ResourceType = {
    inputs: ["keepers", "length", "special"],
    defaults: {
        lower: true,
        upper: true,
        numeric: true,
        number: true,
        special: true,
        minLower: 0,
        minUpper: 0,
        minNumeric: 0,
        minSpecial: 0,
    },
    computed: ["result", "bcryptHash"],
    secretOutputs: ["result", "bcryptHash"],
    check: (news) => expect(news, "length", atLeast(1), "an integer of at least 1"),
    create({ news: { length, special = true } }) {
        const result = draw(special ? `${lettersAndDigits}${specials}` : lettersAndDigits, length as number);
        return { id: "none", state: { result, bcryptHash: bcryptHash(result) } };
    },
};

/** `random.RandomBytes`. Its identifier, which no state encrypts, is the value in base64, as the official one's is. */
export const randomBytes: ResourceType = {
    inputs: ["keepers", "length"],
    computed: ["base64", "hex"],
    secretOutputs: ["base64", "hex"],
    check: (news) => expect(news, "length", atLeast(1), "an integer of at least 1"),
    create({ news: { length } }) {
        const bytes = crypto.randomBytes(length as number);
        const base64 = bytes.toString("base64");
        return { id: base64, state: { base64, hex: bytes.toString("hex") } };
    },
};

/** `random.RandomId`. Nothing of it is secret. */
export const randomId: ResourceType = {
    inputs: ["keepers", "byteLength", "prefix"],
    computed: ["b64Url", "b64Std", "hex", "dec"],
    check: (news) => expect(news, "byteLength", atLeast(1), "an integer of at least 1"),
    create({ news: { byteLength, prefix = "" } }) {
        const bytes = crypto.randomBytes(byteLength as number);
        const [id, base64, hex] = (["base64url", "base64", "hex"] as const).map((encoding) => bytes.toString(encoding));
        const state = { b64Url: id, b64Std: base64, hex, dec: BigInt(`0x${hex}`).toString() };
        return {
            id,
            state: Object.fromEntries(Object.entries(state).map(([key, value]) => [key, `${prefix}${value}`])),
        };
    },
};
