import { certificateOf } from "../certificates";
import { known, type Resource } from "../resource";
import { resourceRule } from "../rule";

interface Lifetimes {
    maximumDays: number;
    maximumAuthorityDays: number;
    minimumRenewalDays: number;
}

export const certificateLifetime = resourceRule<Lifetimes>({
    name: "certificate-lifetime",
    what: "Certificates have a limited lifetime, and are renewed well before they expire.",
    why: "A stolen key is usable until its certificate expires. A certificate that is not renewed in time breaks every pull.",
    fix: "Set validityPeriodHours, and set earlyRenewalHours to a period in which `pulumi up` is certain to run.",
    severity: "medium",
    settings: {
        maximumDays: {
            type: "integer",
            description: "longest validity of a server certificate, in days",
            default: 825,
        },
        maximumAuthorityDays: {
            type: "integer",
            description: "longest validity of a CA certificate, in days",
            default: 3650,
        },
        minimumRenewalDays: {
            type: "integer",
            description: "days before expiry in which `pulumi up` must renew a server certificate",
            default: 7,
        },
    },
    check: (resource, { maximumDays, maximumAuthorityDays, minimumRenewalDays }) => {
        const found = known(() => lifetimeOf(resource));
        if (found === undefined) return [];
        const { days, isAuthority, renewalDays } = found;
        const longest = isAuthority ? maximumAuthorityDays : maximumDays;
        return [
            ...(days > longest ? [`The certificate is valid for ${days} days, longer than ${longest}`] : []),
            ...(!isAuthority && renewalDays !== undefined && renewalDays < minimumRenewalDays
                ? [`The certificate is renewed ${renewalDays} days before it expires, later than ${minimumRenewalDays}`]
                : []),
        ];
    },
});

/** The renewal of a certificate that is in a Secret is unknown. */
function lifetimeOf(resource: Resource): { days: number; isAuthority: boolean; renewalDays?: number } | undefined {
    const { type, props } = resource;
    if (
        type === "tls:index/selfSignedCert:SelfSignedCert" ||
        type === "tls:index/locallySignedCert:LocallySignedCert"
    ) {
        return {
            days: Math.round(Number(props.validityPeriodHours) / 24),
            isAuthority: props.isCaCertificate === true,
            renewalDays: Math.round(Number(props.earlyRenewalHours ?? 0) / 24),
        };
    }
    const certificate = certificateOf(resource);
    if (certificate === undefined) return undefined;
    const milliseconds = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    return { days: Math.round(milliseconds / 86_400_000), isAuthority: certificate.ca };
}
