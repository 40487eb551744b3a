import { bitsOf, unguessableBits } from "../passwords";
import { type Recognition, recognition } from "../recognition";
import { belongsToRegistry, usersOf } from "../registries";
import { htpasswdLines, logins } from "../registryConfig";
import { isUnknown, type Resource } from "../resource";
import { stackRule } from "../rule";
import { hidesPods } from "../workload";

type BcryptSettings = { minimum: number; minimumForGuessable: number; maximum: number } & Recognition;

export const bcryptCost = stackRule<BcryptSettings>({
    name: "bcrypt-cost",
    what: "A registry's passwords are hashed with bcrypt, at a cost that matches their strength.",
    why: "The registry supports bcrypt only, and computes the hash on every request. A high cost slows pushes down. A low cost lets an attacker recover a weak password from its hash.",
    fix: "Use bcrypt at cost 5 for a random password of at least 100 bits, and at cost 10 for a weaker one.",
    severity: "medium",
    settings: {
        minimum: { type: "integer", description: "lowest cost of any password", default: 5 },
        minimumForGuessable: {
            type: "integer",
            description: "lowest cost of a password of less than 100 bits, if a pull secret of the stack contains it",
            default: 10,
        },
        maximum: { type: "integer", description: "highest cost; every request pays it", default: 10 },
        ...recognition,
    },
    checkStack: (resources, { minimum, minimumForGuessable, maximum, ...how }) => {
        const weak = resources
            .flatMap(logins)
            .filter(({ password }) => bitsOf(password) < unguessableBits)
            .map(({ username }) => username);
        const judged = resources.filter(
            (resource) => belongsToRegistry(resource, resources, how) || !mayBeOfOthers(resource, resources),
        );
        return judged.flatMap((resource) =>
            htpasswdLines(resource).flatMap(({ username, hash }) => {
                const who = `The password of the user "${username}"`;
                const say = (message: string) => [{ resource, message: `${who} ${message}` }];
                const cost = /^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1];
                if (cost === undefined) return say("is not hashed with bcrypt");
                if (Number(cost) > maximum) return say(`is hashed at cost ${Number(cost)}, more than ${maximum}`);
                if (Number(cost) < minimum) return say(`is hashed at cost ${Number(cost)}, less than ${minimum}`);
                return weak.includes(username) && Number(cost) < minimumForGuessable
                    ? say(`is guessable and hashed at cost ${Number(cost)}, less than ${minimumForGuessable}`)
                    : [];
            }),
        );
    },
});

/** Whether another program in the stack uses a Secret, or a preview does not know yet who does. */
function mayBeOfOthers(resource: Resource, resources: readonly Resource[]): boolean {
    const { props } = resource;
    const isHidden = [() => props.metadata?.name, () => props.metadata?.namespace].some(isUnknown);
    return isHidden || usersOf(resource, resources).length > 0 || resources.some(hidesPods);
}
