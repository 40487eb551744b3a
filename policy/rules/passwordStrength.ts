import { bitsOf } from "../passwords";
import { isOfRegistry, isRegistryName, type Recognition, recognition } from "../recognition";
import { belongsToRegistry } from "../registries";
import { logins } from "../registryConfig";
import { kindOf, known, type Resource } from "../resource";
import { type Finding, stackRule } from "../rule";

/** The number of characters that each class adds to the alphabet of a random password. */
const classes = { upper: 26, lower: 26, numeric: 10, special: 20 };

export const passwordStrength = stackRule<{ minimumLength: number; minimumBits: number } & Recognition>({
    name: "password-strength",
    what: "A registry's passwords are long, and use many different characters.",
    why: "A registry does not rate-limit or lock out failed logins. Only a strong password withstands brute force.",
    fix: "Use random.RandomPassword with at least 32 characters, including letters and digits.",
    severity: "high",
    settings: {
        minimumLength: { type: "integer", description: "minimum length of a password, in characters", default: 16 },
        minimumBits: { type: "integer", description: "minimum entropy of a password, in bits", default: 80 },
        ...recognition,
    },
    checkStack: (resources, { minimumLength, minimumBits, ...how }) => {
        const judge = (resource: Resource, who: string, length: number, bits: number): Finding[] => [
            ...(length < minimumLength
                ? [{ resource, message: `${who} has ${length} characters, fewer than ${minimumLength}` }]
                : []),
            ...(bits < minimumBits
                ? [{ resource, message: `${who} has ${Math.floor(bits)} bits of entropy, fewer than ${minimumBits}` }]
                : []),
        ];
        const used = usedByRegistries(resources, how);
        return resources.flatMap((resource) => {
            const drawn = known(() => randomBits(resource));
            if (drawn !== undefined) {
                const isRegistrys = used.has(resource.urn) || isNamedForRegistry(resource, how);
                return isRegistrys ? judge(resource, "The random password", drawn.length, drawn.bits) : [];
            }
            if (!isOfRegistry(resource, how)) return [];
            return logins(resource).flatMap(({ host, password }) =>
                judge(resource, `The pull secret's password for ${host}`, password.length, bitsOf(password)),
            );
        });
    },
});

/** A password of the component, or one that a registry's name tells. */
function isNamedForRegistry({ urn, name }: Resource, how: Recognition): boolean {
    return urn.includes("private-registry:index:PrivateRegistry$") || isRegistryName(name, how);
}

/** The URNs of all resources whose values end up in a registry's Secrets. */
function usedByRegistries(resources: readonly Resource[], how: Recognition): Set<string> {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const secrets = resources.filter(
        (resource) => kindOf(resource) === "Secret" && belongsToRegistry(resource, resources, how),
    );
    const found = new Set<string>();
    const open = secrets.flatMap(({ dependencies = [] }) => dependencies);
    for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
        const resource = byUrn.get(urn);
        // An object of the cluster, e.g. a Namespace, is not part of a password.
        if (resource === undefined || found.has(urn) || kindOf(resource) !== undefined) continue;
        found.add(urn);
        open.push(...(resource.dependencies ?? []));
    }
    return found;
}

/** Length and entropy of the password that a RandomPassword generates. */
function randomBits({ type, props }: Resource): { length: number; bits: number } | undefined {
    if (type !== "random:index/randomPassword:RandomPassword") return undefined;
    const special = typeof props.overrideSpecial === "string" ? new Set(props.overrideSpecial).size : classes.special;
    const characters = Object.entries({ ...classes, special })
        .filter(([name]) => props[name] !== false)
        .reduce((sum, [, count]) => sum + count, 0);
    return { length: Number(props.length), bits: Number(props.length) * Math.log2(Math.max(1, characters)) };
}
