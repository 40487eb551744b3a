import { configMap, deployment, httpRoute, ingress, ingressRoute, object, service, unknown } from "./fixtures";
import { describeRule } from "./judge";

const ofType = (type: string, port: object = {}) =>
    service({ spec: { type, ports: [{ name: "https", port: 443, targetPort: 5000, ...port }] } });
const tls = (...hosts: string[]) => ingress({ spec: { tls: [{ hosts, secretName: "registry-edge" }] } });
const [rule] = ingress().props.spec.rules;
const annotated = (annotations: object) => ingress({ metadata: { annotations } });
const toUi = { path: "/ui", backend: { service: { name: "registry-ui", port: { number: 443 } } } };
const elsewhere = { metadata: { name: "web" }, spec: { selector: { app: "web" } } };

/** A registry without a configuration: the image's serves plain HTTP. */
const plain = (over: { container?: object; pod?: object } = {}) =>
    deployment({ ...over, container: { env: [], volumeMounts: [], ...over.container } });
const withTls = deployment();
const nodePort = service({ spec: { type: "NodePort", ports: [{ name: "registry", port: 5000, targetPort: 5000 }] } });
const sidecar = {
    containers: [
        { name: "proxy", image: "nginx:1.27.0", ports: [{ containerPort: 8443, name: "tls" }] },
        { name: "registry", image: "registry:3.1.2", ports: [{ containerPort: 5000 }] },
    ],
};

const route = (parent: object, over: object = {}) =>
    httpRoute({ spec: { parentRefs: [{ name: "public", ...parent }] }, ...over });
const gateway = (...listeners: object[]) =>
    object("gateway.networking.k8s.io/v1", "Gateway", "public", { spec: { listeners } }, {});
const https = { name: "web", port: 443, protocol: "HTTPS" };
const http = { name: "plain", port: 80, protocol: "HTTP" };
const tcpRoute = object(
    "gateway.networking.k8s.io/v1alpha2",
    "TCPRoute",
    "images",
    { spec: { parentRefs: [{ name: "public" }], rules: [{ backendRefs: [{ name: "registry", port: 5000 }] }] } },
    {},
);
const tcpOfTraefik = (tls?: object, port: number | string = 5000) =>
    object(
        "traefik.io/v1alpha1",
        "IngressRouteTCP",
        "images",
        { spec: { routes: [{ match: "HostSNI(`*`)", services: [{ name: "registry", port }] }], tls } },
        {},
    );
const defaultOnly = (over: object = {}) =>
    ingress({
        spec: { rules: null, defaultBackend: { service: { name: "registry", port: { number: 443 } } }, ...over },
    });

