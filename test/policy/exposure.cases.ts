import { httpRoute, ingress, ingressRoute, pullSecret, secret, service, unknown } from "./fixtures";
import { describeRule } from "./judge";

const ofType = (type: string, port: object = {}) =>
    service({ spec: { type, ports: [{ name: "https", port: 443, targetPort: 5000, ...port }] } });
const tls = (...hosts: string[]) => ingress({ spec: { tls: [{ hosts, secretName: "registry-edge" }] } });
const [rule] = ingress().props.spec.rules;
const annotated = (annotations: object) => ingress({ metadata: { annotations } });
const toUi = { path: "/ui", backend: { service: { name: "registry-ui", port: { number: 443 } } } };
const elsewhere = { metadata: { name: "web" }, spec: { selector: { app: "web" } } };

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
        "port 80 inside the cluster": [ofType("ClusterIP", { port: 80 })],
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
        "plain HTTP in addition to TLS": {
            of: [annotated({ "nginx.ingress.kubernetes.io/ssl-redirect": "false" })],
            says: "allows plain HTTP",
        },
        "a plain listener": {
            of: [httpRoute({ spec: { parentRefs: [{ name: "public", sectionName: "http" }] } })],
            says: 'attached to the listener "http"',
        },
        "a listener's port": {
            of: [httpRoute({ spec: { parentRefs: [{ name: "public", port: 80 }] } })],
            says: "attached to port 80",
        },
        "an IngressRoute without tls": { of: [ingressRoute({ spec: { tls: null } })], says: "The route has no tls" },
        "a plain entry point": {
            of: [ingressRoute({ spec: { entryPoints: ["web", "websecure"] } })],
            says: 'attached to the entry point "web"',
        },
        "a public port 80": { of: [ofType("NodePort", { name: "a", port: 80 })], says: "publishes port 80" },
        "a public port called http": { of: [ofType("LoadBalancer", { name: "http" })], says: "publishes port 443" },
    },
    unknown: {
        "certificates and hosts": [ingress({ spec: { tls: unknown } }), ingress({ spec: { rules: unknown } })],
        "a port": [ofType("NodePort", { name: unknown, port: unknown })],
        "a listener": [httpRoute({ spec: { parentRefs: [{ port: unknown, sectionName: unknown }] } })],
        "entry points": [ingressRoute({ spec: { entryPoints: unknown, tls: unknown } })],
    },
});

const debug = (type: string) => ofType(type, { name: "metrics", port: 5001, targetPort: 5001 });

describeRule("private-debug-port", {
    passes: {
        "a separate Service in the cluster": [debug("ClusterIP")],
        "a public Service without it": [ofType("LoadBalancer")],
        "another program's port": [
            service({ ...elsewhere, spec: { ...debug("NodePort").props.spec, selector: { app: "web" } } }),
        ],
        "the same port when another one is the debug port": {
            of: [ofType("NodePort", { targetPort: 5001 })],
            settings: { debugPort: 6060 },
        },
    },
    fails: {
        "a node port": { of: [debug("NodePort")], says: "exposes the debug port 5001" },
        "a load balancer with another port number": {
            of: [ofType("LoadBalancer", { targetPort: 5001 })],
            says: "exposes the debug port",
        },
        "a name": { of: [ofType("LoadBalancer", { targetPort: "debug" })], says: "exposes the debug port" },
        "an external IP": {
            of: [service({ spec: { ...debug("ClusterIP").props.spec, externalIPs: ["192.0.2.1"] } })],
            says: "exposes the debug port",
        },
    },
    unknown: {
        "the type": [debug(unknown)],
        "the port": [ofType("NodePort", { port: unknown, targetPort: unknown, name: unknown })],
    },
});

const nginx = "nginx.ingress.kubernetes.io/proxy-body-size";

