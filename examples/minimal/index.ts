import { PrivateRegistry } from "private-registry";

const registry = new PrivateRegistry("registry");

export const host = registry.host;
export const namespaceName = registry.namespaceName;
export const serviceName = registry.serviceName;
export const username = registry.username;
export const password = registry.password;
export const dockerConfigJson = registry.dockerConfigJson;
export const caCertPem = registry.caCertPem;
