import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Problem } from "../arguments/check";
import { integer } from "../arguments/rules";
import { fields, nonEmptyListOf, plain, required, secret, valueRule } from "../arguments/shapes";
import { validGenerations } from "../generations";
import type { Scope } from "../kubernetes/scope";
import { htpasswdLine, longestPassword } from "./htpasswd";

/** Somebody who may pull and push. */
export interface RegistryUser {
    /** Login name, without a colon. Names that begin with `puller-` belong to the component. */
    name: string;
    /**
     * The password, 8 to 72 bytes, as a secret. Left out, a random one of 40 letters and digits is made and kept in the
     * stack's state. The registry accepts a changed password about a minute after it changed; raise `generation` in the
     * same change to have `pulumi up` wait for that.
     */
    password?: pulumi.Input<string>;
    /** Raise it by one to get another random password. `pulumi up` ends when the registry accepts it. Defaults to 1. */
    generation?: number;
}

/** Who may pull and push, with passwords. */
export interface Users {
    /** The users of the arguments. */
    readonly logins: Login[];
    /** The machine user of pull secrets and nodes. */
    readonly puller: Login;
    /** The whole htpasswd file, secret. */
    readonly htpasswd: pulumi.Output<string>;
}

export interface Login {
    readonly username: string;
    readonly password: pulumi.Output<string>;
    readonly generation: number;
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
});

const password = valueRule<string>((value) => {
    if (typeof value !== "string") return "must be a string; quote an all-digit password";
    const bytes = Buffer.byteLength(value);
    if (bytes >= 8 && bytes <= longestPassword && !/[\0\r\n]/.test(value)) return undefined;
    return `must have 8 to ${longestPassword} bytes (bcrypt ignores the rest) on one line, but has ${bytes}; leave it out to get a random one`;
});

export const userRules = nonEmptyListOf(
    fields<RegistryUser>({
        name: required(plain(userName), "give every user a name"),
        password: secret(password, { key: "password-<name>" }),
        generation: plain(integer(1)),
    }),
    "must name at least one user; leave it out to get the user `admin`",
);

export function userProblems(users: readonly RegistryUser[] = defaultUsers): Problem[] {
    return users.flatMap((user, i) => {
        if (user.name === undefined) return [];
        const first = users.findIndex((other) => other.name === user.name);
        const reason = `is taken by users[${first}]; an htpasswd file holds one password for each name`;
        return first < i ? [{ path: `users[${i}].name`, reason }] : [];
    });
}

/** A user with every default but the password, which may be random. */
export type UserSettings = RegistryUser & Required<Pick<RegistryUser, "generation">>;

export function userSettings(users: readonly RegistryUser[] = defaultUsers): UserSettings[] {
    return users.map((user) => ({ generation: 1, ...user }));
}

/** Creates the passwords and their salts. Pulumi's state keeps both, so that nothing changes from one `up` to the next. */
export function createUsers(
    scope: Scope,
    settings: { readonly users: UserSettings[]; readonly pullGeneration: number },
): Users {
    const logins = settings.users.map(({ name, password: chosen, generation }) => ({
        username: name,
        password: pulumi.secret(chosen === undefined ? randomPassword(scope, name, generation) : chosen),
        generation,
    }));
    const pullers = validGenerations(settings.pullGeneration).map((generation) => {
        const username = `${machinePrefix}${generation}`;
        return { username, password: randomPassword(scope, username, generation), generation };
    });
    const lines = [...logins, ...pullers].map((login) => {
        const salt = new random.RandomBytes(
            scope.name(`salt-${login.username}`),
            { length: 16 },
            { parent: scope.parent },
        );
        return pulumi
            .all([login.password, salt.base64])
            .apply(([plain, base64]) => htpasswdLine(login.username, plain, Buffer.from(base64, "base64")));
    });
    return {
        logins,
        puller: pullers.find((login) => login.generation === settings.pullGeneration) as Login,
        htpasswd: pulumi.secret(pulumi.all(lines).apply((all) => `${all.join("\n")}\n`)),
    };
}

/** 40 letters and digits are 238 bits. Without other characters it needs no quotes in shells, URLs and YAML. */
function randomPassword(scope: Scope, username: string, generation: number): pulumi.Output<string> {
    const keepers = { generation: String(generation) };
    const args = { length: 40, special: false, keepers };
    return new random.RandomPassword(scope.name(`password-${username}`), args, { parent: scope.parent }).result;
}
