import * as assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { IngressController, type PrivateRegistryArgs } from "../../components";
import type { Tree } from "../../policy/resource";
import { rules } from "../../policy/rules";
import { registry } from "../unit/registry";
import { violations } from "./judge";

const pullSecrets = { namespaces: ["default"] };
// The fixtures have no NetworkPolicy and no schedule, and the mocks' certificate has no names.
const notMet = ["network-policy", "scheduled-maintenance", "certificate-names"];
const kept = rules.filter(({ name }) => !notMet.includes(name));

const keys = { accessKeyId: "registry", secretAccessKey: "of-s3-and-nobody-else" };
const registries: Record<string, PrivateRegistryArgs> = {
    "a volume": {},
    S3: { storage: { s3: { bucket: "images", endpoint: "https://s3.example.com", credentials: { keys } } } },
    "MinIO and Redis": { replicas: 2, storage: { minio: {} }, descriptorCache: { redis: {} } },
    "an existing Redis": {
        descriptorCache: { redis: { external: { address: "redis:6379", passwordSecret: { name: "redis" } } } },
    },
    "maintenance of MinIO": { storage: { minio: {} }, descriptorCache: { redis: {} }, maintenance: {} },
    "a web UI behind NGINX": {
        host: "registry.example.com",
        expose: { ingress: { controller: IngressController.Nginx, className: "nginx" } },
        ui: {},
    },
    "a NodePort": { expose: { nodePort: {} } },
    "a load balancer": { host: "registry.example.com", expose: { loadBalancer: { address: "192.0.2.1" } } },
    "a Gateway's port": {
        host: "registry.example.com",
        expose: { gateway: { parentRefs: [{ name: "team", port: 443 }] } },
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

/** What the rules say of a registry with these arguments, and with a change of its config.yml. */
async function broken(
    args: PrivateRegistryArgs,
    change: (config: Tree) => void = () => {},
    by = kept,
): Promise<string[]> {
    const { all } = await registry({ pullSecrets, ...args });
    const resources = all.map(({ type, name, inputs, protect }) => {
        const props: Tree = { ...inputs };
        const content = props.stringData?.["config.yml"];
        if (content !== undefined) {
            const config = parse(content);
            change(config);
            props.stringData = { "config.yml": stringify(config) };
        }
        return { type, name, props, isProtected: protect };
    });
    return by.flatMap((rule) => violations(rule, resources).map((says) => `${rule.name}: ${says}`));
}

describe("the component under its own policies", () => {
    for (const [what, args] of Object.entries(registries)) {
        it(`violates no rule with ${what}`, async () => {
            assert.deepEqual(await broken(args), []);
        });
    }

    it("has a schedule with the argument `maintenance`", async () => {
        const rule = rules.filter(({ name }) => name === "scheduled-maintenance");
        assert.deepEqual(await broken({ maintenance: {} }, undefined, rule), []);
        const [message, ...others] = await broken({}, undefined, rule);
        assert.match(message, /^scheduled-maintenance: No CronJob maintains the registry/);
        assert.deepEqual(others, []);
    });

    it("holds the routes of a Gateway to TLS: one for every listener may serve plain HTTP", async () => {
        const args = { host: "registry.example.com", expose: { gateway: { parentRefs: [{ name: "team" }] } } };
        const [ofRegistry, ofUi, ...others] = await broken({ ...args, ui: {} });
        for (const says of [ofRegistry, ofUi]) {
            assert.match(
                says,
                /^tls-on-exposed-paths: The HTTPRoute is attached to every listener of the Gateway "team"/,
            );
        }
        assert.deepEqual(others, []);
    });

    it("reads its config.yml: without TLS, a NodePort and the passwords are in the clear", async () => {
        const [exposed, plain, ...others] = await broken(
            { expose: { nodePort: {} } },
            (config) => delete config.http.tls,
        );
        assert.match(exposed, /^tls-on-exposed-paths: The Service publishes port 443, which is plain HTTP/);
        assert.match(plain, /^no-basic-auth-over-http: The registry asks for passwords/);
        assert.deepEqual(others, []);
    });

    it("reads its config.yml: without a login, everyone can push to a NodePort", async () => {
        const [open, ...others] = await broken({ expose: { nodePort: {} } }, (config) => delete config.auth);
        assert.match(open, /^login-on-exposed-paths: The Service publishes port 443, and the registry asks for no/);
        assert.deepEqual(others, []);
    });

    it("reads its config.yml: without an HTTP secret, replicas do not share it", async () => {
        const two = { replicas: 2, storage: { minio: {} } };
        const [apart, ...others] = await broken(two, (config) => delete config.http.secret);
        assert.match(apart, /^shared-replicas: 2 replicas do not share an http.secret/);
        assert.deepEqual(others, []);
    });
});
