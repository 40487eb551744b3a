import * as assert from "node:assert/strict";
import { IngressController, type PrivateRegistryArgs, type RegistryExpose } from "../../../../components";
import { refuses } from "../../refusals";
import { ownAnnotations } from "../../registry";
import { host, parentRefs, uiRegistry } from "../../ui";

const withEdge = (expose: RegistryExpose, args?: PrivateRegistryArgs) => uiRegistry({ expose, ...args });
const behind = (controller: IngressController, args?: PrivateRegistryArgs, annotations?: Record<string, string>) =>
    withEdge({ ingress: { controller, annotations } }, args);

const toUi = (name: string, number = 443) => ({
    path: "/ui",
    pathType: "Prefix",
    backend: { service: { name, port: { number } } },
});

refuses("expose", {
    "every kind of HTTP route without host": {
        of: {
            expose: {
                ingress: { controller: "other" },
                ingressRoute: {},
                gateway: { parentRefs: [{ name: "team" }] },
            },
        },
        says: ["ingress", "ingressRoute", "gateway"].map(
            (kind) => `expose.${kind}: needs a name that clients outside the cluster resolve; set host`,
        ),
    },
    "an edge certificate without a source, or with two": {
        of: {
            host: "a.example.com",
            expose: {
                ingress: { controller: "other", certificate: {} },
                ingressRoute: { certificate: { existingSecret: { name: "a" }, pem: {} } },
            },
        },
        says: [
            "expose.ingress.certificate: is empty; set exactly one of existingSecret, pem and certManager, or omit it",
            "expose.ingressRoute.certificate: has existingSecret and pem; keep exactly one",
            "expose.ingressRoute.certificate.pem.certificate: is missing; set it, PEM-encoded",
            "expose.ingressRoute.certificate.pem.key: is missing; set it, PEM-encoded",
        ],
    },
});

describe("the route to the web UI", () => {
    it("with NGINX is a path on the first host of the same Ingress", async () => {
        for (const controller of [IngressController.Nginx, IngressController.NginxF5, IngressController.Other]) {
            const { spec, metadata } = (await behind(controller)).one("Ingress").inputs;
            const [first, alias] = spec.rules;
            assert.deepEqual(first.http.paths[0], toUi("registry-ui"));
            assert.equal(first.http.paths[1].path, "/");
            assert.equal(alias.http.paths.length, 1);
            if (controller === IngressController.NginxF5) {
                assert.equal(metadata.annotations["nginx.org/ssl-services"], "registry,registry-ui");
            }
        }
    });

    it("with Traefik is a second Ingress, which removes the password and has the same middlewares", async () => {
        const prefix = "traefik.ingress.kubernetes.io";
        const given = {
            [`${prefix}/router.middlewares`]: "traefik-office@kubernetescrd",
            [`${prefix}/router.entrypoints`]: "images",
            "cert-manager.io/cluster-issuer": "letsencrypt",
        };
        const r = await behind(IngressController.Traefik, {}, given);
        const { spec, metadata } = r.one("Ingress", "registry-ui-ingress").inputs;
        assert.deepEqual(spec.rules, [{ host, http: { paths: [toUi("registry-ui")] } }]);
        assert.deepEqual(spec.tls, [{ hosts: [host], secretName: "registry-ingress-tls" }]);
        assert.deepEqual(ownAnnotations(metadata), {
            [`${prefix}/router.entrypoints`]: "images",
            [`${prefix}/router.tls`]: "true",
            [`${prefix}/router.middlewares`]: "traefik-office@kubernetescrd,registry-registry-ui@kubernetescrd",
            "pulumi.com/skipAwait": "true",
        });
        const main = r.one("Ingress", "registry-ingress").inputs;
        assert.equal(main.metadata.annotations[`${prefix}/router.middlewares`], "traefik-office@kubernetescrd");
        assert.equal(JSON.stringify(main.spec).includes("/ui"), false);
        const { metadata: named, spec: middleware } = r.one("Middleware").inputs;
        assert.equal(named.name, "registry-ui");
        assert.deepEqual(middleware, { headers: { customRequestHeaders: { Authorization: "" } } });
        const service = r.one("Service", "registry-ui-service").inputs.metadata.annotations;
        assert.equal(service[`${prefix}/service.serverstransport`], "registry-registry-ui@kubernetescrd");
        assert.deepEqual(r.one("ServersTransport", "registry-ui-servers-transport").inputs.spec, {
            serverName: "registry-ui.registry.svc",
            rootCAsSecrets: [r.objectName("Secret", "registry-ui-authority")],
        });
    });

    it("with Traefik has one middleware when the registry has none", async () => {
        const r = await behind(IngressController.Traefik);
        const { annotations } = r.one("Ingress", "registry-ui-ingress").inputs.metadata;
        assert.equal(
            annotations["traefik.ingress.kubernetes.io/router.middlewares"],
            "registry-registry-ui@kubernetescrd",
        );
    });

    it("with an IngressRoute has a higher priority than the registry's, regardless of the number of hosts", async () => {
        const r = await withEdge({ ingressRoute: { middlewares: [{ name: "office", namespace: "traefik" }] } });
        const [main, ui] = r.one("IngressRoute").inputs.spec.routes;
        assert.deepEqual(ui, {
            kind: "Rule",
            match: "Host(`registry.example.com`) && (Path(`/ui`) || PathPrefix(`/ui/`))",
            priority: 100_000,
            middlewares: [{ name: "office", namespace: "traefik" }, { name: "registry-ui" }],
            services: [{ name: "registry-ui", port: 443, scheme: "https", serversTransport: "registry-ui" }],
        });
        assert.ok(main.match.length < ui.priority);
        assert.equal(main.middlewares.length, 1);
        assert.equal(r.one("Middleware").inputs.metadata.namespace, "registry");
    });

    it("with a Gateway is a second HTTPRoute, which removes the password", async () => {
        const r = await uiRegistry();
        assert.deepEqual(r.one("HTTPRoute", "registry-ui-http-route").inputs.spec, {
            parentRefs,
            hostnames: [host],
            rules: [
                {
                    matches: [{ path: { type: "PathPrefix", value: "/ui" } }],
                    filters: [{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["Authorization"] } }],
                    backendRefs: [{ name: "registry-ui", port: 443 }],
                },
            ],
        });
        assert.equal(r.one("HTTPRoute", "registry-http-route").inputs.spec.rules.length, 1);
        assert.deepEqual(r.one("BackendTLSPolicy", "registry-ui-backend-tls-policy").inputs.spec, {
            targetRefs: [{ group: "", kind: "Service", name: "registry-ui" }],
            validation: {
                hostname: "registry-ui.registry.svc",
                caCertificateRefs: [
                    { group: "", kind: "ConfigMap", name: r.objectName("ConfigMap", "registry-ui-authority") },
                ],
            },
        });
        assert.match(r.one("ConfigMap", "registry-ui-authority").inputs.data["ca.crt"], /registry-ui-ca/);
    });
});
