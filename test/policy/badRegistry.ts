import { expiredCertificate, tlsSecret } from "./certificates";
import {
    authority,
    claim,
    configMap,
    configYml,
    type Declared,
    deployment,
    ingress,
    namespace,
    privateKey,
    randomPassword,
    secret,
    service,
    signedCertificate,
} from "./fixtures";

/** A registry that violates every rule. Its secrets are `planted`. */
export function badRegistry(planted: string): Declared[] {
    const auth = Buffer.from(`ci:${planted}`).toString("base64");
    const bad = deployment({
        spec: { replicas: 2 },
        metadata: { annotations: { note: `password=${planted}`, "pulumi.com/skipAwait": "true" } },
        container: {
            image: "registry:2",
            env: [
                { name: "REGISTRY_HTTP_SECRET_OF_OURS_TOKEN", value: planted },
                { name: "REGISTRY_AUTH_HTPASSWD_PATH", value: "/auth/htpasswd" },
            ],
            resources: null,
            securityContext: { privileged: true, readOnlyRootFilesystem: false, capabilities: null },
        },
        pod: {
            automountServiceAccountToken: true,
            initContainers: [
                { name: "users", image: "httpd:2", command: ["htpasswd", "-Bbn", "admin", planted] },
                {
                    name: "migrate",
                    image: "app",
                    env: [{ name: "DATABASE_URL", value: `postgres://app:${planted}@db` }],
                },
            ],
            hostNetwork: true,
            securityContext: null,
            volumes: [
                { name: "data", emptyDir: {} },
                { name: "images", persistentVolumeClaim: { claimName: "registry-data" } },
                { name: "config", configMap: { name: "registry-config" } },
            ],
        },
    });
    return [
        namespace("privileged"),
        bad,
        openMirror(),
        service({
            metadata: { annotations: { "pulumi.com/skipAwait": "true" } },
            spec: {
                type: "NodePort",
                ports: [
                    { name: "http", port: 80, targetPort: 5000 },
                    { name: "debug", port: 5001, targetPort: 5001 },
                ],
            },
        }),
        ingress({
            metadata: {
                annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "1m", "pulumi.com/skipAwait": "true" },
            },
            spec: { tls: null },
        }),
        claim({ metadata: { annotations: { "pulumi.com/skipAwait": "true" } } }, false),
        configMap("registry-config", { "config.yml": configYml(`http: {}\nproxy:\n  password: ${planted}\n`) }),
        configMap("registry-users", {
            "users.json": JSON.stringify({ auths: { a: { auth } }, bindPassword: planted }),
        }),
        configMap("registry-keys", {
            "tls.key": `-----BEGIN PRIVATE KEY-----\n${planted}\n-----END PRIVATE KEY-----\n`,
        }),
        { ...randomPassword({ length: 8 }), name: "drawn" },
        {
            ...secret("registry-htpasswd", { htpasswd: `ci:$2y$14$${planted}\nops:{SHA}${planted}\n` }),
            uses: ["drawn"],
        },
        tlsSecret("registry-certificate", { "tls.crt": expiredCertificate, "tls.key": planted }),
        {
            ...ingress({
                metadata: { name: "registry-certified", annotations: { "pulumi.com/skipAwait": "true" } },
                spec: { tls: [{ secretName: "registry-certificate" }] },
            }),
            name: "certified",
        },
        secret("registry-login", { ".dockerconfigjson": JSON.stringify({ auths: { "bad.example.com": { auth } } }) }),
        configMap("registry-maintenance-report", { "backup.json": '{"succeeded":true,"versioned":false}' }),
        privateKey({ algorithm: "RSA", rsaBits: 1024 }),
        selfSignedServer(planted),
        signedCertificate({
            certRequestPem: "request",
            caCertPem: "authority",
            caPrivateKeyPem: planted,
            allowedUses: ["server_auth"],
            earlyRenewalHours: 0,
        }),
    ];
}

/** It asks for no login, on a host port. No Service selects it. */
function openMirror(): Declared {
    const labels = { app: "mirror" };
    const mirror = deployment({
        metadata: { name: "mirror", annotations: { "pulumi.com/skipAwait": "true" } },
        container: { env: [], volumeMounts: [], ports: [{ containerPort: 5000, hostPort: 5000 }] },
        pod: { volumes: [] },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
    });
    return { ...mirror, name: "mirror" };
}

/** Valid for a hundred years, without renewal. */
function selfSignedServer(privateKeyPem: string): Declared {
    const validity = { isCaCertificate: false, validityPeriodHours: 36500 * 24 };
    return authority({ ...validity, privateKeyPem, subject: { commonName: "registry" }, allowedUses: ["server_auth"] });
}
