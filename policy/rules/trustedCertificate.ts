import { type Recognition, recognition } from "../recognition";
import { registries } from "../registries";
import { texts } from "../registryConfig";
import { entries, isPartlyUnknown, isUnknown, kindOf, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { hidesPods } from "../workload";

export const trustedCertificate = stackRule<Recognition>({
    name: "trusted-certificate",
    what: "The cluster's nodes trust the registry's certificate.",
    why: "Otherwise pulls fail (x509: certificate signed by unknown authority), and people disable the check.",
    fix: "Install the CA certificate on the nodes (hosts.toml of containerd), or use a certificate of a public CA.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, further) =>
        resources.some(isOwnCa) && !resources.some(reachesNodes)
            ? registries(resources, further).map(({ resource }) => ({
                  resource,
                  message: "No node is configured to trust the CA that issued the certificate",
              }))
            : [],
});

/** A certificate that the stack itself signs. One from elsewhere may be publicly trusted. */
function isOwnCa({ type }: Resource): boolean {
    return (
        type === "tls:index/selfSignedCert:SelfSignedCert" || type === "tls:index/locallySignedCert:LocallySignedCert"
    );
}

/** Whether a resource writes files of a container runtime to the nodes. Contents that are still unknown may be such files. */
function reachesNodes(resource: Resource): boolean {
    const folders = /certs\.d|hosts\.toml|registries\.yaml|registries\.conf\.d/;
    if (resource.type.startsWith("command:")) {
        if (["create", "update", "stdin"].some((input) => isUnknown(() => resource.props[input]))) return true;
        return entries(() => resource.props).some(([, value]) => typeof value === "string" && folders.test(value));
    }
    if (kindOf(resource) === "DaemonSet") {
        const volumes = entries(() => resource.props.spec?.template?.spec?.volumes);
        return (
            hidesPods(resource) || volumes.some(([, volume]) => folders.test(text(() => volume.hostPath?.path) ?? ""))
        );
    }
    if (kindOf(resource) === "ConfigMap" && isPartlyUnknown(() => resource.props.data)) return true;
    return texts(resource).some(([key, content]) => folders.test(key) || folders.test(content));
}
