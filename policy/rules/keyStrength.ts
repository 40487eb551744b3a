import { certificateOf } from "../certificates";
import { known, type Resource } from "../resource";
import { resourceRule } from "../rule";

const weakCurves = ["P224", "secp224r1"];

export const keyStrength = resourceRule<{ minimumRsaBits: number }>({
    name: "key-strength",
    what: "Private keys are long enough.",
    why: "The private key can be computed from a certificate with a short key, which lets an attacker impersonate the registry.",
    fix: 'Use tls.PrivateKey with algorithm "ECDSA" and ecdsaCurve "P256", or "RSA" with rsaBits 3072 or more.',
    severity: "high",
    settings: {
        minimumRsaBits: { type: "integer", description: "minimum length of an RSA key, in bits", default: 2048 },
    },
    check: (resource, { minimumRsaBits }) => {
        const key = known(() => keyOf(resource));
        if (key === undefined) return [];
        if (key.curve !== undefined && weakCurves.includes(key.curve)) return [`The key is on the curve ${key.curve}`];
        return key.rsaBits !== undefined && key.rsaBits < minimumRsaBits
            ? [`The RSA key has ${key.rsaBits} bits, fewer than ${minimumRsaBits}`]
            : [];
    },
});

function keyOf(resource: Resource): { rsaBits?: number; curve?: string } | undefined {
    if (resource.type === "tls:index/privateKey:PrivateKey") {
        const { algorithm, rsaBits, ecdsaCurve } = resource.props;
        // The provider's defaults.
        return algorithm === "RSA" ? { rsaBits: rsaBits ?? 2048 } : { curve: ecdsaCurve ?? "P224" };
    }
    const details = certificateOf(resource)?.publicKey.asymmetricKeyDetails;
    return details && { rsaBits: details.modulusLength, curve: details.namedCurve };
}
