import * as assert from "node:assert/strict";
import { IngressController, type PrivateRegistryArgs, type RegistryExpose } from "../../../../components";
import { controllerAnnotations } from "../../../../components/expose/ingress";
import { createAuthority, issue } from "../../../../sandbox/cluster/pki";
import { registry } from "../../registry";

const host = "registry.example.com";
const exposed = (expose: RegistryExpose, args?: PrivateRegistryArgs) =>
    registry({ host: `${host}:8443`, expose, ...args });
const ingress = async (args?: Partial<RegistryExpose["ingress"]>, others?: PrivateRegistryArgs) =>
    (await exposed({ ingress: { controller: IngressController.Nginx, ...args } }, others)).one("Ingress").inputs;

describe("expose.ingress", () => {
    it("routes each host to the Service, and terminates TLS with the pods' certificate", async () => {
        const r = await exposed(
            { ingress: { controller: IngressController.Nginx } },
            { hostAliases: ["images.example.com", "10.0.0.9"] },
        );
        const { spec } = r.one("Ingress").inputs;
        const backend = { service: { name: "registry", port: { number: 443 } } };
        const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
        assert.deepEqual(spec, {
            tls: [{ hosts: [host, "images.example.com"], secretName: r.objectName("Secret", "registry-tls") }],
            rules: [
                { host, http },
                { host: "images.example.com", http },
            ],
        });
    });

    it("has the given ingress class", async () => {
        assert.equal((await ingress({ className: "public" })).spec.ingressClassName, "public");
    });

    it("streams layers of any size, and connects to the pods with TLS", async () => {
        const { annotations } = (await ingress()).metadata;
        const prefix = "nginx.ingress.kubernetes.io";
        assert.equal(annotations[`${prefix}/proxy-body-size`], "0");
        assert.equal(annotations[`${prefix}/proxy-request-buffering`], "off");
        assert.equal(annotations[`${prefix}/proxy-read-timeout`], "900");
        assert.equal(annotations[`${prefix}/proxy-send-timeout`], "900");
        assert.equal(annotations[`${prefix}/backend-protocol`], "HTTPS");
    });

    it("has the annotations of each controller, and none for others", () => {
        const keys = (controller: IngressController) =>
            Object.keys(controllerAnnotations(controller, ["registry"], false));
        assert.ok(keys(IngressController.Nginx).every((key) => key.startsWith("nginx.ingress.kubernetes.io/")));
        assert.ok(keys(IngressController.NginxF5).every((key) => key.startsWith("nginx.org/")));
        assert.ok(keys(IngressController.Traefik).every((key) => key.startsWith("traefik.ingress.kubernetes.io/")));
        assert.deepEqual(keys(IngressController.Other), []);
        const f5 = controllerAnnotations(IngressController.NginxF5, ["registry"], false);
        assert.equal(f5["nginx.org/client-max-body-size"], "0");
        assert.equal(f5["nginx.org/ssl-services"], "registry");
    });

    it("connects to the pods over plain HTTP with plainBackend", async () => {
        const { metadata, spec } = await ingress({}, { tls: { plainBackend: true } });
        assert.equal(metadata.annotations["nginx.ingress.kubernetes.io/backend-protocol"], "HTTP");
        assert.equal(spec.rules[0].http.paths[0].backend.service.port.number, 80);
        assert.equal("nginx.org/ssl-services" in controllerAnnotations(IngressController.NginxF5, ["a"], true), false);
    });

    it("merges the user's annotations over its own", async () => {
        const annotations = { "nginx.ingress.kubernetes.io/proxy-body-size": "5g", "cert-manager.io/issuer": "acme" };
        const { metadata } = await ingress({ annotations });
        assert.equal(metadata.annotations["nginx.ingress.kubernetes.io/proxy-body-size"], "5g");
        assert.equal(metadata.annotations["cert-manager.io/issuer"], "acme");
    });

    it("is awaited only on request, because without a load balancer it never gets an address", async () => {
        const skip = async (awaitAddress?: boolean) =>
            (await ingress({ awaitAddress })).metadata.annotations["pulumi.com/skipAwait"];
        assert.equal(await skip(), "true");
        assert.equal(await skip(true), undefined);
    });

    it("terminates TLS with another certificate than the pods' on request", async () => {
        const secret = { existingSecret: { name: "edge" } };
        assert.equal((await ingress({ certificate: secret })).spec.tls[0].secretName, "edge");
        const pair = await issue(await createAuthority("a"), { commonName: host, serverNames: { dns: [host] } });
        const pem = { certificate: pair.certificate, key: pair.key };
        const { secretName } = (await ingress({ certificate: { pem } })).spec.tls[0];
        assert.match(secretName, /^registry-ingress-tls-[0-9a-f]{8}$/);
    });

    it("makes Traefik verify the pods' certificate, through annotations of the Service", async () => {
        const r = await exposed({ ingress: { controller: IngressController.Traefik } });
        const { annotations } = r.one("Service", "registry-service").inputs.metadata;
        assert.equal(annotations["traefik.ingress.kubernetes.io/service.serversscheme"], "https");
        assert.equal(
            annotations["traefik.ingress.kubernetes.io/service.serverstransport"],
            "registry-registry@kubernetescrd",
        );
        const transport = r.one("ServersTransport").inputs;
        assert.equal(transport.metadata.name, "registry");
        assert.deepEqual(transport.spec, {
            serverName: "registry.registry.svc",
            // `rootCAs` needs Traefik 3.4.1.
            rootCAsSecrets: [r.objectName("Secret", "registry-authority")],
        });
        const authority = r.one("Secret", "registry-authority").inputs.stringData["ca.crt"];
        assert.match(authority, /registry-ca-1.*registry-ca-2/s);
    });

    it("creates no Traefik resources for other controllers or plainBackend", async () => {
        for (const [controller, plainBackend] of [
            [IngressController.Nginx, false],
            [IngressController.Traefik, true],
        ] as const) {
            const r = await exposed({ ingress: { controller } }, { tls: { plainBackend } });
            assert.deepEqual(r.every("ServersTransport"), []);
            assert.doesNotMatch(JSON.stringify(r.one("Service", "registry-service").inputs), /serverstransport/);
        }
    });
});

