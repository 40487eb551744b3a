import type * as pulumi from "@pulumi/pulumi";

/** The stack configuration values that set a secret argument. */
export interface SecretKey {
    /** Name of the configuration value; `<name>` is replaced by the field `name` of the object that the argument belongs to. */
    readonly key: string;
    /** Name of the configuration value for all objects without a separate one. */
    readonly shared?: string;
    /** The file from which the value is usually set. */
    readonly file?: string;
}

/** A single value. */
export interface ValueShape {
    readonly kind: "value";
    /** The error for a wrong value, without its path; undefined for a valid one. */
    readonly expects: (value: unknown) => string | undefined;
    /** What to write instead of a wrong value, if that can be guessed. Not for hidden values: it may repeat them. */
    readonly hint?: (value: unknown) => string | undefined;
    /** Whether the value must be known before any resource is created, so that it cannot be an Output. */
    readonly isPlain?: boolean;
    /** Whether messages must not repeat the value. */
    readonly isHidden?: boolean;
    /** Whether an empty string means that the argument is omitted, also if it is known later. */
    readonly mayBeEmpty?: boolean;
    readonly secret?: SecretKey;
    /** For a free-form object: the prefix of the stack configuration values that set secrets in it, before their path. */
    readonly secretPrefix?: string;
}

export interface ListShape {
    readonly kind: "list";
    readonly item: Shape;
    /** The error for an empty list, if the list must have items. */
    readonly ifEmpty?: string;
}

export interface MapShape {
    readonly kind: "map";
    readonly value: Shape;
    /** The error for a wrong key, without its path; undefined for a valid one. */
    readonly keyProblem?: (key: string) => string | undefined;
}

export interface ObjectShape {
    readonly kind: "object";
    readonly fields: Readonly<Record<string, Field>>;
    /** Fields of which at most one may be set. */
    readonly choices?: readonly string[];
    /** Whether one of them must be set. */
    readonly mustChoose?: boolean;
}

/** The shape of an argument. */
export type Shape = ValueShape | ListShape | MapShape | ObjectShape;

/** A field of an object. If it is required, `ifMissing` says what to set. */
export type Field = Shape & { readonly ifMissing?: string };

declare const accepted: unique symbol;

/** Brands a rule with its type, so that the compiler rejects a rule for another type. It has no value at runtime. */
interface For<F> {
    readonly [accepted]?: (value: F) => F;
}

/** The rule for an optional argument of type F. */
export type Rule<F> = Shape & For<F> & { readonly ifMissing?: undefined };

/** The rule for a required argument. */
export type RequiredRule<F> = Shape & For<F> & { readonly ifMissing: string };

/** The type of free-form arguments. They are declared as `any`, which would accept every rule. */
export interface FreeForm {
    readonly [key: string]: unknown;
}

type Declared<F> = 0 extends 1 & F ? FreeForm : F extends readonly (infer I)[] ? (0 extends 1 & I ? FreeForm[] : F) : F;

/** Exactly one rule for each field, of the same type, and required if the field is. */
export type RulesFor<T> = {
    readonly [K in keyof T]-?: undefined extends T[K]
        ? Rule<Declared<NonNullable<T[K]>>>
        : RequiredRule<Declared<T[K]>>;
};

/** A value, which may be an Output. `expects` returns the error for a wrong value. */
export function valueRule<T>(
    expects: (value: unknown) => string | undefined,
    hint?: (value: unknown) => string | undefined,
): Rule<pulumi.Input<T>> {
    return { kind: "value", expects, hint };
}

/** A value that must be known before any resource is created. */
export function plain<T>(rule: Rule<pulumi.Input<T>>): Rule<T> {
    return { ...(rule as ValueShape), isPlain: true };
}

/** A value that messages must not repeat. */
export function hidden<F>(rule: Rule<F>): Rule<F> {
    return { ...(rule as ValueShape), isHidden: true };
}

/** A string that is omitted if it is empty, like the output `caCertPem` of a registry with a public certificate. */
export function omittedIfEmpty<F>(rule: Rule<F>): Rule<F> {
    return { ...(rule as ValueShape), mayBeEmpty: true };
}

/** A secret value. In a stack's configuration it has a separate key. */
export function secret<F>(rule: Rule<F>, key: SecretKey): Rule<F> {
    return { ...(rule as ValueShape), isHidden: true, secret: key };
}

/** A free-form object. In a stack's configuration, secrets in it have separate keys: the prefix and their path. */
export function withSecretsBelow<F>(rule: Rule<F>, secretPrefix: string): Rule<F> {
    return { ...(rule as ValueShape), secretPrefix };
}

/** A required argument; `advice` says what to set. */
export function required<F>(rule: Rule<F>, advice: string): RequiredRule<F> {
    return { ...(rule as Shape), ifMissing: advice };
}

export function listOf<I>(item: Rule<I>): Rule<I[]> {
    return { kind: "list", item };
}

/** A list that must have items; `reason` is the error for an empty one. */
export function nonEmptyListOf<I>(item: Rule<I>, reason: string): Rule<I[]> {
    return { kind: "list", item, ifEmpty: reason };
}

export function mapOf<V>(value: Rule<V>, keyProblem?: (key: string) => string | undefined): Rule<Record<string, V>> {
    return { kind: "map", value, keyProblem };
}

export function fields<T extends object>(rules: RulesFor<T>): Rule<T> {
    return { kind: "object", fields: rules as Readonly<Record<string, Field>> };
}

/** An object of which at most one field may be set; `others` may be set in addition. */
export function atMostOneOf<T extends object>(rules: RulesFor<T>, ...others: (keyof T & string)[]): Rule<T> {
    const choices = Object.keys(rules).filter((field) => !(others as string[]).includes(field));
    return { ...(fields(rules) as ObjectShape), choices };
}

/** An object of which exactly one field must be set. */
export function exactlyOneOf<T extends object>(rules: RulesFor<T>): Rule<T> {
    return { ...(atMostOneOf(rules) as ObjectShape), mustChoose: true };
}
