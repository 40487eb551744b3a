import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type PrivateRegistry, type PrivateRegistryArgs, type Problem } from "./components";
import { nearestName } from "./components/arguments/check";
import {
    type FreeFormSecrets,
    freeFormSecrets,
    itemNamed,
    keyOfPath,
    parsedSecret,
    pathNamed,
    type SecretArgument,
    secretArguments,
    secretPlaces,
} from "./components/arguments/secrets";
import type { OutputValues } from "./components/kubernetes/outputs";
import { privateRegistryRules } from "./components/privateRegistryArgs";
import { writtenPath } from "./components/server/config/lookUp";
import { secretPaths } from "./components/server/config/secrets";
import { defaultUsers } from "./components/users/users";

/** What `pulumi up` exports. */
export type StackOutputs = OutputValues<PrivateRegistry>;

/**
 * The component's arguments from the stack's configuration. The object `registry` mirrors them. Each secret argument is a separate
 * secret value, e.g. `password-<user>`, `hash-<user>`, `tls-key` and `ssh-key`, because an object that contains a secret would
 * be read in the clear. So is each secret in a free-form argument, e.g. `config-proxy.password`.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const args = config.getObject<PrivateRegistryArgs>("registry") ?? {};
    const withUsers = { ...args, users: args.users ?? defaultUsers };
    const named = secretArguments(privateRegistryRules, withUsers);
    const freeForm = secretsInFreeForm(config, args);
    const secrets = [...named, ...freeForm];
    const problems = [
        ...unknownKeys(config, args, secrets),
        ...secretObject(config),
        ...secrets.filter(({ path }) => valueAt(args, path) !== undefined).map(inFile),
        ...secretsInConfig(args, secrets).map(inFile),
        ...overlapping(freeForm),
        ...inTheClear(config, secrets),
    ];
    if (problems.length > 0) throw new ArgumentError("the registry of this stack", problems);
    const stored = secrets.flatMap(({ path, keys }) => {
        const key = keys.find((candidate) => config.get(candidate) !== undefined);
        if (key === undefined) return [];
        const value = config.requireSecret(key);
        const isFreeForm = freeForm.some((secret) => secret.path === path);
        return [{ path, value: isFreeForm ? value.apply((text) => parsedSecret(path, text)) : value }];
    });
    const needsUsers = stored.some(({ path }) => path[0] === "users");
    return stored.reduce<PrivateRegistryArgs>(
        (given, { path, value }) => withValue(given, path, value),
        needsUsers ? withUsers : args,
    );
}

type Path = readonly (string | number)[];

function valueAt(value: unknown, path: Path): unknown {
    // biome-ignore lint/suspicious/noExplicitAny: the content of a file, before it is validated
    return path.reduce<any>((inner, key) => inner?.[key], value);
}

/** A copy with a value at a path. Objects on the path that do not exist are created. */
function withValue<T>(given: T, [key, ...rest]: Path, value: unknown): T {
    const copy = (Array.isArray(given) ? [...given] : { ...given }) as Record<string | number, unknown>;
    copy[key] = rest.length === 0 ? value : withValue(copy[key], rest, value);
    return copy as T;
}

/** The secrets in free-form arguments that configuration values set. */
function secretsInFreeForm(config: pulumi.Config, args: PrivateRegistryArgs): SecretArgument[] {
    const places = freeFormSecrets(privateRegistryRules).filter((place) => hasOwner(args, place));
    return places.flatMap((place) =>
        keysOf(config)
            .filter((key) => key.startsWith(place.prefix))
            .map((key) => ({ key, ...pathNamed(valueAt(args, place.path), key.slice(place.prefix.length)) }))
            .filter(({ missing }) => missing === undefined)
            .map(({ key, path }) => ({ path: [...place.path, ...path], keys: [key] })),
    );
}

/** Whether the object with a free-form argument is in the stack's file. An empty one would enable a feature, e.g. `helm`. */
function hasOwner(args: PrivateRegistryArgs, { path }: FreeFormSecrets): boolean {
    return valueAt(args, path.slice(0, -1)) !== undefined;
}

/** Secrets that are part of another secret. */
function overlapping(secrets: readonly SecretArgument[]): Problem[] {
    return secrets.flatMap(({ path, keys: [key] }) =>
        secrets
            .filter((other) => other.path.length < path.length && other.path.every((part, i) => part === path[i]))
            .map((other) => ({ path: key, reason: `is a part of \`${other.keys[0]}\`; remove one of the two` })),
    );
}

