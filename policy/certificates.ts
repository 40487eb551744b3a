import { X509Certificate } from "node:crypto";
import { texts } from "./registryConfig";
import { kindOf, type Resource, text } from "./resource";

/** The first certificate of a TLS Secret; undefined for any other Secret. */
export function certificateOf(resource: Resource): X509Certificate | undefined {
    if (kindOf(resource) !== "Secret" || text(() => resource.props.type) !== "kubernetes.io/tls") return undefined;
    const pem = texts(resource).find(([key]) => key === "tls.crt")?.[1];
    try {
        return pem === undefined ? undefined : new X509Certificate(pem);
    } catch {
        return undefined;
    }
}
