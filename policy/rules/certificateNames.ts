import { nameCovers, namesCover } from "../../components/arguments/formats/hostNames";
import { servingFaults } from "../../components/arguments/formats/servingCertificate";
import { parsedCertificates, requestedNames, tlsSecretOf } from "../certificates";
import { namespaceOf, type Resource, text } from "../resource";
import { leadsToRegistry, type ServedHost, servedHosts } from "../routes";
import { stackRule } from "../rule";
import { type Recognition, recognition } from "../workload";
import { withoutAdvice } from "./validCertificate";

export const certificateNames = stackRule<Recognition>({
    name: "certificate-names",
    what: "The certificate of each path to a registry is valid for the path's host.",
    why: "Otherwise clients and nodes reject the connection (x509: certificate is valid for other names).",
    fix: "Issue the certificate for all hosts as subject alternative names. A wildcard stands for exactly one label.",
    severity: "high",
    settings: recognition,
    checkStack: (resources, further) =>
        resources
            .filter((resource) => leadsToRegistry(resource, further))
            .flatMap((resource) =>
                [...new Set(servedHosts(resource, resources).flatMap((served) => problems(served, resources)))].map(
                    (message) => ({ resource, message }),
                ),
            ),
});

function problems({ host, names, secret }: ServedHost, resources: readonly Resource[]): string[] {
    if (names !== undefined && !names.some((name) => nameCovers(name, host))) {
        return [`The route requests no certificate for ${host}, but for ${names.join(", ")}`];
    }
    if (secret === undefined) return [];
    const { name, namespace } = secret;
    const inNamespace = resources.filter((resource) => namespaceOf(resource) === namespace);
    const stored = inNamespace.find((resource) => text(() => resource.props.metadata?.name) === name);
    const content = stored && tlsSecretOf(stored);
    if (content !== undefined && parsedCertificates(content.certificate) !== undefined) {
        const alone = new Set(servingFaults(content).map(({ reason }) => reason));
        return servingFaults({ ...content, hosts: [host] })
            .filter(({ reason }) => !alone.has(reason))
            .map(({ reason }) => `The certificate in the Secret "${name}" ${withoutAdvice(reason)}`);
    }
    return inNamespace
        .filter((resource) => text(() => resource.props.spec?.secretName) === name)
        .flatMap((resource) => {
            const requested = requestedNames(resource);
            if (requested === undefined || namesCover(requested, host)) return [];
            return [`The Certificate "${resource.name}" is not for ${host} (dnsNames)`];
        });
}
