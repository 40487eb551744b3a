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
    what: "Certificates end in reasonable time and are renewed well before.",
    why: "A stolen key is good until its certificate ends; and what is not renewed in time stops every pull at once.",
    fix: "Set validityPeriodHours, and earlyRenewalHours to a window in which `pulumi up` surely runs.",
    severity: "medium",
    settings: {
        maximumDays: {
            type: "integer",
            description: "longest validity of a server's certificate, in days",
            default: 825,
        },
        maximumAuthorityDays: {
            type: "integer",
            description: "longest validity of a certificate authority, in days",
            default: 3650,
        },
        minimumRenewalDays: {
            type: "integer",
            description: "days before the end from which `pulumi up` must renew a server's certificate",
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
                ? [`The certificate is renewed ${renewalDays} days before its end, later than ${minimumRenewalDays}`]
                : []),
        ];
    },
});

/** Nothing is known of the renewal of a certificate that a Secret holds as it is. */
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
