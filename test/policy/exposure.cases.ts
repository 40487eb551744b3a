import { httpRoute, ingress, ingressRoute, pullSecret, secret, service, unknown } from "./fixtures";
import { describeRule } from "./judge";

const ofType = (type: string, port: object = {}) =>
    service({ spec: { type, ports: [{ name: "https", port: 443, targetPort: 5000, ...port }] } });
const annotated = (annotations: object) => ingress({ metadata: { annotations } });
const elsewhere = { metadata: { name: "web" }, spec: { selector: { app: "web" } } };

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
