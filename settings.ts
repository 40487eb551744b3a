import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type PrivateRegistry, type PrivateRegistryArgs, type Problem } from "./components";
import { nearestName } from "./components/arguments/check";
import { itemNamed, type SecretArgument, secretArguments, secretPlaces } from "./components/arguments/secrets";
import type { OutputValues } from "./components/kubernetes/outputs";
import { privateRegistryRules } from "./components/privateRegistryArgs";
import { writtenPath } from "./components/server/config/lookUp";
import { defaultUsers } from "./components/users/users";

/** What `pulumi up` exports. */
export type StackOutputs = OutputValues<PrivateRegistry>;

/**
 * The component's arguments from the stack's configuration. The object `registry` mirrors them. Each secret argument is a separate
 * secret value, e.g. `password-<user>`, `tls-key` and `ssh-key`, because an object that contains a secret would be read in the
 * clear.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const args = config.getObject<PrivateRegistryArgs>("registry") ?? {};
    const withUsers = { ...args, users: args.users ?? defaultUsers };
    const secrets = secretArguments(privateRegistryRules, withUsers);
    const problems = [
        ...unknownKeys(config, args, secrets),
        ...secretObject(config),
        ...secrets.filter(({ path }) => valueAt(args, path) !== undefined).map(inFile),
        ...inTheClear(config, secrets),
    ];
    if (problems.length > 0) throw new ArgumentError("the registry of this stack", problems);
    const stored = secrets.flatMap(({ path, keys }) => {
        const key = keys.find((candidate) => config.get(candidate) !== undefined);
        return key === undefined ? [] : [{ path, value: config.requireSecret(key) }];
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

/** A copy with a value at a path whose parents exist. */
function withValue<T>(given: T, [key, ...rest]: Path, value: unknown): T {
    const copy = (Array.isArray(given) ? [...given] : { ...given }) as Record<string | number, unknown>;
    copy[key] = rest.length === 0 ? value : withValue(copy[key], rest, value);
    return copy as T;
}

/** A path as in the stack's file, e.g. `registry.users[0].password`. */
const written = (path: Path) => writtenPath("registry", path);

/**
 * Keys of the project that nothing reads. A misspelled key would silently keep its default. The component itself checks the keys of
 * the object.
 */
function unknownKeys(config: pulumi.Config, args: PrivateRegistryArgs, secrets: readonly SecretArgument[]): Problem[] {
    const validKeys = ["registry", ...new Set(secrets.flatMap(({ keys }) => keys))];
    const prefix = `${config.name}:`;
    return Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length))
        .filter((key) => !validKeys.includes(key))
        .flatMap((key) => {
            const reason = reasonAgainstKey(config, args, key, validKeys);
            return reason === undefined ? [] : [{ path: `${prefix}${key}`, reason }];
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
        "holds a secret value, which would be read in the clear; keep passwords in `password-<user>` instead";
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
