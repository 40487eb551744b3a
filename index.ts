import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry } from "./components";
import { registryArgs } from "./settings";

const args = registryArgs(new pulumi.Config());
const registry = new PrivateRegistry("registry", args);

export const host = registry.host;
export const url = registry.url;
export const uiUrl = registry.uiUrl;
export const namespaceName = registry.namespaceName;
export const serviceName = registry.serviceName;
export const deploymentName = registry.deploymentName;
export const clusterIp = registry.clusterIp;
export const username = registry.username;
export const password = registry.password;
export const credentials = registry.credentials;
export const dockerConfigJson = registry.dockerConfigJson;
export const pullSecretNames = registry.pullSecretNames;
export const registriesYaml = registry.registriesYaml;
export const caCertPem = registry.caCertPem;
export const certificateExpiry = registry.certificateExpiry;
