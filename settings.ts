import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type PrivateRegistryArgs, type Problem } from "./components";
import { privateRegistryRules } from "./components/args";
import { defaultUsers } from "./components/credentials";
import { nearestName } from "./components/validation";

/**
 * The component's arguments from the stack's configuration: the object `registry` mirrors them, and each password lies in a
 * secret value of its own, `password-<user>`, because an object with a secret in it would be read in the clear.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const args = config.getObject<PrivateRegistryArgs>("registry") ?? {};
    const problems = unknownKeys(config, args.users);
    if (secretKeys().includes(`${config.name}:registry`)) {
        const reason =
            "holds a secret value, which would be read in the clear; keep passwords in `password-<user>` instead";
        problems.push({ path: "registry", reason });
    }
    const users = Array.isArray(args.users) ? args.users : undefined;
    users?.forEach((user, i) => {
        if (user?.password === undefined) return;
        const reason = `must not stand in the configuration file; run \`pulumi config set --secret password-${user.name}\``;
        problems.push({ path: `registry.users[${i}].password`, reason });
    });
    const withStorage = withS3Secret(config, args, problems);
    if (args.users && users === undefined) return args;
    const named = users ?? defaultUsers;
    const passwords = passwordUsers(config);
    for (const user of passwords.filter((name) => !named.some((u) => u?.name === name))) {
        const reason = `is of no user; add \`${user}\` to registry.users, or run \`pulumi config rm password-${user}\``;
        problems.push({ path: `password-${user}`, reason });
    }
    for (const user of passwords.filter((name) => !secretKeys().includes(`${config.name}:password-${name}`))) {
        const reason = `lies in the clear in the stack's file; run \`pulumi config set --secret password-${user}\``;
        problems.push({ path: `password-${user}`, reason });
    }
    if (problems.length > 0) throw new ArgumentError("the registry of this stack", problems);
    if (passwords.length === 0) return withStorage;
    return {
        ...withStorage,
        users: named.map((user) => ({ ...user, password: config.getSecret(`password-${user?.name}`) })),
    };
}

const s3SecretKey = "s3-secret-access-key";

/** Joins the secret value `s3-secret-access-key` to the access key in the object, and says what stands in the wrong place. */
function withS3Secret(config: pulumi.Config, args: PrivateRegistryArgs, problems: Problem[]): PrivateRegistryArgs {
    const key = s3SecretKey;
    const path = "storage.s3.credentials.keys";
    const s3 = args.storage?.s3;
    const keys = s3?.credentials?.keys;
    if (keys?.secretAccessKey !== undefined) {
        const reason = `must not stand in the configuration file; run \`pulumi config set --secret ${key}\``;
        problems.push({ path: `registry.${path}.secretAccessKey`, reason });
    }
    if (!keysOf(config).includes(key)) return args;
    if (!secretKeys().includes(`${config.name}:${key}`)) {
        const reason = `lies in the clear in the stack's file; run \`pulumi config set --secret ${key}\``;
        problems.push({ path: key, reason });
    }
    if (s3 === undefined || keys === undefined) {
        const reason = `is of no access key; give registry.${path}.accessKeyId, or run \`pulumi config rm ${key}\``;
        problems.push({ path: key, reason });
        return args;
    }
    const secretAccessKey = config.requireSecret(key);
    const credentials = { ...s3.credentials, keys: { ...keys, secretAccessKey } };
    return { ...args, storage: { ...args.storage, s3: { ...s3, credentials } } };
}

/**
 * Keys of the project that nothing reads: a misspelled one would silently leave its default in force. The keys of the object
 * are checked by the component itself.
 */
function unknownKeys(config: pulumi.Config, users: PrivateRegistryArgs["users"]): Problem[] {
    const named = Array.isArray(users) ? users : defaultUsers;
    const known = ["registry", s3SecretKey, ...named.map((user) => `password-${user?.name}`)];
    const args = [...new Set(Object.keys(privateRegistryRules).map((rule) => rule.split(/[.[{]/)[0]))];
    return keysOf(config)
        .filter((key) => key !== "registry" && key !== s3SecretKey && !key.startsWith(passwordPrefix))
        .map((key) => {
            const path = `${config.name}:${key}`;
            if (args.includes(key)) {
                return { path, reason: `is an argument; write it as \`${key}\` below \`${config.name}:registry\`` };
            }
            const nearest = nearestName(key, known);
            const hint = nearest === undefined ? `the keys are ${known.join(", ")}` : `did you mean \`${nearest}\`?`;
            return { path, reason: `is not a key of this project; ${hint}` };
        });
}

const passwordPrefix = "password-";

/** The keys of the stack's configuration that belong to this project. */
function keysOf(config: pulumi.Config): string[] {
    const prefix = `${config.name}:`;
    return Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
}

/** The users that a password is configured for. */
function passwordUsers(config: pulumi.Config): string[] {
    return keysOf(config)
        .filter((key) => key.startsWith(passwordPrefix))
        .map((key) => key.slice(passwordPrefix.length));
}

/** The configuration keys that hold a secret, as the engine tells every Node program. */
function secretKeys(): string[] {
    return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
}
