import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry } from "../../../../components";

/** 55 characters. */
const name = "payments-platform-production-container-registry-europe1";

const registry = new PrivateRegistry(name, {
    namespace: "long-name",
    users: [{ name: "ci", generation: new pulumi.Config().requireNumber("generation") }],
    // Quantities in forms that Kubernetes stores differently.
    resources: { requests: { cpu: ".05", memory: "1e8" }, limits: { cpu: "none", memory: "0.5Gi" } },
    storage: { minio: { size: "1e9", deleteWithStack: true } },
    descriptorCache: { redis: { resources: { limits: { memory: "98304Ki" } } } },
});

export const { namespaceName, password } = registry;
