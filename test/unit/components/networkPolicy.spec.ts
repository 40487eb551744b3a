import * as assert from "node:assert/strict";
import type { PrivateRegistryArgs, RegistryNetworkPolicy } from "../../../components";
import { refuses, refusesValues } from "../refusals";
import { registry } from "../registry";
import * as must from "../sentences";

const withPolicy = (networkPolicy?: RegistryNetworkPolicy, args?: PrivateRegistryArgs) =>
    registry({ networkPolicy, ...args });
const spec = async (part: string, args: RegistryNetworkPolicy = {}) =>
    (await withPolicy(args)).one("NetworkPolicy", `registry-network-${part}`).inputs.spec;

interface Selector {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values: string[] }[];
}

/** Whether a label selector matches a pod. */
const selects = (selector: Selector, labels: Record<string, string>) =>
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
        assert.equal(operator, "NotIn");
        return !values.includes(labels[key]);
    });

describe("networkPolicy", () => {
    it("creates no policies by default, and with enabled: false", async () => {
        for (const args of [undefined, { enabled: false }]) {
            assert.deepEqual((await withPolicy(args)).every("NetworkPolicy"), []);
        }
    });

    it("denies all traffic in the namespace that no other policy allows", async () => {
        const r = await withPolicy({});
        for (const policy of r.every("NetworkPolicy")) assert.equal(policy.inputs.metadata.namespace, "registry");
        assert.deepEqual(await spec("default"), { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    });

    it("allows all clients to connect to the registry's port, and none to the metrics", async () => {
        const { ingress, egress, policyTypes } = await spec("server");
        assert.deepEqual(ingress, [
            {
                from: [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }],
                ports: [{ port: 5000, protocol: "TCP" }],
            },
        ]);
        assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
        assert.equal(egress, undefined);
    });

    it("allows the given clients and monitoring namespaces, each to its port", async () => {
        const { ingress, egress } = await spec("server", {
            clients: ["10.1.0.0/16"],
            clientNamespaces: ["traefik"],
            monitoringNamespaces: ["monitoring"],
            destinations: [{ cidr: "10.2.0.0/16", ports: [9000] }, { cidr: "192.0.2.0/24" }],
        });
        const namespace = (name: string) => ({
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
        });
        assert.deepEqual(ingress, [
            {
                from: [{ ipBlock: { cidr: "10.1.0.0/16" } }, namespace("traefik")],
                ports: [{ port: 5000, protocol: "TCP" }],
            },
            { from: [namespace("monitoring")], ports: [{ port: 5001, protocol: "TCP" }] },
        ]);
        assert.deepEqual(egress, [
            { to: [{ ipBlock: { cidr: "10.2.0.0/16" } }], ports: [{ port: 9000, protocol: "TCP" }] },
            { to: [{ ipBlock: { cidr: "192.0.2.0/24" } }], ports: [{ port: 443, protocol: "TCP" }] },
        ]);
    });

    it("allows clients to connect to the web UI, which has no egress", async () => {
        const host = "registry.example.com";
        const expose = { gateway: { parentRefs: [{ name: "team" }] } };
        const r = await withPolicy({ clientNamespaces: ["traefik"] }, { host, expose, ui: {} });
        const { podSelector, policyTypes, ingress, egress } = r.one("NetworkPolicy", "registry-network-ui").inputs.spec;
        assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
        const toRegistry = r.one("NetworkPolicy", "registry-network-server").inputs.spec.ingress[0];
        assert.deepEqual(ingress, [{ ...toRegistry, ports: [{ port: 8080, protocol: "TCP" }] }]);
        assert.equal(egress, undefined);
        const { labels } = r.one("Deployment", "registry-ui").inputs.spec.template.metadata;
        const choosing = r.every("NetworkPolicy").filter(({ inputs }) => selects(inputs.spec.podSelector, labels));
        assert.deepEqual(
            choosing.map(({ name }) => name),
            ["registry-network-default", "registry-network-ui"],
        );
        assert.ok(selects(podSelector, labels));
        const own = r.one("NetworkPolicy", "registry-network-own-pods").inputs.spec;
        assert.equal(selects(own.ingress[0].from[0].podSelector, labels), false);
        assert.equal(selects(own.egress[0].to[0].podSelector, labels), false);
    });

    it("has no policies for pods that do not exist", async () => {
        const policies = (await withPolicy({})).every("NetworkPolicy").map((policy) => policy.name);
        assert.deepEqual(policies.sort(), [
            "registry-network-default",
            "registry-network-own-pods",
            "registry-network-server",
        ]);
    });

    it("selects the component's pods", async () => {
        const tls = { existingSecret: { name: "team" } };
        const users = [{ name: "ci", generation: 2 }];
        const r = await withPolicy({}, { tls, users });
        const selectorOf = (part: string) => r.one("NetworkPolicy", `registry-network-${part}`).inputs.spec.podSelector;
        const chosen = (part: string) =>
            r.pods.filter((pod) => selects(selectorOf(part), pod.metadata.labels)).map((pod) => pod.name);
        assert.deepEqual(chosen("server"), ["registry-deployment"]);
        assert.deepEqual(chosen("certificate-watch"), ["registry-certificate-watch"]);
        for (const name of ["registry-deployment", "registry-credentials-accepted", "registry-certificate-watch"]) {
            assert.ok(chosen("own-pods").includes(name), name);
        }
    });
});

refusesValues("networkPolicy", [
    ["networkPolicy.enabled", "yes", must.boolean],
    ["networkPolicy.clients[0]", "10.0.0.0", must.range],
    ["networkPolicy.clientNamespaces[0]", "Traefik", must.label(63)],
    ["networkPolicy.monitoringNamespaces[0]", "a.b", must.label(63)],
    ["networkPolicy.destinations[0].cidr", "s3.example.com", must.range],
    ["networkPolicy.destinations[0].ports[0]", 0, "must be an integer from 1 to 65535"],
]);

refuses("networkPolicy", {
    "policies without any client, and destinations without an address range": {
        of: { networkPolicy: { clients: [], destinations: [{ ports: [443] }] } },
        says: [
            "networkPolicy.clients: is empty, as is clientNamespaces: no client could pull; list the nodes' addresses",
            "networkPolicy.destinations[0].cidr: is missing; set an address range",
        ],
    },
});
