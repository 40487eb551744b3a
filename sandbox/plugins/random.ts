/* Stand-in for the random provider: passwords, strings, bytes, ids, UUIDs and integers, made once and kept in the state. */
import * as crypto from "node:crypto";
import * as bcrypt from "bcryptjs";
import { installedVersion } from "./installed";
import { inTable, serve } from "./provider";
import { checkLength, randomText, type TextRules } from "./randomText";
import type { CheckRequest, CreateRequest, ResourceType } from "./resourceType";
import type { Properties } from "./values";

/** bcrypt reads no more of a password than this. */
const bcryptBytes = 72;

/** Go's default, which the official provider uses. */
const bcryptCost = 10;

function bcryptHash(password: string): string {
    const read = Buffer.from(password).subarray(0, bcryptBytes).toString();
    return bcrypt.hashSync(read, bcryptCost).replace(/^\$2b\$/, "$2a$");
}

/** What the official provider fills in, so that the state reads the same with either. */
const textDefaults = {
    lower: true,
    upper: true,
    numeric: true,
    number: true,
    special: true,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
};

function checkText({ news }: CheckRequest) {
    return { inputs: news, failures: checkLength(news as Partial<TextRules>) };
}

function makeText({ news }: CreateRequest): Properties {
    return { ...textDefaults, ...news, result: randomText(news as unknown as TextRules) };
}

function makeId({ news }: CreateRequest) {
    const bytes = crypto.randomBytes(news.byteLength as number);
    const prefix = (news.prefix as string | undefined) ?? "";
    const state = {
        ...news,
        b64Std: prefix + bytes.toString("base64"),
        b64Url: prefix + bytes.toString("base64url"),
        hex: prefix + bytes.toString("hex"),
        dec: prefix + BigInt(`0x${bytes.toString("hex") || "0"}`).toString(),
    };
    return { id: bytes.toString("base64url"), state };
}

/** A whole number from min to max, both included, of any size that JSON can hold exactly. */
function between(min: number, max: number): number {
    const span = BigInt(max) - BigInt(min) + 1n;
    return Number(BigInt(min) + (crypto.randomBytes(16).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % span));
}

const table: Record<string, ResourceType> = {
    "random:index/randomPassword:RandomPassword": {
        computed: ["result", "bcryptHash"],
        secretOutputs: ["result", "bcryptHash"],
        check: checkText,
        create: (request) => {
            const state = makeText(request);
            return { id: "none", state: { ...state, bcryptHash: bcryptHash(state.result as string) } };
        },
    },
    "random:index/randomString:RandomString": {
        computed: ["result"],
        check: checkText,
        create: (request) => {
            const state = makeText(request);
            return { id: state.result as string, state };
        },
    },
    "random:index/randomBytes:RandomBytes": {
        computed: ["base64", "hex"],
        secretOutputs: ["base64", "hex"],
        create: ({ news }) => {
            const bytes = crypto.randomBytes(news.length as number);
            return { id: "none", state: { ...news, base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
        },
    },
    "random:index/randomId:RandomId": {
        computed: ["b64Std", "b64Url", "hex", "dec"],
        create: makeId,
    },
    "random:index/randomUuid:RandomUuid": {
        computed: ["result"],
        create: ({ news }) => {
            const result = crypto.randomUUID();
            return { id: result, state: { ...news, result } };
        },
    },
    "random:index/randomInteger:RandomInteger": {
        computed: ["result"],
        check: ({ news }) => ({
            inputs: news,
            failures:
                (news.min as number) > (news.max as number)
                    ? [{ property: "min", reason: `min (${news.min}) must not exceed max (${news.max})` }]
                    : [],
        }),
        create: ({ news }) => {
            const result = between(news.min as number, news.max as number);
            return { id: String(result), state: { ...news, result } };
        },
    },
};

serve({ version: installedVersion("@pulumi/random"), find: inTable("random", table) });
