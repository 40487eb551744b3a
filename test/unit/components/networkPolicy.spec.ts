import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRegistry, type PrivateRegistryArgs, type RegistryNetworkPolicy } from "../../../components";
import { failure } from "../mocks";
import { problems, refuses, refusesValues, type Wrong } from "../refusals";
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

describe("the egress that networkPolicy derives from other arguments", () => {
    const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
    const egress = async (args: Wrong, networkPolicy: RegistryNetworkPolicy = {}) =>
        (await withPolicy(networkPolicy, args)).one("NetworkPolicy", "registry-network-server").inputs.spec.egress;
    const credentials = { keys: { accessKeyId: "me", secretAccessKey: pulumi.secret("hidden") } };
    const s3 = (endpoint?: pulumi.Input<string>) => ({ storage: { s3: { bucket: "images", endpoint, credentials } } });
    const external = (address: string) => ({ descriptorCache: { redis: { external: { address } } } });
    const endpoints = (...urls: string[]) => ({
        config: { notifications: { endpoints: urls.map((url) => ({ url })) } },
    });
    const azure = (serviceurl: unknown) => ({
        config: { storage: { azure: { accountname: "a", container: "b", accountkey: "a2V5", serviceurl } } },
    });
    const address = (cidr: string, port: number) => ({
        to: [{ ipBlock: { cidr } }],
        ports: [{ port, protocol: "TCP" }],
    });
    const inNamespace = (name: string) => ({
        to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }],
    });
    const here = { to: [{ podSelector: {} }] };

    const derived: [what: string, args: Wrong, rules: object[] | undefined][] = [
        ["an S3 endpoint with an IPv4 address", s3("https://192.0.2.7:9000"), [address("192.0.2.7/32", 9000)]],
        ["an S3 endpoint with an IPv6 address", s3("http://[2001:db8::7]"), [address("2001:db8::7/128", 80)]],
        ["an S3 endpoint in another namespace", s3("http://minio.minio.svc:9000"), [inNamespace("minio")]],
        ["an S3 endpoint with a full name", s3("http://a.minio.svc.cluster.local:9000"), [inNamespace("minio")]],
        ["an S3 endpoint in the registry's namespace", s3("http://minio:9000"), [here]],
        ["an existing Redis with an address", external("192.0.2.8:6380"), [address("192.0.2.8/32", 6380)]],
        ["an existing Redis in the cluster", external("redis.cache.svc:6379"), [inNamespace("cache")]],
        [
            "a pull-through cache",
            { config: { proxy: { remoteurl: "https://192.0.2.9", password: pulumi.secret("hidden") } } },
            [address("192.0.2.9/32", 443)],
        ],
        [
            "notifications",
            endpoints("http://192.0.2.10/events", "https://hooks.events.svc/a"),
            [address("192.0.2.10/32", 80), inNamespace("events")],
        ],
        ["Redis in config", { config: { redis: { addrs: ["192.0.2.11:6379"] } } }, [address("192.0.2.11/32", 6379)]],
        [
            "health checks",
            { config: { health: { http: [{ uri: "http://192.0.2.12" }], tcp: [{ addr: "192.0.2.13:5432" }] } } },
            [address("192.0.2.12/32", 80), address("192.0.2.13/32", 5432)],
        ],
        ["Azure at an address", azure("http://192.0.2.14:10000/a"), [address("192.0.2.14/32", 10000)]],
        [
            "S3 in config",
            { config: { storage: { s3: { bucket: "images", regionendpoint: "http://minio.minio.svc:9000" } } } },
            [inNamespace("minio")],
        ],
        [
            "the same address twice",
            endpoints("http://192.0.2.10/a", "http://192.0.2.10/b"),
            [address("192.0.2.10/32", 80)],
        ],
        ["nothing outside the component", { storage: { minio: {} }, descriptorCache: { redis: {} } }, undefined],
        ["storage in memory", { config: { storage: { inmemory: {} } } }, undefined],
        ["the pod itself", endpoints("http://127.0.0.1:8080", "http://localhost:8080"), undefined],
    ];
    for (const [what, args, rules] of derived) {
        it(`allows ${what}`, async () => assert.deepEqual(await egress(args), rules));
    }

    it("is added to the destinations", async () => {
        const destinations = [{ cidr: "198.51.100.0/24" }];
        assert.deepEqual(await egress(s3("https://192.0.2.7:9000"), { destinations }), [
            address("192.0.2.7/32", 9000),
            address("198.51.100.0/24", 443),
        ]);
    });

    it("is derived from values that are known at deploy time, and from the cluster's domain", async () => {
        assert.deepEqual(await egress(s3(late("https://192.0.2.7:9000"))), [address("192.0.2.7/32", 9000)]);
        assert.deepEqual(await egress({ config: late(endpoints("http://192.0.2.10").config) }), [
            address("192.0.2.10/32", 80),
        ]);
        const named = s3("http://minio.minio.svc.example.internal:9000");
        for (const clusterDomain of ["example.internal", late("example.internal")]) {
            assert.deepEqual(await egress({ ...named, clusterDomain }), [inNamespace("minio")]);
        }
    });

    it("does not reveal secrets", async () => {
        const config = { proxy: { remoteurl: "https://192.0.2.9", password: pulumi.secret("hunter2") } };
        const { clearTexts } = (await withPolicy({}, { config })).one("NetworkPolicy", "registry-network-server");
        assert.ok(clearTexts.includes("192.0.2.9/32"));
        const secret = { proxy: { remoteurl: pulumi.secret("https://192.0.2.9") } };
        const r = await withPolicy({}, { config: secret });
        assert.equal(r.one("NetworkPolicy", "registry-network-server").clearTexts.includes("192.0.2.9/32"), false);
    });

    const ask = (what: string, more = "") =>
        `networkPolicy.destinations: must allow egress to ${what}: a network policy holds addresses, not names, so list the address ranges, e.g. \`{ cidr: 203.0.113.0/24, ports: [443] }\`${more}`;
    const asked: [what: string, args: Wrong, lines: string[]][] = [
        ["Amazon S3", { storage: { s3: { bucket: "images" } } }, [ask("Amazon S3 (storage.s3)")]],
        ["an S3 endpoint", s3("https://s3.example.com"), [ask("the host in storage.s3.endpoint")]],
        [
            "a name that may be a Service or a domain",
            s3("http://minio.minio:9000"),
            [
                ask(
                    "the host in storage.s3.endpoint",
                    "; for a Service in the cluster, end its name with `.svc` instead",
                ),
            ],
        ],
        [
            "an existing Redis",
            external("redis.example.com:6379"),
            [ask("the host in descriptorCache.redis.external.address")],
        ],
        [
            "a pull-through cache and notifications",
            {
                config: {
                    proxy: { remoteurl: "https://registry-1.docker.io" },
                    notifications: {
                        endpoints: [
                            { url: "http://192.0.2.10" },
                            { url: "https://off.example.com", disabled: true },
                            { url: "https://hooks.example.com" },
                        ],
                    },
                },
            },
            [ask("the host in config.proxy.remoteurl"), ask("the host in config.notifications.endpoints[2].url")],
        ],
        ["Azure", azure(undefined), [ask("Azure (config.storage.azure)")]],
        [
            "Azure with other credentials than the account's key",
            {
                config: {
                    storage: { azure: { accountname: "a", container: "b", serviceurl: "http://192.0.2.14" } },
                },
            },
            [ask("Azure (config.storage.azure)")],
        ],
        [
            "Google Cloud",
            { config: { storage: { gcs: { bucket: "images" } } } },
            [ask("Google Cloud (config.storage.gcs)")],
        ],
        ["S3 in config", { config: { storage: { s3: { bucket: "images" } } } }, [ask("Amazon S3 (config.storage.s3)")]],
    ];
    for (const [what, args, lines] of asked) {
        it(`must be listed for ${what}`, async () => {
            assert.deepEqual(await problems({ networkPolicy: {}, ...args }), lines);
            assert.deepEqual(await problems({ networkPolicy: { destinations: [] }, ...args }), lines);
            const destinations = [{ cidr: "198.51.100.0/24" }];
            assert.deepEqual((await egress(args, { destinations })).at(-1), address("198.51.100.0/24", 443));
            await withPolicy({ enabled: false }, args);
        });
    }

    it("must be listed for a host that is known at deploy time", async () => {
        const message = async (args: Wrong) =>
            (await failure(() => new PrivateRegistry("registry", { networkPolicy: {}, ...args }))).message;
        const said = await message(s3(late("https://s3.example.com")));
        assert.ok(said.includes(ask("the host in storage.s3.endpoint")), said);
        const config = late({ proxy: { remoteurl: "https://registry-1.docker.io" } });
        assert.ok((await message({ config })).includes(ask("the host in config")));
    });
});

