import { configMap, configYml, deployment, pullSecret, randomPassword, secret, unknown } from "./fixtures";
import { describeRule } from "./judge";

const inClear = configYml("http: {}\n");
const environment = (...env: object[]) => deployment({ container: { env } });
const asks = { name: "REGISTRY_AUTH_HTPASSWD_PATH", value: "/auth/htpasswd" };

const tls = { name: "REGISTRY_HTTP_TLS_CERTIFICATE", value: "/tls.crt" };
/** A registry with the configuration of the image, or that of `config`. */
const registry = (env: object[], volume?: object) =>
    deployment({
        container: { env, volumeMounts: volume ? [{ name: "config", mountPath: "/etc/distribution" }] : [] },
        pod: { volumes: volume ? [{ name: "config", ...volume }] : [] },
    });
const fromSecret = { secret: { secretName: "config" } };
const fromConfigMap = { configMap: { name: "config" } };
const openConfig = "version: 0.1\nstorage: {}\n";
const zot = (http: object) =>
    configMap("config", { "config.json": JSON.stringify({ storage: { rootDirectory: "/" }, http }) });
const zotRegistry = deployment({
    container: {
        image: "ghcr.io/project-zot/zot-linux-amd64:v2.1.7",
        env: [],
        volumeMounts: [{ name: "config", mountPath: "/etc/zot" }],
    },
    pod: { volumes: [{ name: "config", ...fromConfigMap }] },
});
const htpasswdOfZot = { auth: { htpasswd: { path: "/etc/zot/htpasswd" } } };

describeRule("no-basic-auth-over-http", {
    passes: {
        "passwords in config.yml, and TLS in the environment": [
            registry([tls], fromSecret),
            secret("config", { "config.yml": inClear }),
        ],
        "TLS in config.yml, and passwords in the environment": [
            registry([asks], fromConfigMap),
            configMap("config", { "config.yml": `${openConfig}http:\n  tls:\n    certificate: /tls.crt\n` }),
        ],
        "TLS in the variables of a ConfigMap": [
            deployment({
                container: { env: [asks], envFrom: [{ configMapRef: { name: "variables" } }], volumeMounts: [] },
            }),
            configMap("variables", { REGISTRY_HTTP_TLS_CERTIFICATE: "/tls.crt" }),
        ],
        "passwords, and a configuration outside the stack": [registry([asks], fromSecret)],
        "a token service": [registry([{ name: "REGISTRY_AUTH", value: "token" }])],
        "zot with TLS": [zotRegistry, zot({ ...htpasswdOfZot, tls: { cert: "/tls.crt", key: "/tls.key" } })],
        "zot without passwords": [zotRegistry, zot({})],
        "a registry with TLS": [secret("config", { "config.yml": configYml() })],
        "a certificate from Let's Encrypt": [
            secret("config", { "config.yml": configYml("http: { tls: { letsencrypt: { email: a@example.com } } }\n") }),
        ],
        "TLS in the environment": [environment(asks, { name: "REGISTRY_HTTP_TLS_CERTIFICATE", value: "/tls.crt" })],
        "a registry without passwords": [
            environment(),
            secret("config", { "config.yml": "version: 0.1\nstorage: {}\n" }),
        ],
        "strings that are not a configuration": [
            configMap("other", { "a.yml": "version: [\nstorage: {", "b.yml": "version: 0.1\nstorage: *missing\n" }),
        ],
    },
    fails: {
        "a Secret's": { of: [secret("config", { "config.yml": inClear })], says: "auth.htpasswd without http.tls" },
        "an encoded Secret's": {
            of: [secret("config", {}, { data: { "config.yml": Buffer.from(inClear).toString("base64") } })],
            says: "auth.htpasswd without http.tls",
        },
        "a ConfigMap's": { of: [configMap("config", { "config.yml": inClear })], says: "without http.tls" },
        "the environment's": { of: [registry([asks])], says: "asks for passwords (auth.htpasswd) without TLS" },
        "a section in the environment": {
            of: [registry([{ name: "REGISTRY_AUTH", value: "{htpasswd: {realm: a, path: /auth}}" }])],
            says: "without TLS",
        },
        "both in config.yml, once": {
            of: [registry([], fromConfigMap), configMap("config", { "config.yml": inClear })],
            says: "The registry asks for passwords",
        },
        "one in config.yml, the other nowhere": {
            of: [
                registry([{ name: "REGISTRY_HTTP_ADDR", value: ":5000" }], fromSecret),
                secret("config", { "config.yml": inClear }),
            ],
            says: "The registry asks for passwords",
        },
        "one in the environment, the other nowhere": {
            of: [registry([asks], fromConfigMap), configMap("config", { "config.yml": openConfig })],
            says: "The registry asks for passwords",
        },
        "a StatefulSet's": {
            of: [{ ...registry([asks]), type: "kubernetes:apps/v1:StatefulSet" }],
            says: "The registry asks for passwords",
        },
        "zot's": { of: [zotRegistry, zot(htpasswdOfZot)], says: "The registry asks for passwords" },
    },
    unknown: {
        "the configuration": [secret("config", { "config.yml": unknown })],
        "the environment": [deployment({ container: { env: unknown } })],
        "one variable": [registry([asks, { name: unknown, value: "/tls.crt" }])],
        "the configuration of a registry that asks for passwords": [
            registry([asks], fromSecret),
            secret("config", { "config.yml": unknown }),
        ],
    },
});

