import * as pulumi from "@pulumi/pulumi";
import {
    ArgumentError,
    type PrivateRegistry,
    type PrivateRegistryArgs,
    type Problem,
    type SshNode,
} from "./components";
import { nearestName } from "./components/arguments/check";
import type { OutputValues } from "./components/kubernetes/outputs";
import { privateRegistryRules } from "./components/privateRegistryArgs";
import { defaultUsers } from "./components/users/users";

/** What `pulumi up` exports. */
export type StackOutputs = OutputValues<PrivateRegistry>;

/**
 * The component's arguments from the stack's configuration: the object `registry` mirrors them, and each password and key lies
 * in a secret value of its own, e.g. `password-<user>`, `tls-key` and `ssh-key`, because an object with a secret in it would be read in the clear.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const configured = config.getObject<PrivateRegistryArgs>("registry") ?? {};
    const problems = unknownKeys(config, configured);
    const args = withSshKeys(config, withSecrets(config, configured, problems), problems);
    if (isSecret(config, "registry")) {
        const reason =
            "holds a secret value, which would be read in the clear; keep passwords in `password-<user>` instead";
        problems.push({ path: "registry", reason });
    }
    const users = Array.isArray(args.users) ? args.users : undefined;
    users?.forEach((user, i) => {
        if (user?.password === undefined) return;
        problems.push(inFile(`registry.users[${i}].password`, `${passwordPrefix}${user.name}`));
    });
    if (args.users && users === undefined) return args;
    const named = users ?? defaultUsers;
    const passwords = passwordUsers(config);
    for (const user of passwords.filter((name) => !named.some((u) => u?.name === name))) {
        const reason = `is of no user; add \`${user}\` to registry.users, or run \`pulumi config rm password-${user}\``;
        problems.push({ path: `password-${user}`, reason });
    }
    problems.push(...passwords.flatMap((user) => inTheClear(config, `${passwordPrefix}${user}`)));
    if (problems.length > 0) throw new ArgumentError("the registry of this stack", problems);
    if (passwords.length === 0) return args;
    return { ...args, users: named.map((user) => ({ ...user, password: config.getSecret(`password-${user?.name}`) })) };
}

/** A part of the arguments that is secret, and the secret value of the stack's configuration that holds it. */
interface Joined {
    /** Where the object is that the secret completes. */
    readonly path: readonly string[];
    readonly field: string;
    readonly name: string;
    /** What `pulumi config set` reads it from, when that is a file. */
    readonly file?: string;
}

const joined: readonly Joined[] = [
    { path: ["storage", "s3", "credentials", "keys"], field: "secretAccessKey", name: "s3-secret-access-key" },
    { path: ["tls", "pem"], field: "key", name: "tls-key", file: "key.pem" },
    { path: ["expose", "ingress", "certificate", "pem"], field: "key", name: "ingress-key", file: "key.pem" },
    {
        path: ["expose", "ingressRoute", "certificate", "pem"],
        field: "key",
        name: "ingress-route-key",
        file: "key.pem",
    },
];

function objectAt(args: PrivateRegistryArgs, path: readonly string[]): Record<string, unknown> | undefined {
    // biome-ignore lint/suspicious/noExplicitAny: what a file holds, before it is checked
    const found = path.reduce<any>((value, field) => value?.[field], args);
    return typeof found === "object" && found !== null ? found : undefined;
}

/** The arguments with what is secret in them. */
function withSecrets(config: pulumi.Config, args: PrivateRegistryArgs, problems: Problem[]): PrivateRegistryArgs {
    return joined.reduce((given, { path, field, name, file }) => {
        const object = objectAt(given, path);
        if (object === undefined) return given;
        if (object[field] !== undefined) problems.push(inFile(`registry.${path.join(".")}.${field}`, name, file));
        else problems.push(...inTheClear(config, name, file));
        const secret = config.getSecret(name);
        return secret === undefined ? given : withValue(given, [...path, field], secret);
    }, args);
}

/** The machines that are told over SSH, as far as the configuration names them. */
function sshNodes(args: PrivateRegistryArgs): SshNode[] {
    const nodes: unknown = objectAt(args, ["nodes"])?.ssh;
    return Array.isArray(nodes) ? nodes : [];
}

