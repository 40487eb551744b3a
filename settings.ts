import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type PrivateRegistryArgs, type Problem } from "./components";

/**
 * The component's arguments from the stack's configuration: the object `registry` mirrors them, and each password lies in a
 * secret value of its own, `password-<user>`, because an object with a secret in it would be read in the clear.
 */
export function registryArgs(config: pulumi.Config): PrivateRegistryArgs {
    const args = config.getObject<PrivateRegistryArgs>("registry") ?? {};
    const problems: Problem[] = [];
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
    if (problems.length > 0) throw new ArgumentError("the registry of this stack", problems);
    if (users === undefined) return args;
    return { ...args, users: users.map((user) => ({ ...user, password: config.getSecret(`password-${user?.name}`) })) };
}

/** The configuration keys that hold a secret, as the engine tells every Node program. */
function secretKeys(): string[] {
    return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]");
}
