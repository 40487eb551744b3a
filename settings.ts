import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type PrivateRegistryArgs, type Problem } from "./components";
import { defaultUsers } from "./components/credentials";

/**
 * The component's arguments from the stack's configuration: the object `registry` mirrors them, and each password and key lies
 * in a secret value of its own, e.g. `password-<user>` and `tls-key`, because an object with a secret in it would be read in the clear.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const problems: Problem[] = [];
    const args = withKeys(config, config.getObject<PrivateRegistryArgs>("registry") ?? {}, problems);
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
    if (passwords.length === 0) return args;
    return { ...args, users: named.map((user) => ({ ...user, password: config.getSecret(`password-${user?.name}`) })) };
}

/** Where the arguments have a certificate in PEM form, and the secret value that holds its key. */
const pemKeys: [path: string[], name: string][] = [
    [["tls", "pem"], "tls-key"],
    [["expose", "ingress", "certificate", "pem"], "ingress-key"],
    [["expose", "ingressRoute", "certificate", "pem"], "ingress-route-key"],
];

/** The arguments with the private keys of certificates. */
function withKeys(config: pulumi.Config, args: PrivateRegistryArgs, problems: Problem[]): PrivateRegistryArgs {
    return pemKeys.reduce((given, [path, name]) => {
        // biome-ignore lint/suspicious/noExplicitAny: what a file holds, before it is checked
        const pem = path.reduce<any>((value, field) => value?.[field], given);
        if (typeof pem !== "object" || pem === null) return given;
        const command = `run \`pulumi config set --secret ${name} <key.pem\``;
        if (pem.key !== undefined) {
            const reason = `must not stand in the configuration file; ${command}, and remove it here`;
            problems.push({ path: `registry.${path.join(".")}.key`, reason });
        } else if (config.get(name) !== undefined && !secretKeys().includes(`${config.name}:${name}`)) {
            problems.push({ path: name, reason: `lies in the clear in the stack's file; ${command}` });
        }
        const key = config.getSecret(name);
        return key === undefined ? given : withValue(given, [...path, "key"], key);
    }, args);
}

/** A copy with a value at a path. */
function withValue<T extends object>(given: T, [field, ...rest]: string[], value: unknown): T {
    const below = (given as Record<string, object>)[field] ?? {};
    return { ...given, [field]: rest.length === 0 ? value : withValue(below, rest, value) };
}

/** The users that a password is configured for. */
function passwordUsers(config: pulumi.Config): string[] {
    const prefix = `${config.name}:password-`;
    return Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
}

/** The configuration keys that hold a secret, as the engine tells every Node program. */
function secretKeys(): string[] {
    return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
}
