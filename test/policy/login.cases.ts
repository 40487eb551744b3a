import { configMap, deployment, httpRoute, ingress, ingressRoute, object, secret, service, unknown } from "./fixtures";
import { describeRule } from "./judge";

const ofType = (type: string, port: object = {}) =>
    service({ spec: { type, ports: [{ name: "https", port: 443, targetPort: 5000, ...port }] } });

/** A registry with these variables, and the configuration of the image, which asks for nothing. */
const registry = (...env: object[]) => deployment({ container: { env, volumeMounts: [] } });
const open = registry();
const zot = deployment({
    container: {
        image: "ghcr.io/project-zot/zot:v2.1.7",
        env: [],
        volumeMounts: [{ name: "c", mountPath: "/etc/zot" }],
    },
    pod: { volumes: [{ name: "c", configMap: { name: "zot" } }] },
});
const zotConfig = (http: object) =>
    configMap("zot", { "config.json": JSON.stringify({ storage: { rootDirectory: "/var/lib/registry" }, http }) });
const withConfig = deployment({
    container: { env: [] },
    pod: { volumes: [{ name: "config", secret: { secretName: "registry-config" } }] },
});
const config = (auth: string) =>
    secret("registry-config", { "config.yml": `version: 0.1\nstorage: {}\n${auth}http: {}\n` });
const guarded = (annotations: object) => [ingress({ metadata: { annotations } }), service(), open];
const middleware = (spec: object) => object("traefik.io/v1alpha1", "Middleware", "guard", { spec }, {});
const guardedRoute = ingressRoute({
    spec: {
        routes: [{ match: "Host(`a`)", services: [{ name: "registry" }], middlewares: [{ name: "guard" }] }],
    },
});
const policy = (spec: object) =>
    object(
        "gateway.envoyproxy.io/v1alpha1",
        "SecurityPolicy",
        "guard",
        { spec: { targetRefs: [{ kind: "HTTPRoute", name: "images" }], ...spec } },
        {},
    );

