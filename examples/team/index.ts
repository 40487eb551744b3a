import * as k8s from "@pulumi/kubernetes";
import { PrivateRegistry } from "private-registry";

const teams = ["team-api", "team-web", "team-data"];
const namespaces = teams.map((team) => new k8s.core.v1.Namespace(team, { metadata: { name: team } }));

const registry = new PrivateRegistry(
    "registry",
    {
        // One user for each team's pipeline, so that one password can be rotated without the others.
        users: [{ name: "operations" }, ...teams.map((team) => ({ name: `${team}-ci` }))],
        // Every namespace gets a pull secret. Pods of its default service account need not name it.
        pullSecrets: { namespaces: teams, serviceAccounts: ["default"] },
        storage: { volume: { size: "20Gi" } },
        labels: { "app.kubernetes.io/managed-by": "platform-team" },
    },
    { dependsOn: namespaces },
);

export const host = registry.host;
export const namespaceName = registry.namespaceName;
export const serviceName = registry.serviceName;
export const username = registry.username;
export const password = registry.password;
export const credentials = registry.credentials;
export const pullSecretNames = registry.pullSecretNames;
export const caCertPem = registry.caCertPem;
