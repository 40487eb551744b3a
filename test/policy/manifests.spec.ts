import * as assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { rules } from "../../policy/rules";
import type { Declared } from "./fixtures";
import { violations } from "./judge";

/** The objects of a file, as a program declares them. */
function declared(name: string): Declared[] {
    const text = readFileSync(path.join(__dirname, "manifests", `${name}.yaml`), "utf8");
    return parseAllDocuments(text).map((document) => {
        const props = document.toJS();
        const group = props.apiVersion === "v1" ? "core/v1" : props.apiVersion;
        return { type: `kubernetes:${group}:${props.kind}`, name: props.metadata.name, props };
    });
}

/** What every rule says of a manifest: its messages, without the advice. */
function verdicts(name: string): Record<string, string[]> {
    const resources = declared(name);
    const found = rules.map((rule) => {
        const messages = violations(rule, resources).map((message) => message.replace(`. ${rule.fix}`, ""));
        return [rule.name, messages] as const;
    });
    return Object.fromEntries(found.filter(([, messages]) => messages.length > 0));
}

const hardening = (container: string) => [
    `The container ${container} may run as root (runAsNonRoot)`,
    `The container ${container} may gain privileges (allowPrivilegeEscalation)`,
    `The container ${container} keeps Linux capabilities (capabilities.drop)`,
    `The container ${container} has no seccomp profile (seccompProfile.type)`,
];
const amounts = (container: string) =>
    ["requests.cpu", "requests.memory", "limits.memory"].map(
        (amount) => `The container ${container} has no resources.${amount}`,
    );
const writable = (container: string) => `The container ${container} has a writable root file system`;
const token = ["The pod gets a service account token"];
const noMaintenance = ["No CronJob maintains the registry"];
const noPolicy = ["No NetworkPolicy selects the pods"];
const noAccess = ["The stack has neither a pull secret nor credentials for the nodes"];

describe("public manifests, by every rule", () => {
    const expected: Record<string, Record<string, string[]>> = {
        microk8s: {
            "tls-on-exposed-paths": ["The Service publishes port 5000, which is plain HTTP"],
            "login-on-exposed-paths": ["The Service publishes port 5000, and the registry asks for no login"],
            "registry-version": ['The image "registry:2.8.3" is older than 3.1.2'],
            "restricted-pods": hardening("registry"),
            "read-only-root": [writable("registry")],
            "no-service-account-token": token,
            "resources-set": amounts("registry"),
            "data-protected": ["The claim is not protected"],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "restricted-namespace": ['The namespace "container-registry" does not enforce `restricted`'],
            "pull-access": noAccess,
        },
        ferry: {
            "tls-on-exposed-paths": [
                "The container registry publishes port 5001 of the node (hostPort), which is plain HTTP",
            ],
            "login-on-exposed-paths": [
                "The container registry publishes port 5001 of the node (hostPort), and the registry asks for no login",
            ],
            "registry-version": ['The image "registry:3.1.1" is older than 3.1.2'],
            "restricted-pods": [
                "The container registry publishes a port of its node (hostPort 5001)",
                ...hardening("registry"),
            ],
            "read-only-root": [writable("registry")],
            "no-service-account-token": token,
            "resources-set": amounts("registry"),
            "data-protected": ["The claim is not protected"],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "restricted-namespace": ['The namespace "registry" does not enforce `restricted`'],
            "pull-access": noAccess,
        },
        minikube: {
            "registry-version": ['The image "docker.io/registry:3.0.0" is older than 3.1.2'],
            "restricted-pods": hardening("registry"),
            "read-only-root": [writable("registry")],
            "no-service-account-token": token,
            "resources-set": amounts("registry"),
            "persistent-storage": [
                "The directory /var/lib/registry is on no volume, but in the file system of the container",
            ],
            "shared-replicas": [
                "3 replicas keep their images in their own file systems each, at /var/lib/registry",
                "3 replicas do not share an http.secret",
            ],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "pull-access": noAccess,
        },
        zot: {
            "tls-on-exposed-paths": ["The Service publishes port 5000, which is plain HTTP"],
            "no-basic-auth-over-http": ["The registry asks for passwords (auth.htpasswd) without TLS (http.tls)"],
            "restricted-pods": hardening("zot"),
            "read-only-root": [writable("zot")],
            "no-service-account-token": token,
            "resources-set": amounts("zot"),
            "persistent-storage": [
                "The directory /var/lib/registry is on no volume, but in the file system of the container",
            ],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "pull-access": noAccess,
        },
        kubeapps: {
            "registry-version": ['The image "registry:2.8.1" is older than 3.1.2'],
            "restricted-pods": hardening("private-registry"),
            "read-only-root": [writable("private-registry")],
            "no-service-account-token": token,
            "resources-set": amounts("private-registry"),
            "persistent-storage": [
                "The directory /var/lib/registry is on no volume, but in the file system of the container",
            ],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "pull-access": noAccess,
        },
        harbor: {
            "no-basic-auth-over-http": ["The registry asks for passwords (auth.htpasswd) without TLS (http.tls)"],
            "restricted-pods": [...hardening("registry"), ...hardening("registryctl")],
            "read-only-root": [writable("registry"), writable("registryctl")],
            "resources-set": [...amounts("registry"), ...amounts("registryctl")],
            "data-protected": ["The claim is not protected"],
            "scheduled-maintenance": noMaintenance,
            "network-policy": noPolicy,
            "pull-access": noAccess,
        },
        eureka: {},
    };

    for (const [name, verdict] of Object.entries(expected)) {
        it(name, () => assert.deepEqual(verdicts(name), verdict));
    }
});
