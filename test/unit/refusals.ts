import * as assert from "node:assert/strict";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { refusal } from "./mocks";

// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what is tried
export type Wrong = any;

/** The problems in an error's message, one a line, below the name of the component that cannot be created. */
function linesBelow(what: string, { message }: Error): string[] {
    const [first, ...lines] = message.split("\n");
    assert.equal(first, `the ${what} cannot be created:`);
    return lines.map((line) => line.replace(/^ {2}/, ""));
}

/** What a PrivateRegistry reports about its arguments. Fails if it declares anything. */
export async function problems(args: Wrong, name = "registry"): Promise<string[]> {
    return linesBelow(`PrivateRegistry "${name}"`, await refusal(() => new PrivateRegistry(name, args)));
}

/** What a RegistryAccess reports about its arguments. Fails if it declares anything. */
export async function accessProblems(args: Wrong, name = "access"): Promise<string[]> {
    return linesBelow(`RegistryAccess "${name}"`, await refusal(() => new RegistryAccess(name, args)));
}

/** Arguments with one value at a path like `users[0].name`. */
export function withValue(path: string, value: unknown): Wrong {
    return path
        .split(/[.[]/)
        .reduceRight<unknown>((inner, key) => (key.endsWith("]") ? [inner].flat(0) : { [key]: inner }), value);
}

/** Arguments that a PrivateRegistry refuses, and every line that it reports about them. */
export interface Refused {
    readonly of: Wrong;
    readonly says: readonly string[];
}

/** Tests of arguments that a PrivateRegistry refuses, by what they are. The order of the problems has no meaning. */
export function refuses(argument: string, cases: Readonly<Record<string, Refused>>): void {
    describe(argument, () => {
        for (const [what, { of, says }] of Object.entries(cases)) {
            it(`refuses ${what}`, async () => assert.deepEqual((await problems(of)).sort(), [...says].sort()));
        }
    });
}

/** The path of an argument, a wrong value for it, and the sentence that precedes the value in the message. */
export type WrongValue = readonly [path: string, value: unknown, sentence: string];

/** Tests of values that are wrong whatever the other arguments are. */
export function refusesValues(argument: string, values: readonly WrongValue[]): void {
    describe(argument, () => {
        for (const [path, value, sentence] of values) {
            it(`refuses ${path}: ${JSON.stringify(value)}`, async () => {
                const line = `${path}: ${sentence}, not ${JSON.stringify(value)}`;
                const lines = await problems(withValue(path, value));
                // The other arguments of the same object may be missing.
                assert.deepEqual(
                    lines.filter((other) => other.startsWith(`${path}:`)),
                    [line],
                );
            });
        }
    });
}