/** Secrets in the argument `config` that are in the clear in the stack's file. */
function secretsInConfig({ config }: PrivateRegistryArgs, others: readonly SecretArgument[]): SecretArgument[] {
    const isOther = (path: Path) => others.some((other) => written(other.path) === written(path));
    return secretPaths(config)
        .map((path) => ({ path: ["config", ...path], keys: [`config-${keyOfPath(config, path)}`] }))
        .filter(({ path }) => !isOther(path));
}

/** The project's keys in the stack's configuration. */
function keysOf(config: pulumi.Config): string[] {
    const prefix = `${config.name}:`;
    return Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
}

/** A path as in the stack's file, e.g. `registry.users[0].password`. */
const written = (path: Path) => writtenPath("registry", path);

/**
 * Keys of the project that nothing reads. A misspelled key would silently keep its default. The component itself checks the keys of
 * the object.
 */
function unknownKeys(config: pulumi.Config, args: PrivateRegistryArgs, secrets: readonly SecretArgument[]): Problem[] {
    const validKeys = ["registry", ...new Set(secrets.flatMap(({ keys }) => keys))];
    return keysOf(config)
        .filter((key) => !validKeys.includes(key))
        .flatMap((key) => {
            const reason = reasonAgainstKey(config, args, key, validKeys);
            return reason === undefined ? [] : [{ path: `${config.name}:${key}`, reason }];
        });
}

/** Why a key is not a key of this project; undefined if that depends on an argument that the component rejects. */
function reasonAgainstKey(
    config: pulumi.Config,
    args: PrivateRegistryArgs,
    key: string,
    validKeys: readonly string[],
): string | undefined {
    if (privateRegistryRules.kind === "object" && key in privateRegistryRules.fields) {
        return `is an argument; write it as \`${key}\` below \`${config.name}:registry\``;
    }
    const remove = `run \`pulumi config rm ${key}\``;
    for (const place of secretPlaces(privateRegistryRules)) {
        if (key === place.key.key || key === place.key.shared) {
            return `completes registry.${place.path}, which is missing; add that, or ${remove}`;
        }
        const name = itemNamed(key, place);
        if (name === undefined) continue;
        const items = valueAt(args, place.path.split("."));
        if (items !== undefined && !Array.isArray(items)) return undefined;
        return `is for \`${name}\`, which registry.${place.path} does not name; add it there, or ${remove}`;
    }
    for (const place of freeFormSecrets(privateRegistryRules)) {
        const { path, prefix } = place;
        if (!key.startsWith(prefix)) continue;
        if (!hasOwner(args, place)) {
            return `completes ${written(path.slice(0, -1))}, which is missing; add that, or ${remove}`;
        }
        const { path: existing, missing } = pathNamed(valueAt(args, path), key.slice(prefix.length));
        const owner = written([...path, ...existing]);
        if (!Array.isArray(valueAt(args, [...path, ...existing]))) {
            return `is for a field below ${owner}, which is not an object; correct the path, or ${remove}`;
        }
        return `is for \`${missing}\`, which ${owner} does not name; add it there, or ${remove}`;
    }
    const nearest = nearestName(key, validKeys);
    const hint = nearest === undefined ? `the keys are ${validKeys.join(", ")}` : `did you mean \`${nearest}\`?`;
    return `is not a key of this project; ${hint}`;
}

/** Whether a value is encrypted in the stack's file. The engine passes this to every Node program. */
function isSecret(config: pulumi.Config, name: string): boolean {
    const secretKeys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
    return secretKeys.includes(`${config.name}:${name}`);
}

function secretObject(config: pulumi.Config): Problem[] {
    if (!isSecret(config, "registry")) return [];
    const reason =
        "holds a secret value, which would be read in the clear; keep passwords in `password-<user>`, and secrets of config in `config-<path>`, instead";
    return [{ path: "registry", reason }];
}

/** A secret argument in the configuration object. */
function inFile({ path, keys, file }: SecretArgument): Problem {
    const key = keys.at(-1) ?? "";
    return {
        path: written(path),
        reason: `must not be in the configuration file; ${setSecret(key, file)}, and remove it here`,
    };
}

/** Secret arguments whose values are not encrypted. */
function inTheClear(config: pulumi.Config, secrets: readonly SecretArgument[]): Problem[] {
    const files = new Map(secrets.flatMap(({ keys, file }) => keys.map((key) => [key, file] as const)));
    return [...files]
        .filter(([key]) => config.get(key) !== undefined && !isSecret(config, key))
        .map(([key, file]) => ({
            path: key,
            reason: `is not encrypted in the stack's file; ${setSecret(key, file)}`,
        }));
}

/** The command that sets a secret value, from a file if it usually is in one. */
function setSecret(name: string, file?: string): string {
    return `run \`pulumi config set --secret ${name}${file === undefined ? "" : ` <${file}`}\``;
}