describe("networkPolicy, for the certificate watch", () => {
    const tls = { existingSecret: { name: "team" } };
    const ports = async (args: RegistryNetworkPolicy) => {
        const r = await withPolicy(args, { tls });
        const { egress } = r.one("NetworkPolicy", "registry-network-certificate-watch").inputs.spec;
        return egress[0].ports.map(({ port }: { port: number }) => port);
    };

    it("allows the ports that API servers usually have", async () => {
        assert.deepEqual(await ports({}), [443, 6443, 8443, 16443]);
    });

    it("allows the given ports instead", async () => {
        assert.deepEqual(await ports({ apiServerPorts: [8443] }), [8443]);
    });
});

refusesValues("networkPolicy", [
    ["networkPolicy.enabled", "yes", must.boolean],
    ["networkPolicy.clients[0]", "10.0.0.0", must.range],
    ["networkPolicy.clientNamespaces[0]", "Traefik", must.label(63)],
    ["networkPolicy.monitoringNamespaces[0]", "a.b", must.label(63)],
    ["networkPolicy.destinations[0].cidr", "s3.example.com", must.range],
    ["networkPolicy.destinations[0].ports[0]", 0, "must be an integer from 1 to 65535"],
    ["networkPolicy.apiServerPorts[0]", 0, "must be an integer from 1 to 65535"],
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
