import { bitsOf } from "../passwords";
import { logins } from "../registryConfig";
import { known, type Resource } from "../resource";
import { resourceRule } from "../rule";
import { isOfRegistry, type Recognition, recognition } from "../workload";

/** The number of characters that each class adds to the alphabet of a random password. */
const classes = { upper: 26, lower: 26, numeric: 10, special: 20 };

export const passwordStrength = resourceRule<{ minimumLength: number; minimumBits: number } & Recognition>({
    name: "password-strength",
    what: "Passwords are long, and use many different characters.",
    why: "A registry does not rate-limit or lock out failed logins. Only a strong password withstands brute force.",
    fix: "Use random.RandomPassword with at least 32 characters, including letters and digits.",
    severity: "high",
    settings: {
        minimumLength: { type: "integer", description: "minimum length of a password, in characters", default: 16 },
        minimumBits: { type: "integer", description: "minimum entropy of a password, in bits", default: 80 },
        ...recognition,
    },
    check: (resource, { minimumLength, minimumBits, ...further }) => {
        const judge = (who: string, length: number, bits: number) => [
            ...(length < minimumLength ? [`${who} has ${length} characters, fewer than ${minimumLength}`] : []),
            ...(bits < minimumBits
                ? [`${who} has ${Math.floor(bits)} bits of entropy, fewer than ${minimumBits}`]
                : []),
        ];
        const drawn = known(() => randomBits(resource));
        if (drawn !== undefined) return judge("The random password", drawn.length, drawn.bits);
        if (!isOfRegistry(resource, further)) return [];
        return logins(resource).flatMap(({ host, password }) =>
            judge(`The pull secret's password for ${host}`, password.length, bitsOf(password)),
        );
    },
});

/** Length and entropy of the password that a RandomPassword generates. */
function randomBits({ type, props }: Resource): { length: number; bits: number } | undefined {
    if (type !== "random:index/randomPassword:RandomPassword") return undefined;
    const special = typeof props.overrideSpecial === "string" ? new Set(props.overrideSpecial).size : classes.special;
    const characters = Object.entries({ ...classes, special })
        .filter(([name]) => props[name] !== false)
        .reduce((sum, [, count]) => sum + count, 0);
    return { length: Number(props.length), bits: Number(props.length) * Math.log2(Math.max(1, characters)) };
}