const long = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdoaWo";

/** A random password with a name that tells nothing, and a Secret of the registry with it. */
const used = (props: object, by = "registry-htpasswd") => [
    randomPassword(props),
    { ...secret(by, { htpasswd: "ci:$2y$05$abc" }), uses: ["password"] },
];
const postgres = { ...randomPassword({ length: 12 }), name: "postgres" };

describeRule("password-strength", {
    passes: {
        "a long random one": used({ length: 32 }),
        "letters and digits": used({ length: 40, special: false }),
        "a database's": [postgres, { ...secret("postgres", {}), uses: ["postgres"] }, deployment()],
        "a database's, that no Secret uses": [postgres],
        "one of a Secret that the registry does not mount": [
            deployment(),
            { ...randomPassword({ length: 8 }), name: "grafana" },
            { ...secret("grafana", {}), uses: ["grafana"] },
        ],
        "a long one of a pull secret": [pullSecret(long)],
        "a pull secret for another registry": [
            { ...pullSecret("short"), props: { ...pullSecret("short").props, metadata: { name: "hub" } } },
        ],
        "a short one if the settings allow it": {
            of: used({ length: 8 }),
            settings: { minimumLength: 8, minimumBits: 40 },
        },
    },
    fails: {
        "a short one": { of: used({ length: 15, special: true }), says: "has 15 characters, fewer than 16" },
        "few characters": {
            of: used({ length: 16, special: false, upper: false, lower: false }),
            says: "has 53 bits of entropy, fewer than 80",
        },
        "few signs": {
            of: used({ length: 20, upper: false, lower: false, numeric: false, overrideSpecial: "!?!?" }),
            says: "has 20 bits of entropy",
        },
        "one of a Secret that the registry mounts": {
            of: [
                deployment({ pod: { volumes: [{ name: "auth", secret: { secretName: "users" } }] } }),
                ...used({ length: 15 }, "users"),
            ],
            says: "has 15 characters",
        },
        "one of a Secret that the registry takes variables from": {
            of: [
                deployment({ container: { envFrom: [{ secretRef: { name: "users" } }] } }),
                ...used({ length: 15 }, "users"),
            ],
            says: "has 15 characters",
        },
        "one that a command hashes": {
            of: [
                randomPassword({ length: 15 }),
                { type: "command:local:Command", name: "hash", props: {}, uses: ["password"] },
                { ...secret("registry-htpasswd", {}), uses: ["hash"] },
            ],
            says: "has 15 characters",
        },
        "one with a registry's name": {
            of: [{ ...randomPassword({ length: 15 }), name: "registry-admin" }],
            says: "has 15 characters",
        },
        "one of the component": {
            of: [{ ...randomPassword({ length: 15 }), parent: "private-registry:index:PrivateRegistry" }],
            says: "has 15 characters",
        },
        "a short one of a pull secret": {
            of: [pullSecret("hunter2-hunter2")],
            says: [
                "The pull secret's password for registry.example.com has 15 characters",
                "has 45 bits of entropy, fewer than 80",
            ],
        },
    },
    unknown: {
        "the length": used({ length: unknown }),
        "the pull secret": [secret("registry-pull", { ".dockerconfigjson": unknown })],
    },
});

const htpasswd = (cost: string, user = "ci") =>
    secret("registry-htpasswd", { htpasswd: `${user}:$2y$${cost}$abcdefghijklmnopqrstuv\n` });

describeRule("bcrypt-cost", {
    passes: {
        "a cheap hash of a strong password": [htpasswd("05"), pullSecret(long, "ci")],
        "an expensive hash of a weak one": [htpasswd("10"), pullSecret("hunter2", "ci")],
        "a cheap hash of an unknown password": [htpasswd("05"), pullSecret("hunter2", "another")],
        "another program's": [
            deployment(),
            {
                ...deployment({
                    container: { image: "prom/prometheus:v3.0.0" },
                    pod: { volumes: [{ name: "users", secret: { secretName: "users" } }] },
                    spec: { template: { metadata: { labels: { app: "prometheus" } } } },
                    metadata: { name: "prometheus" },
                }),
                name: "prometheus",
            },
            secret("users", { htpasswd: "ci:$2y$12$abcdefghijklmnopqrstuv\n" }),
        ],
        "content that is not an htpasswd file": [secret("other", { note: "a:b" })],
    },
    fails: {
        "a hash that costs too much": { of: [htpasswd("12")], says: 'user "ci" is hashed at cost 12, more than 10' },
        "a hash that costs too little": { of: [htpasswd("04")], says: "is hashed at cost 4, less than 5" },
        "a cheap hash of a weak password": {
            of: [htpasswd("05"), pullSecret("hunter2", "ci")],
            says: 'user "ci" is guessable and hashed at cost 5, less than 10',
        },
        "another hash": { of: [secret("htpasswd", { htpasswd: "ci:{SHA}x\n" })], says: "is not hashed with bcrypt" },
    },
    unknown: { "the hashes": [secret("registry-htpasswd", { htpasswd: unknown })] },
});