describe("expose.ingressRoute", () => {
    const route = async (args: RegistryExpose["ingressRoute"], others?: PrivateRegistryArgs) =>
        (await exposed({ ingressRoute: args }, others)).one("IngressRoute").inputs.spec;

    it("routes all hosts from websecure to the pods, over verified TLS", async () => {
        const r = await exposed({ ingressRoute: {} }, { hostAliases: ["images.example.com"] });
        assert.deepEqual(r.one("IngressRoute").inputs.spec, {
            entryPoints: ["websecure"],
            routes: [
                {
                    kind: "Rule",
                    match: "Host(`registry.example.com`) || Host(`images.example.com`)",
                    services: [{ name: "registry", port: 443, scheme: "https", serversTransport: "registry" }],
                },
            ],
            tls: { secretName: r.objectName("Secret", "registry-tls") },
        });
    });

    it("has the given entry points, resolver and middlewares", async () => {
        const middlewares = [{ name: "allow-list", namespace: "edge" }];
        const spec = await route({ entryPoints: ["images"], certResolver: "letsencrypt", middlewares });
        assert.deepEqual(spec.entryPoints, ["images"]);
        assert.deepEqual(spec.tls, { certResolver: "letsencrypt" });
        assert.deepEqual(spec.routes[0].middlewares, middlewares);
    });

    it("connects to the pods over plain HTTP with plainBackend", async () => {
        const { routes } = await route({}, { tls: { plainBackend: true } });
        assert.deepEqual(routes[0].services, [{ name: "registry", port: 80, scheme: "http" }]);
    });

    it("verifies a publicly trusted certificate by its host", async () => {
        const r = await exposed({ ingressRoute: {} }, { tls: { existingSecret: { name: "team" } } });
        assert.deepEqual(r.one("ServersTransport").inputs.spec, { serverName: host });
        assert.deepEqual(r.named("registry-authority"), []);
    });
});

