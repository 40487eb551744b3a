import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import type { EdgeCertificate } from "./edge";

/**
 * cert-manager requests a certificate for an Ingress with one of these annotations, and writes it to the Secret that `spec.tls` of the
 * Ingress names. It watches no other edge of the component: an HTTPRoute has no certificate, and an IngressRoute is Traefik's.
 * https://github.com/cert-manager/cert-manager/blob/v1.20.3/pkg/controller/certificate-shim/sync.go
 */
const issuerAnnotations = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"];
const acmeAnnotation = "kubernetes.io/tls-acme";

/** What Go's strconv.ParseBool takes for true. */
const trueInGo = ["1", "t", "T", "TRUE", "true", "True"];

type Annotations = Readonly<Record<string, pulumi.Input<string>>>;

/** The annotation because of which cert-manager requests a certificate; undefined if there is none. */
export function requestingAnnotation(annotations: Readonly<Record<string, unknown>> = {}): string | undefined {
    // Only the value of the last one matters.
    const issuer = issuerAnnotations.find((key) => annotations[key] !== undefined);
    return issuer ?? (trueInGo.includes(annotations[acmeAnnotation] as string) ? acmeAnnotation : undefined);
}

/** The same for annotations whose values are known later. */
export function laterRequestingAnnotation(annotations: Annotations = {}): pulumi.Output<string | undefined> {
    const relevant = [...issuerAnnotations, acmeAnnotation].filter((key) => annotations[key] !== undefined);
    return pulumi
        .output(Object.fromEntries(relevant.map((key) => [key, annotations[key]])))
        .apply((known) => requestingAnnotation(known));
}

/** Removes the annotations from an Ingress that has them from the component's `annotations`. */
export const noRequest = Object.fromEntries([...issuerAnnotations, acmeAnnotation].map((key) => [key, undefined]));

/** Name of the Secret that cert-manager creates for an Ingress without a `certificate`. */
export function requestedSecretName(serviceName: string): string {
    return `${serviceName}-ingress-tls`;
}

/** What cert-manager must not overwrite. */
interface OwnSecrets {
    readonly serviceName: string;
    /** Names of Secrets that the component creates. */
    readonly secrets: readonly string[];
}

/** A problem if the Secret of the edge's certificate is one that the component writes, and cert-manager as well. */
export function requestProblems(
    path: string,
    annotation: string | undefined,
    certificate: Pick<EdgeCertificate, "existingSecret"> & {
        readonly pem?: object;
        readonly certManager?: object;
    } = {},
    { serviceName, secrets }: OwnSecrets,
): Problem[] {
    if (annotation === undefined) return [];
    const isOwn = [`${serviceName}-htpasswd`, ...secrets].includes(certificate.existingSecret?.name as string);
    const made = (["pem", "certManager"] as const).filter((kind) => certificate[kind] !== undefined);
    return [
        ...made.map((kind) => ({
            path: `${path}.${kind}`,
            reason: `would be overwritten, because the annotation \`${annotation}\` makes cert-manager write a certificate to the same Secret; remove one of the two`,
        })),
        ...(isOwn
            ? [
                  {
                      path: `${path}.existingSecret.name`,
                      reason: `is a Secret of this component, which cert-manager would overwrite because of the annotation \`${annotation}\`; name another one, or omit \`certificate\` to get \`${requestedSecretName(serviceName)}\``,
                  },
              ]
            : []),
    ];
}
