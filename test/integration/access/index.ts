import * as pulumi from "@pulumi/pulumi";
import { RegistryAccess } from "../../../components";

const registry = new pulumi.StackReference(new pulumi.Config().require("stack"));
const host = "guest.example.com";

/** The registry's credentials, for this stack's name of the registry. */
const dockerConfigJson = registry.requireOutput("dockerConfigJson").apply((text) => {
    const [login] = Object.values(JSON.parse(text).auths);
    return JSON.stringify({ auths: { [host]: login } });
});

const access = new RegistryAccess("guest", {
    host,
    dockerConfigJson,
    caCertPem: registry.requireOutput("caCertPem"),
    endpoint: pulumi.interpolate`${registry.requireOutput("clusterIp")}:443`,
    pullSecrets: { namespaces: ["access-guest"] },
    nodes: { authenticate: true },
});

export const pullSecretNames = access.pullSecretNames;