describe("expose.gateway", () => {
    const parentRefs = [{ name: "team", namespace: "edge", sectionName: "https" }];

    it("is an HTTPRoute without a timeout, attached to the given Gateways", async () => {
        const { spec } = (await exposed({ gateway: { parentRefs } })).one("HTTPRoute").inputs;
        assert.deepEqual(spec, {
            parentRefs,
            hostnames: [host],
            rules: [
                {
                    matches: [{ path: { type: "PathPrefix", value: "/" } }],
                    backendRefs: [{ name: "registry", port: 443 }],
                    timeouts: { request: "0s" },
                },
            ],
        });
    });

    it("makes the Gateway connect to the pods with TLS, and verify their certificate", async () => {
        const r = await exposed({ gateway: { parentRefs } });
        assert.deepEqual(r.one("BackendTLSPolicy").inputs.spec, {
            targetRefs: [{ group: "", kind: "Service", name: "registry" }],
            validation: {
                hostname: "registry.registry.svc",
                caCertificateRefs: [
                    { group: "", kind: "ConfigMap", name: r.objectName("ConfigMap", "registry-authority") },
                ],
            },
        });
        const open = await exposed({ gateway: { parentRefs } }, { tls: { existingSecret: { name: "team" } } });
        assert.deepEqual(open.one("BackendTLSPolicy").inputs.spec.validation, {
            hostname: host,
            wellKnownCACertificates: "System",
        });
    });

    /** The type of the policy, and the rule's timeouts, with a version of the Gateway API. */
    const inVersion = async (version: string | undefined, plainBackend: boolean) => {
        const r = await exposed({ gateway: { parentRefs, version } }, { tls: { plainBackend } });
        const policies = r.every("BackendTLSPolicy");
        assert.ok(policies.every(({ type, inputs }) => type === `kubernetes:${inputs.apiVersion}:BackendTLSPolicy`));
        const { timeouts } = r.one("HTTPRoute").inputs.spec.rules[0];
        return [policies.map(({ inputs }) => inputs.apiVersion.split("/")[1]), timeouts?.request];
    };
    const versions: [string | undefined, string][] = [
        [undefined, "v1"],
        ["1.4", "v1"],
        ["v1.10.0-rc.1", "v1"],
        ["1.3", "v1alpha3"],
        ["v1.2.1", "v1alpha3"],
        ["1.1.0", "v1alpha3"],
    ];
    for (const [version, policy] of versions) {
        it(`has a BackendTLSPolicy ${policy} with Gateway API ${version}`, async () => {
            assert.deepEqual(await inVersion(version, false), [[policy], "0s"]);
        });
    }

    it("has no timeouts with plainBackend and versions whose standard channel has none", async () => {
        for (const [version, timeout] of [
            ["1.0", undefined],
            ["v1.1.1", undefined],
            ["1.2", "0s"],
            [undefined, "0s"],
        ] as const) {
            assert.deepEqual(await inVersion(version, true), [[], timeout], version);
        }
    });

    it("keeps the BackendTLSPolicy when the definitions are upgraded to another version", async () => {
        const policy = async (version?: string) =>
            (await exposed({ gateway: { parentRefs, version } })).one("BackendTLSPolicy");
        const [before, after] = [await policy("1.3"), await policy()];
        assert.ok(after.aliases.includes(before.type) && before.aliases.includes(after.type));
        assert.deepEqual({ ...after.inputs, apiVersion: "" }, { ...before.inputs, apiVersion: "" });
    });

    it("connects to the pods over plain HTTP with plainBackend", async () => {
        const r = await exposed({ gateway: { parentRefs } }, { tls: { plainBackend: true } });
        assert.deepEqual(r.every("BackendTLSPolicy"), []);
        assert.equal(r.one("HTTPRoute").inputs.spec.rules[0].backendRefs[0].port, 80);
    });
});

describe("expose.loadBalancer", () => {
    it("requests one for the given source ranges, with an address that the certificate is valid for", async () => {
        const r = await exposed({
            loadBalancer: {
                address: "203.0.113.7",
                sourceRanges: ["198.51.100.0/24"],
                className: "example.com/internal",
                annotations: { "example.com/scheme": "internal" },
            },
        });
        const { spec, metadata } = r.one("Service", "registry-service").inputs;
        assert.equal(spec.type, "LoadBalancer");
        assert.equal(spec.loadBalancerIP, "203.0.113.7");
        assert.deepEqual(spec.loadBalancerSourceRanges, ["198.51.100.0/24"]);
        assert.equal(spec.loadBalancerClass, "example.com/internal");
        assert.equal(metadata.annotations["example.com/scheme"], "internal");
        assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
        assert.ok(r.one("CertRequest").inputs.ipAddresses.includes("203.0.113.7"));
        assert.equal(r.one("Service", "registry-metrics-service").inputs.spec.type, "ClusterIP");
    });
});
