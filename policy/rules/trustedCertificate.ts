import { registries } from "../registries";
import { texts } from "../registryConfig";
import { entries, isPartlyUnknown, isUnknown, kindOf, type Resource, text } from "../resource";
import { stackRule } from "../rule";
import { type Recognition, recognition } from "../workload";

export const trustedCertificate = stackRule<Recognition>({
    name: "trusted-certificate",
    what: "The nodes of the cluster trust a registry's certificate.",
    why: "Otherwise no pod can pull (x509: certificate signed by unknown authority), or somebody switches the check off.",
    fix: "Let the stack bring the certificate authority to the nodes (hosts.toml of containerd), or take a certificate from a public authority.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, further) =>
        resources.some(isOwnAuthority) && !resources.some(reachesNodes)
            ? registries(resources, further).map(({ resource }) => ({
                  resource,
                  message: "The certificate is of an authority that no node is told to trust",
              }))
            : [],
});

/** A certificate that the stack signs itself; one from elsewhere may be of a public authority. */
function isOwnAuthority({ type }: Resource): boolean {
    return (
        type === "tls:index/selfSignedCert:SelfSignedCert" || type === "tls:index/locallySignedCert:LocallySignedCert"
    );
}

/** Files of a container runtime on their way to the nodes; contents that are not known yet may be such files. */
function reachesNodes(resource: Resource): boolean {
    const folders = /certs\.d|hosts\.toml|registries\.yaml|registries\.conf\.d/;
    if (resource.type.startsWith("command:")) {
        if (isUnknown(() => resource.props.stdin)) return true;
        return entries(() => resource.props).some(([, value]) => typeof value === "string" && folders.test(value));
    }
    if (kindOf(resource) === "DaemonSet") {
        const volumes = entries(() => resource.props.spec?.template?.spec?.volumes);
        return volumes.some(([, volume]) => folders.test(text(() => volume.hostPath?.path) ?? ""));
    }
    if (kindOf(resource) === "ConfigMap" && isPartlyUnknown(() => resource.props.data)) return true;
    return texts(resource).some(([key, content]) => folders.test(key) || folders.test(content));
}