const sshKeyName = "ssh-key";

/** The names of the values that a machine's key is looked for in: one of its own, then the one for all. */
function sshKeyNames(node: SshNode | undefined): string[] {
    return [`${sshKeyName}-${node?.name}`, sshKeyName];
}

/** The arguments with the keys of the machines that are told over SSH. */
function withSshKeys(config: pulumi.Config, args: PrivateRegistryArgs, problems: Problem[]): PrivateRegistryArgs {
    const nodes = sshNodes(args);
    if (nodes.length === 0) return args;
    const names = [...new Set(nodes.flatMap(sshKeyNames))].filter((name) => config.get(name) !== undefined);
    problems.push(...names.flatMap((name) => inTheClear(config, name, "key")));
    const ssh = nodes.map((node, i) => {
        if (node?.privateKey !== undefined) {
            problems.push(inFile(`registry.nodes.ssh[${i}].privateKey`, sshKeyName, "key"));
        }
        const name = sshKeyNames(node).find((known) => names.includes(known));
        return name === undefined ? node : { ...node, privateKey: config.requireSecret(name) };
    });
    return withValue(args, ["nodes", "ssh"], ssh);
}

/** A copy with a value at a path. */
function withValue<T extends object>(given: T, [field, ...rest]: string[], value: unknown): T {
    const below = (given as Record<string, object>)[field] ?? {};
    return { ...given, [field]: rest.length === 0 ? value : withValue(below, rest, value) };
}

/**
 * Keys of the project that nothing reads: a misspelled one would silently leave its default in force. The keys of the object
 * are checked by the component itself.
 */
function unknownKeys(config: pulumi.Config, given: PrivateRegistryArgs): Problem[] {
    const named = Array.isArray(given.users) ? given.users : defaultUsers;
    const completing = joined.filter(({ path }) => objectAt(given, path) !== undefined).map(({ name }) => name);
    const sshKeys = [...new Set(sshNodes(given).flatMap(sshKeyNames))];
    const known = ["registry", ...named.map((user) => `password-${user?.name}`), ...completing, ...sshKeys];
    const args = [...new Set(Object.keys(privateRegistryRules).map((rule) => rule.split(/[.[{]/)[0]))];
    return keysOf(config)
        .filter((key) => !known.includes(key) && !key.startsWith(passwordPrefix))
        .map((key) => {
            const path = `${config.name}:${key}`;
            if (args.includes(key)) {
                return { path, reason: `is an argument; write it as \`${key}\` below \`${config.name}:registry\`` };
            }
            const completed = joined.find(({ name }) => name === key);
            if (completed) {
                const where = `registry.${completed.path.join(".")}`;
                return {
                    path,
                    reason: `completes ${where}, which is not there; give that, or run \`pulumi config rm ${key}\``,
                };
            }
            if (key === sshKeyName || key.startsWith(`${sshKeyName}-`)) {
                const reason = `is of no machine in registry.nodes.ssh; add it, or run \`pulumi config rm ${key}\``;
                return { path, reason };
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

/** Whether a value is encrypted in the stack's file, as the engine tells every Node program. */
function isSecret(config: pulumi.Config, name: string): boolean {
    const secretKeys: string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
    return secretKeys.includes(`${config.name}:${name}`);
}

/** Says that something secret is among the arguments, and where it belongs. */
function inFile(path: string, name: string, file?: string): Problem {
    return { path, reason: `must not stand in the configuration file; ${setSecret(name, file)}, and remove it here` };
}

/** Says so when a value that shall be secret is not. */
function inTheClear(config: pulumi.Config, name: string, file?: string): Problem[] {
    if (config.get(name) === undefined || isSecret(config, name)) return [];
    return [{ path: name, reason: `lies in the clear in the stack's file; ${setSecret(name, file)}` }];
}

/** How a secret value is given; from a file, when that is what holds it. */
function setSecret(name: string, file?: string): string {
    return `run \`pulumi config set --secret ${name}${file === undefined ? "" : ` <${file}`}\``;
}