describeRule("unlimited-body-size", {
    passes: {
        "no limit": [ingress()],
        "no limit of F5's controller": [annotated({ [nginx]: null, "nginx.org/client-max-body-size": "0" })],
        "another controller": [ingress({ metadata: { annotations: null }, spec: { ingressClassName: "traefik" } })],
        "another program": [ingress({ metadata: { annotations: null }, spec: { rules: [] } })],
    },
    fails: {
        "the default": { of: [annotated({ [nginx]: null })], says: "limits the size of request bodies" },
        "a limit": { of: [annotated({ [nginx]: "500m" })], says: "limits the size of request bodies" },
        "the default without a class": {
            of: [ingress({ metadata: { annotations: null }, spec: { ingressClassName: null } })],
            says: "limits the size of request bodies",
        },
        "a class by annotation": {
            of: [
                ingress({
                    metadata: { annotations: { "kubernetes.io/ingress.class": "inside", [nginx]: null } },
                    spec: { ingressClassName: null },
                }),
            ],
            says: "limits the size of request bodies",
            settings: { ingressClasses: ["inside"] },
        },
    },
    unknown: { "the annotation": [annotated({ [nginx]: unknown })], "all of them": [annotated(unknown as never)] },
});

const allowed = { hosts: ["*.example.org"] };
const says = 'The host "registry.example.com" is not allowed';

const pullSecretFor = (key: string) =>
    secret(
        "registry-pull",
        { ".dockerconfigjson": JSON.stringify({ auths: { [key]: { username: "ci", password: "x" } } }) },
        { type: "kubernetes.io/dockerconfigjson" },
    );

describeRule("allowed-hosts", {
    passes: {
        "all by default": [ingress(), pullSecret("x")],
        "one that matches": { of: [ingress(), httpRoute()], settings: { hosts: ["registry.example.*"] } },
        "a pull secret's, in every form that kubelets read": {
            of: [
                pullSecretFor("https://registry.example.com/v2/"),
                pullSecretFor("http://registry.example.com"),
                pullSecretFor("registry.example.com/v1/"),
                pullSecretFor("registry.example.com/team"),
                pullSecretFor("registry.example.com"),
                pullSecretFor("*.example.com"),
            ],
            settings: { hosts: ["*.example.com"] },
        },
        "other programs' hosts": {
            of: [ingress({ spec: { rules: [{ host: "web.example.com" }] } })],
            settings: allowed,
        },
    },
    fails: {
        "an Ingress's": { of: [ingress()], says, settings: allowed },
        "every host": {
            of: [ingress({ spec: { rules: [{ http: ingress().props.spec.rules[0].http }] } })],
            says: '"*" is not allowed',
            settings: allowed,
        },
        "a route's": { of: [httpRoute()], says, settings: allowed },
        "Traefik's": { of: [ingressRoute()], says, settings: allowed },
        "a pull secret's": { of: [pullSecret("x")], says, settings: allowed },
        "a URL of a pull secret": {
            of: [pullSecretFor("https://registry.example.org/v2/")],
            says: 'The host "registry.example.org" is not allowed',
            settings: { hosts: ["*.example.com"] },
        },
        "a name that only ends like an allowed one": {
            of: [pullSecretFor("https://registry.example.com.example.org/v1/")],
            says: 'The host "registry.example.com.example.org" is not allowed',
            settings: { hosts: ["*.example.com"] },
        },
        "another port of a pull secret": {
            of: [pullSecretFor("https://registry.example.com:8443/v2/")],
            says: 'The host "registry.example.com:8443" is not allowed',
            settings: { hosts: ["*.example.com"] },
        },
        "a second host of a route of Traefik": {
            of: [
                ingressRoute({
                    spec: {
                        routes: [
                            {
                                match: 'Host(`registry.example.com`, `a.b`) || Host("c.d")',
                                services: [{ name: "registry" }],
                            },
                        ],
                    },
                }),
            ],
            says: ['The host "a.b" is not allowed', 'The host "c.d" is not allowed'],
            settings: { hosts: ["*.example.com"] },
        },
    },
    unknown: {
        hosts: [ingress({ spec: { rules: unknown } }), httpRoute({ spec: { hostnames: unknown } })],
        "a pull secret": [{ ...pullSecret("x"), props: { ...pullSecret("x").props, stringData: unknown } }],
    },
});
