import type * as pulumi from "@pulumi/pulumi";

/** Where a stack's configuration keeps a secret argument. */
export interface SecretKey {
    /** Name of the configuration value; `<name>` stands for the field `name` of the object that the argument belongs to. */
    readonly key: string;
    /** Another configuration value, for all objects that have none of their own. */
    readonly shared?: string;
    /** The file from which the value is usually set. */
    readonly file?: string;
}

/** A single value. */
export interface ValueShape {
    readonly kind: "value";
    /** What is expected of a value that is wrong, as the end of a sentence. */
    readonly expects: (value: unknown) => string | undefined;
    /** Whether the value must be known before anything is created, so that it cannot be an Output. */
    readonly isPlain?: boolean;
    /** Whether messages must not repeat the value. */
    readonly isHidden?: boolean;
    readonly secret?: SecretKey;
}

export interface ListShape {
    readonly kind: "list";
    readonly item: Shape;
    /** What is wrong with a list that is empty, if it must not be. */
    readonly ifEmpty?: string;
}

export interface MapShape {
    readonly kind: "map";
    readonly value: Shape;
}

export interface ObjectShape {
    readonly kind: "object";
    readonly fields: Readonly<Record<string, Field>>;
    /** Fields of which at most one may be given. */
    readonly choices?: readonly string[];
    /** Whether one of them must be given. */
    readonly mustChoose?: boolean;
}

/** What arguments look like. */
export type Shape = ValueShape | ListShape | MapShape | ObjectShape;

/** An argument of an object. If it must be given, `ifMissing` says how. */
export type Field = Shape & { readonly ifMissing?: string };

declare const accepted: unique symbol;

/** Makes the rule for one type an error where another type is declared. It has no value. */
interface For<F> {
    readonly [accepted]?: (value: F) => F;
}

/** The rule of an argument of type F. */
export type Rule<F> = Shape & For<F> & { readonly ifMissing?: undefined };

/** The rule of an argument that must be given. */
export type RequiredRule<F> = Shape & For<F> & { readonly ifMissing: string };

/** The type of free-form arguments. The schema knows them as `any`, for which every other rule would do. */
export interface FreeForm {
    readonly [key: string]: unknown;
}

type Declared<F> = 0 extends 1 & F ? FreeForm : F extends readonly (infer I)[] ? (0 extends 1 & I ? FreeForm[] : F) : F;

/** One rule for each field: neither more nor fewer, of the same type, and required where the field is. */
export type RulesFor<T> = {
    readonly [K in keyof T]-?: undefined extends T[K]
        ? Rule<Declared<NonNullable<T[K]>>>
        : RequiredRule<Declared<T[K]>>;
};

/** A value, which may be an Output. `expects` says what is expected of a value that is wrong. */
export function valueRule<T>(expects: (value: unknown) => string | undefined): Rule<pulumi.Input<T>> {
    return { kind: "value", expects };
}

/** A value that must be known before anything is created. */
export function plain<T>(rule: Rule<pulumi.Input<T>>): Rule<T> {
    return { ...(rule as ValueShape), isPlain: true };
}

/** A value that messages must not repeat. */
export function hidden<F>(rule: Rule<F>): Rule<F> {
    return { ...(rule as ValueShape), isHidden: true };
}

/** A secret value. In a stack's configuration it has a key of its own. */
export function secret<F>(rule: Rule<F>, key: SecretKey): Rule<F> {
    return { ...(rule as ValueShape), isHidden: true, secret: key };
}

/** An argument that must be given; `advice` says how. */
export function required<F>(rule: Rule<F>, advice: string): RequiredRule<F> {
    return { ...(rule as Shape), ifMissing: advice };
}

export function listOf<I>(item: Rule<I>): Rule<I[]> {
    return { kind: "list", item };
}

/** A list that must have items; `reason` says what is wrong with an empty one. */
export function nonEmptyListOf<I>(item: Rule<I>, reason: string): Rule<I[]> {
    return { kind: "list", item, ifEmpty: reason };
}

export function mapOf<V>(value: Rule<V>): Rule<Record<string, V>> {
    return { kind: "map", value };
}

export function fields<T extends object>(rules: RulesFor<T>): Rule<T> {
    return { kind: "object", fields: rules as Readonly<Record<string, Field>> };
}

/** An object of which at most one field may be given; `others` may be given beside it. */
export function atMostOneOf<T extends object>(rules: RulesFor<T>, ...others: (keyof T & string)[]): Rule<T> {
    const choices = Object.keys(rules).filter((field) => !(others as string[]).includes(field));
    return { ...(fields(rules) as ObjectShape), choices };
}

/** An object of which exactly one field must be given. */
export function exactlyOneOf<T extends object>(rules: RulesFor<T>): Rule<T> {
    return { ...(atMostOneOf(rules) as ObjectShape), mustChoose: true };
}