describeRule("login-on-exposed-paths", {
    passes: {
        "a registry inside the cluster": [service(), open],
        "a login in the environment": [ofType("NodePort"), registry({ name: "REGISTRY_AUTH", value: "htpasswd" })],
        "a login by its path alone": [
            ofType("NodePort"),
            registry({ name: "REGISTRY_AUTH_HTPASSWD_PATH", value: "/auth/htpasswd" }),
        ],
        "a token service": [
            ofType("LoadBalancer"),
            registry({ name: "REGISTRY_AUTH_TOKEN_REALM", value: "https://a" }),
        ],
        "a login in config.yml": [ingress(), service(), withConfig, config("auth:\n  htpasswd: { path: /auth }\n")],
        "a login in variables outside the stack": [
            ofType("NodePort"),
            deployment({ container: { env: [], volumeMounts: [], envFrom: [{ secretRef: { name: "variables" } }] } }),
        ],
        "a configuration outside the stack": [ofType("NodePort"), withConfig],
        "certificates of clients": [
            ofType("NodePort"),
            registry({ name: "REGISTRY_HTTP_TLS_CLIENTCAS", value: "[/clients.pem]" }),
        ],
        "a registry outside the stack": [ofType("NodePort"), ingress()],
        "zot with an htpasswd file": [ofType("NodePort"), zot, zotConfig({ auth: { htpasswd: { path: "/a" } } })],
        "zot with a token service": [ofType("NodePort"), zot, zotConfig({ auth: { bearer: { realm: "https://a" } } })],
        "zot with client certificates": [ofType("NodePort"), zot, zotConfig({ tls: { cert: "a", cacert: "b" } })],
        "a login of NGINX": guarded({
            "nginx.ingress.kubernetes.io/auth-type": "basic",
            "nginx.ingress.kubernetes.io/auth-secret": "users",
        }),
        "an external login of NGINX": guarded({ "nginx.ingress.kubernetes.io/auth-url": "https://auth.example.com" }),
        "client certificates of NGINX": guarded({ "nginx.ingress.kubernetes.io/auth-tls-secret": "images/clients" }),
        "a login of F5's controller": guarded({ "nginx.org/basic-auth-secret": "users" }),
        "a login of AWS": guarded({ "alb.ingress.kubernetes.io/auth-type": "oidc" }),
        "a login of Traefik": [guardedRoute, middleware({ basicAuth: { secret: "users" } }), service(), open],
        "a login of Traefik, by annotation": [
            ...guarded({ "traefik.ingress.kubernetes.io/router.middlewares": "images-guard@kubernetescrd" }),
            middleware({ forwardAuth: { address: "https://a" } }),
        ],
        "a middleware outside the stack": [guardedRoute, service(), open],
        "a login of Envoy Gateway": [httpRoute(), policy({ basicAuth: { users: { name: "users" } } }), service(), open],
        "a proxy in the pod": [
            service({ spec: { type: "NodePort", ports: [{ port: 443, targetPort: 8443 }] } }),
            deployment({
                pod: {
                    containers: [
                        { name: "proxy", image: "nginx:1.27.0", ports: [{ containerPort: 8443 }] },
                        { name: "registry", image: "registry:3.1.2" },
                    ],
                },
            }),
        ],
        "another program": [
            ofType("NodePort", { targetPort: 8080 }),
            deployment({
                container: { image: "nginx:1.27.0" },
                spec: { template: { metadata: { labels: { app: "web" } } } },
            }),
        ],
    },
    fails: {
        "a node port": {
            of: [ofType("NodePort"), open],
            says: "The Service publishes port 443, and the registry asks for no login",
        },
        "a load balancer": { of: [ofType("LoadBalancer"), open], says: "The Service publishes port 443" },
        "an external IP": {
            of: [service({ spec: { externalIPs: ["192.0.2.1"] } }), open],
            says: "The Service publishes port 443",
        },
        "a host port": {
            of: [
                deployment({
                    container: { env: [], volumeMounts: [], ports: [{ containerPort: 5000, hostPort: 80 }] },
                }),
            ],
            says: "The container registry publishes port 80 of the node (hostPort), and the registry asks for no login",
        },
        "the network of the node": {
            of: [deployment({ container: { env: [], volumeMounts: [] }, pod: { hostNetwork: true } })],
            says: "The pod uses the network of its node, and listens on port 5000, and",
        },
        "an Ingress": {
            of: [ingress(), service(), open],
            says: "The Ingress leads to registry, and the registry asks",
        },
        "an Ingress whose login is turned off": {
            of: guarded({ "alb.ingress.kubernetes.io/auth-type": "none" }),
            says: "The Ingress leads to registry",
        },
        "an HTTPRoute": { of: [httpRoute(), service(), open], says: "The HTTPRoute leads to registry" },
        "an IngressRoute": { of: [ingressRoute(), service(), open], says: "The IngressRoute leads to registry" },
        "a middleware for something else": {
            of: [guardedRoute, middleware({ headers: {} }), service(), open],
            says: "The IngressRoute leads to registry",
        },
        "a config.yml without auth": { of: [ofType("NodePort"), withConfig, config("")], says: "asks for no login" },
        "a config.yml that admits everybody": {
            of: [ofType("NodePort"), withConfig, config("auth:\n  silly: { realm: a, service: b }\n")],
            says: "asks for no login",
        },
        zot: { of: [ofType("NodePort"), zot, zotConfig({})], says: "asks for no login" },
        "zot with the configuration of its image": {
            of: [
                ofType("NodePort"),
                deployment({ container: { image: "ghcr.io/project-zot/zot:v2.1.7", volumeMounts: [] } }),
            ],
            says: "asks for no login",
        },
        "zot with a delay for failed logins only": {
            of: [ofType("NodePort"), zot, zotConfig({ auth: { failDelay: 5 } })],
            says: "asks for no login",
        },
    },
    unknown: {
        "the type": [ofType(unknown), open],
        "the configuration": [ofType("NodePort"), withConfig, secret("registry-config", { "config.yml": unknown })],
        "the environment": [ofType("NodePort"), deployment({ container: { env: unknown, volumeMounts: [] } })],
        "one variable": [ofType("NodePort"), registry({ name: unknown, value: "htpasswd" })],
        annotations: guarded(unknown as never),
    },
});
