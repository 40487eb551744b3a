import * as assert from "node:assert/strict";
import { IngressController, type PrivateRegistryArgs } from "../../components";
import { rules } from "../../policy/rules";
import { registry } from "../unit/registry";
import { violations } from "./judge";

const pullSecrets = { namespaces: ["default"] };
// The fixtures have no NetworkPolicy.
const kept = rules.filter(({ name }) => name !== "network-policy");

const keys = { accessKeyId: "registry", secretAccessKey: "of-s3-and-nobody-else" };
const registries: Record<string, PrivateRegistryArgs> = {
    "a volume": {},
    S3: { storage: { s3: { bucket: "images", endpoint: "https://s3.example.com", credentials: { keys } } } },
    "MinIO and Redis": { replicas: 2, storage: { minio: {} }, descriptorCache: { redis: {} } },
    "an existing Redis": {
        descriptorCache: { redis: { external: { address: "redis:6379", passwordSecret: { name: "redis" } } } },
    },
    "a web UI behind NGINX": {
        host: "registry.example.com",
        expose: { ingress: { controller: IngressController.Nginx, className: "nginx" } },
        ui: {},
    },
    "a web UI behind Traefik and a Gateway": {
        host: "registry.example.com",
        expose: {
            ingress: { controller: IngressController.Traefik, className: "traefik" },
            ingressRoute: {},
            gateway: { parentRefs: [{ name: "team", sectionName: "https" }] },
        },
        ui: {},
    },
};

describe("the component under its own policies", () => {
    for (const [what, args] of Object.entries(registries)) {
        it(`violates no rule with ${what}`, async () => {
            const { all } = await registry({ pullSecrets, ...args });
            const resources = all.map(({ type, name, inputs, protect }) => ({
                type,
                name,
                props: inputs,
                isProtected: protect,
            }));
            const broken = kept.flatMap((rule) => violations(rule, resources).map((says) => `${rule.name}: ${says}`));
            assert.deepEqual(broken, []);
        });
    }
});
