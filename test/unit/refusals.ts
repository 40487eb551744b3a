import * as assert from "node:assert/strict";
import { PrivateRegistry, RegistryAccess } from "../../components";
import { refusal } from "./mocks";

// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are tested
export type Wrong = any;

/** The problems in an error's message: one per line, below the name of the component. */
function linesBelow(what: string, { message }: Error): string[] {
    const [first, ...lines] = message.split("\n");
    assert.equal(first, `the ${what} cannot be created:`);
    return lines.map((line) => line.replace(/^ {2}/, ""));
}

/** The problems that a PrivateRegistry reports. Fails if it declares a resource. */
export async function problems(args: Wrong, name = "registry"): Promise<string[]> {
    return linesBelow(`PrivateRegistry "${name}"`, await refusal(() => new PrivateRegistry(name, args)));
}

/** The problems that a RegistryAccess reports. Fails if it declares a resource. */
export async function accessProblems(args: Wrong, name = "access"): Promise<string[]> {
    return linesBelow(`RegistryAccess "${name}"`, await refusal(() => new RegistryAccess(name, args)));
}

/** Arguments with one value at a path like `users[0].name`. */
export function withValue(path: string, value: unknown): Wrong {
    return path
        .split(/[.[]/)
        .reduceRight<unknown>((inner, key) => (key.endsWith("]") ? [inner].flat(0) : { [key]: inner }), value);
}

/** Arguments that a PrivateRegistry rejects, and all problems that it reports. */
export interface Refused {
    readonly of: Wrong;
    readonly says: readonly string[];
}

/** Tests that a PrivateRegistry rejects arguments, by their description. The order of the problems is not compared. */
export function refuses(argument: string, cases: Readonly<Record<string, Refused>>): void {
    describe(argument, () => {
        for (const [what, { of, says }] of Object.entries(cases)) {
            it(`rejects ${what}`, async () => assert.deepEqual((await problems(of)).sort(), [...says].sort()));
        }
    });
}

/** The path of an argument, a wrong value, and the error, without the value and the hint after it. */
export type WrongValue = readonly [path: string, value: unknown, sentence: string, hint?: string];

/** Tests that values are rejected, regardless of the other arguments. */
export function refusesValues(argument: string, values: readonly WrongValue[]): void {
    describe(argument, () => {
        for (const [path, value, sentence, hint] of values) {
            it(`rejects ${path}: ${JSON.stringify(value)}`, async () => {
                const line = `${path}: ${sentence}, not ${JSON.stringify(value)}${hint === undefined ? "" : `; ${hint}`}`;
                const lines = await problems(withValue(path, value));
                // Other arguments of the same object may be missing.
                assert.deepEqual(
                    lines.filter((other) => other.startsWith(`${path}:`)),
                    [line],
                );
            });
        }
    });
}
