import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Problem } from "../arguments/check";
import { inQuotes, integer } from "../arguments/rules";
import { fields, nonEmptyListOf, plain, required, secret, valueRule } from "../arguments/shapes";
import { validGenerations } from "../generations";
import type { Scope } from "../kubernetes/scope";
import { htpasswdLine, longestPassword } from "./htpasswd";
import { isHash, passwordHash } from "./passwordHash";

/** A user who can pull and push. */
export interface RegistryUser {
    /** User name, without a colon. Names that begin with `puller-` are reserved for the component. */
    name: string;
    /**
     * Password, 8 to 72 bytes. Secret. In a stack's configuration it is the secret value `password-<name>`. If omitted, a random one of
     * 40 letters and digits is generated and stored in the stack's state. The registry accepts a changed password about a minute after
     * the change; increment `generation` in the same change to make `pulumi up` wait for that.
     */
    password?: pulumi.Input<string>;
    /**
     * bcrypt hash of the password, of cost 5 to 10, instead of the password: 60 characters that begin with `$2y$`, `$2b$` or `$2a$`,
     * as `htpasswd -nB <name>` prints them after the colon. Secret. In a stack's configuration it is the secret value `hash-<name>`.
     * It is written to the htpasswd file as it is. The component does not know the password, so the output `credentials` omits the
     * user. Cannot be combined with `password` or `generation`. The registry accepts a changed hash about a minute after the change.
     */
    passwordHash?: pulumi.Input<string>;
    /** Increment to rotate a random password. `pulumi up` completes when the registry accepts the new one. Defaults to 1. */
    generation?: number;
}

/** The users with their passwords. */
export interface Users {
    /** The users from the arguments, except those with a `passwordHash`. */
    readonly logins: Login[];
    /** The machine user of pull secrets and nodes. */
    readonly puller: Login;
    /** The complete htpasswd file. Secret. */
    readonly htpasswd: pulumi.Output<string>;
}

export interface Login {
    readonly username: string;
    readonly password: pulumi.Output<string>;
    readonly generation: number;
}

/** A user whose password the component does not know. */
interface HashedLogin {
    readonly username: string;
    readonly hash: pulumi.Output<string>;
}

const machinePrefix = "puller-";

export const defaultUsers: RegistryUser[] = [{ name: "admin" }];

const userName = valueRule<string>((value) => {
    if (typeof value !== "string" || !/^[^\s:#\p{C}][^\s:\p{C}]{0,254}$/u.test(value)) {
        return "must be 1 to 255 characters without colons and spaces and not begin with #";
    }
    return value.startsWith(machinePrefix)
        ? `must not begin with "${machinePrefix}", the prefix of the users of pull secrets`
        : undefined;
}, inQuotes);

const password = valueRule<string>((value) => {
    if (typeof value !== "string") return "must be a string; quote an all-digit password";
    if (isHash(value)) {
        return "is a hash, which would be hashed again; set a bcrypt hash as passwordHash (in a stack's configuration, as the secret value `hash-<name>`)";
    }
    const bytes = Buffer.byteLength(value);
    if (bytes >= 8 && bytes <= longestPassword && !/[\0\r\n]/.test(value)) return undefined;
    return `must have 8 to ${longestPassword} bytes (bcrypt ignores the rest) on one line, but has ${bytes}; omit it to get a random one`;
});

export const userRules = nonEmptyListOf(
    fields<RegistryUser>({
        name: required(plain(userName), "give every user a name"),
        password: secret(password, { key: "password-<name>" }),
        passwordHash: secret(passwordHash, { key: "hash-<name>" }),
        generation: plain(integer(1)),
    }),
    "must list at least one user; omit it to get the user `admin`",
);

export function userProblems(users: readonly RegistryUser[] = defaultUsers): Problem[] {
    return users.flatMap((user, i) => [...repeatedName(users, i), ...hashProblems(user, `users[${i}]`)]);
}

function repeatedName(users: readonly RegistryUser[], i: number): Problem[] {
    const { name } = users[i];
    const first = users.findIndex((other) => other.name === name);
    const reason = `duplicates users[${first}].name; an htpasswd file holds one password per name`;
    return name !== undefined && first < i ? [{ path: `users[${i}].name`, reason }] : [];
}

function hashProblems({ password, passwordHash, generation }: RegistryUser, path: string): Problem[] {
    if (passwordHash === undefined) return [];
    const problems: Problem[] = [];
    if (password !== undefined) {
        const reason = "cannot be combined with password, which is hashed automatically; remove one of the two";
        problems.push({ path: `${path}.passwordHash`, reason });
    }
    if (generation !== undefined) {
        const reason = "rotates a random password, and passwordHash sets a given one; remove one of the two";
        problems.push({ path: `${path}.generation`, reason });
    }
    return problems;
}

/** A user with every default except the password, which may be random. */
export type UserSettings = RegistryUser & Required<Pick<RegistryUser, "generation">>;

export function userSettings(users: readonly RegistryUser[] = defaultUsers): UserSettings[] {
    return users.map((user) => ({ generation: 1, ...user }));
}

/** Creates random passwords and salts. Both are stored in Pulumi's state, so they do not change between runs of `pulumi up`. */
export function createUsers(
    scope: Scope,
    settings: { readonly users: UserSettings[]; readonly pullGeneration: number },
): Users {
    const all = settings.users.map((user, i) => loginOf(scope, user, `users[${i}]`));
    const logins = all.filter((login) => "password" in login);
    const pullers = validGenerations(settings.pullGeneration).map((generation) => {
        const username = `${machinePrefix}${generation}`;
        return { username, password: randomPassword(scope, username, generation), generation };
    });
    const lines = [...all, ...pullers].map((login) => {
        if ("hash" in login) return login.hash.apply((hash) => `${login.username}:${hash}`);
        const salt = new random.RandomBytes(scope.name(`salt-${login.username}`), { length: 16 }, scope.options());
        return pulumi
            .all([login.password, salt.base64])
            .apply(([plain, base64]) => htpasswdLine(login.username, plain, Buffer.from(base64, "base64")));
    });
    return {
        logins,
        puller: pullers.find((login) => login.generation === settings.pullGeneration) as Login,
        htpasswd: pulumi.secret(pulumi.all(lines).apply((texts) => `${texts.join("\n")}\n`)),
    };
}

function loginOf(scope: Scope, user: UserSettings, path: string): Login | HashedLogin {
    const { name: username, password, passwordHash: hash, generation } = user;
    if (hash !== undefined) {
        return { username, hash: known(scope, hash, `${path}.passwordHash`).apply((text) => text.trim()) };
    }
    const random = password === undefined ? randomPassword(scope, username, generation) : undefined;
    return { username, password: random ?? known(scope, password, `${path}.password`), generation };
}

/** A secret that must have a value when it is known. */
function known(scope: Scope, value: pulumi.Input<string> | undefined, path: string): pulumi.Output<string> {
    return pulumi.secret(value).apply((resolved) => {
        const reason = "is an Output without a value; check what it is an output of";
        return scope.unlessProblems(resolved === undefined ? [{ path, reason }] : [], resolved as string);
    });
}

/** 40 letters and digits are 238 bits of entropy. They need no quoting in shells, URLs and YAML. */
function randomPassword(scope: Scope, username: string, generation: number): pulumi.Output<string> {
    const keepers = { generation: String(generation) };
    const args = { length: 40, special: false, keepers };
    return new random.RandomPassword(scope.name(`password-${username}`), args, scope.options()).result;
}
