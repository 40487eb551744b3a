import { bitsOf, unguessableBits } from "../passwords";
import { htpasswdLines, logins } from "../registryConfig";
import { stackRule } from "../rule";

export const bcryptCost = stackRule<{ minimum: number; minimumForGuessable: number; maximum: number }>({
    name: "bcrypt-cost",
    what: "Passwords are hashed with bcrypt, at a cost that fits the password.",
    why: "The registry reads nothing but bcrypt and computes it anew for every request: too high a cost makes pushes crawl, and too low a cost gives a guessable password away with its hash.",
    fix: "Use bcrypt at cost 5 for a random password of 100 bits, and at cost 10 for one that somebody might guess.",
    severity: "medium",
    settings: {
        minimum: { type: "integer", description: "lowest cost for any password", default: 5 },
        minimumForGuessable: {
            type: "integer",
            description: "lowest cost for a password of less than 100 bits, as far as the stack's pull secrets show it",
            default: 10,
        },
        maximum: { type: "integer", description: "highest cost, paid with every request", default: 10 },
    },
    checkStack: (resources, { minimum, minimumForGuessable, maximum }) => {
        const weak = resources
            .flatMap(logins)
            .filter(({ password }) => bitsOf(password) < unguessableBits)
            .map(({ username }) => username);
        return resources.flatMap((resource) =>
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