describeRule("tls-on-exposed-paths", {
    passes: {
        "TLS everywhere": [ingress(), httpRoute(), ingressRoute(), ofType("LoadBalancer")],
        "one certificate for all hosts": [ingress({ spec: { tls: [{ secretName: "edge" }] } })],
        "one certificate for a wildcard": [tls("*.example.com")],
        "a wildcard among several certificates": [
            ingress({ spec: { tls: [{ hosts: ["a.example.org"] }, { hosts: ["b.example.org", "*.example.com"] }] } }),
        ],
        "a certificate for all hosts among several": [ingress({ spec: { tls: [{ hosts: ["a.example.org"] }, {}] } })],
        "an empty list of hosts": [tls()],
        "a rule for a wildcard with its certificate": [
            ingress({ spec: { tls: [{ hosts: ["*.example.com"] }], rules: [{ ...rule, host: "*.example.com" }] } }),
        ],
        "upper case in a certificate's host": [tls("*.Example.com")],
        "plain HTTP to another program": [
            ingress({ spec: { tls: null, rules: [{ host: "web.example.com" }] } }),
            service({ ...elsewhere, spec: { ...elsewhere.spec, type: "NodePort", ports: [{ port: 80 }] } }),
        ],
        "plain HTTP to another program, in the registry's Ingress": [
            ingress({
                spec: {
                    rules: [
                        ...ingress().props.spec.rules,
                        { host: "web.example.com", http: { paths: [{ backend: { service: { name: "web" } } }] } },
                    ],
                },
            }),
        ],
        "port 80 inside the cluster": [ofType("ClusterIP", { port: 80 }), plain()],
        "a node port of pods with TLS": [nodePort, withTls],
        "a node port whose number is 80, of pods with TLS": [ofType("NodePort", { port: 80, name: "http" }), withTls],
        "a node port of another container": [
            service({ spec: { type: "NodePort", ports: [{ port: 443, targetPort: "tls" }] } }),
            deployment({ pod: sidecar }),
        ],
        "a load balancer with a certificate": [
            service({
                metadata: { annotations: { "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "arn:aws:acm:a" } },
                spec: { type: "LoadBalancer", ports: [{ port: 443, targetPort: 5000 }] },
            }),
            plain(),
        ],
        "pods with TLS on a host port": [
            deployment({ container: { ports: [{ containerPort: 5000, hostPort: 443 }] } }),
        ],
        "a host port for the node itself": [
            plain({ container: { ports: [{ containerPort: 5000, hostPort: 5000, hostIP: "127.0.0.1" }] } }),
        ],
        "a default backend with a certificate": [defaultOnly()],
        "a certificate of the cloud": [
            ingress({
                metadata: { annotations: { "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:a" } },
                spec: { tls: null },
            }),
        ],
        "TLS that the Ingress passes through": [
            ingress({
                metadata: { annotations: { "nginx.ingress.kubernetes.io/ssl-passthrough": "true" } },
                spec: { tls: null },
            }),
            service(),
            withTls,
        ],
        "a Gateway's port": [route({ sectionName: null, port: 8443 })],
        "a Gateway in the stack with HTTPS only": [route({ sectionName: null }), gateway(https)],
        "an HTTPS listener that is called web": [route({ sectionName: "web" }), gateway(https, http)],
        "a plain listener for another namespace's routes": [
            route({ namespace: "gateways", sectionName: null }),
            { ...gateway(), props: { ...gateway(http).props, metadata: { name: "public", namespace: "gateways" } } },
        ],
        "routes that redirect to HTTPS": [
            httpRoute({
                metadata: { name: "registry" },
                spec: {
                    parentRefs: [{ name: "public", sectionName: "http" }],
                    rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
                },
            }),
            ingressRoute({
                spec: {
                    entryPoints: ["web"],
                    tls: null,
                    routes: [
                        { match: "Host(`a`)", services: [{ name: "registry" }], middlewares: [{ name: "https" }] },
                    ],
                },
            }),
            object("traefik.io/v1alpha1", "Middleware", "https", { spec: { redirectScheme: { scheme: "https" } } }, {}),
        ],
        "a route inside the cluster": [route({ kind: "Service", name: "registry", sectionName: null })],
        "connections that are forwarded to pods with TLS": [tcpRoute, tcpOfTraefik(), service(), withTls],
        "connections of a listener with TLS": [
            tcpRoute,
            gateway({ name: "tls", port: 443, protocol: "TLS" }),
            service(),
            plain(),
        ],
        "Traefik's TLS for connections": [tcpOfTraefik({ secretName: "edge" }), service(), plain()],
    },
    fails: {
        "an Ingress without tls": {
            of: [ingress({ spec: { tls: null } })],
            says: 'The Ingress has no certificate for the host "registry.example.com"',
        },
        "a path to the web UI, whose page asks for passwords, without tls": {
            of: [ingress({ spec: { tls: null, rules: [{ host: "ui.example.com", http: { paths: [toUi] } }] } })],
            says: 'The Ingress has no certificate for the host "ui.example.com"',
        },
        "a host without a certificate": {
            of: [ingress({ spec: { tls: [{ hosts: ["other.example.com"] }] } })],
            says: "has no certificate",
        },
        "a wildcard for another number of labels": {
            of: [tls("*.com"), tls("*.registry.example.com")],
            says: [
                'The Ingress has no certificate for the host "registry.example.com"',
                'The Ingress has no certificate for the host "registry.example.com"',
            ],
        },
        "a wildcard that is a part of a label": { of: [tls("reg*.example.com")], says: "has no certificate" },
        "a rule for a wildcard with a certificate for one name": {
            of: [ingress({ spec: { rules: [{ ...rule, host: "*.example.com" }] } })],
            says: 'The Ingress has no certificate for the host "*.example.com"',
        },
        "a default backend alone, without tls": {
            of: [defaultOnly({ tls: null })],
            says: "The Ingress has no certificate for its default backend (spec.tls)",
        },
        "plain HTTP in addition to TLS": {
            of: [annotated({ "nginx.ingress.kubernetes.io/ssl-redirect": "false" })],
            says: "allows plain HTTP",
        },
        "a plain entry point of an Ingress": {
            of: [annotated({ "traefik.ingress.kubernetes.io/router.entrypoints": "web" })],
            says: 'attached to the entry point "web"',
        },
        "plain HTTP that the Ingress passes through": {
            of: [annotated({ "nginx.ingress.kubernetes.io/ssl-passthrough": "true" }), service(), plain()],
            says: "The Ingress leads to registry, which is plain HTTP",
        },
        "a plain listener": { of: [route({ sectionName: "http" })], says: 'attached to the listener "http"' },
        "a listener's port": { of: [route({ port: 80 })], says: "attached to port 80" },
        "every listener": {
            of: [route({})],
            says: 'The HTTPRoute is attached to every listener of the Gateway "public"',
        },
        "every listener of a Gateway in the stack": {
            of: [route({}), gateway(https, http)],
            says: 'attached to the listener "plain", which is plain HTTP',
        },
        "a plain listener with another name": {
            of: [route({ sectionName: "plain" }), gateway(https, http)],
            says: 'attached to the listener "plain"',
        },
        "an IngressRoute without tls": { of: [ingressRoute({ spec: { tls: null } })], says: "The route has no tls" },
        "a plain entry point": {
            of: [ingressRoute({ spec: { entryPoints: ["web", "websecure"] } })],
            says: 'attached to the entry point "web"',
        },
        "connections that are forwarded to pods without TLS": {
            of: [tcpRoute, tcpOfTraefik(), service(), plain()],
            says: ["The TCPRoute leads to registry", "The IngressRouteTCP leads to registry"],
        },
        "connections to a port for plain HTTP, of pods outside the stack": {
            of: [tcpOfTraefik(undefined, 80), tcpOfTraefik(undefined, "http")],
            says: ["The IngressRouteTCP leads to registry", "The IngressRouteTCP leads to registry"],
        },
        "a public port 80": { of: [ofType("NodePort", { name: "a", port: 80 })], says: "publishes port 80" },
        "a public port called http": { of: [ofType("LoadBalancer", { name: "http" })], says: "publishes port 443" },
        "a node port of pods without TLS": {
            of: [nodePort, plain()],
            says: "The Service publishes port 5000, which is plain HTTP",
        },
        "a load balancer of a StatefulSet without TLS": {
            of: [ofType("LoadBalancer"), { ...plain(), type: "kubernetes:apps/v1:StatefulSet" }],
            says: "publishes port 443",
        },
        "an external IP of pods without TLS": {
            of: [service({ spec: { externalIPs: ["192.0.2.1"] } }), plain()],
            says: "publishes port 443",
        },
        "pods whose config.yml has no TLS": {
            of: [
                nodePort,
                deployment({
                    container: { env: [] },
                    pod: { volumes: [{ name: "config", configMap: { name: "config" } }] },
                }),
                configMap("config", { "config.yml": "version: 0.1\nstorage: {}\nhttp:\n  addr: :5000\n" }),
            ],
            says: "publishes port 5000",
        },
        "a host port": {
            of: [plain({ container: { ports: [{ containerPort: 5000, hostPort: 5000 }] } })],
            says: "The container registry publishes port 5000 of the node (hostPort), which is plain HTTP",
        },
        "the network of the node": {
            of: [plain({ pod: { hostNetwork: true } })],
            says: "The pod uses the network of its node, and listens on port 5000, which is plain HTTP",
        },
        "a Service of pods that another name hides": {
            of: [
                service({ ...elsewhere, spec: { ...nodePort.props.spec, selector: { app: null, tier: "images" } } }),
                {
                    ...plain(),
                    props: {
                        metadata: { name: "store", namespace: "images" },
                        spec: {
                            template: { ...plain().props.spec.template, metadata: { labels: { tier: "images" } } },
                        },
                    },
                },
            ],
            says: "publishes port 5000",
        },
    },
    unknown: {
        "certificates and hosts": [
            ingress({ spec: { tls: unknown } }),
            ingress({ spec: { rules: unknown } }),
            ingress({ metadata: { annotations: { any: unknown } }, spec: { tls: null } }),
        ],
        "a port": [ofType("NodePort", { name: unknown, port: unknown })],
        "a configuration": [nodePort, plain({ container: { env: unknown } })],
        "a listener": [httpRoute({ spec: { parentRefs: [{ port: unknown, sectionName: unknown }] } })],
        "a Gateway's listener": [route({}), gateway({ name: "a", port: 1, protocol: unknown })],
        "entry points": [ingressRoute({ spec: { entryPoints: unknown, tls: unknown } })],
    },
});
