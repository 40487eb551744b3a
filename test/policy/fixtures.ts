import type { Tree } from "../../policy/resource";

/** A resource, as a program declares it. */
export interface Declared {
    readonly type: string;
    readonly name: string;
    readonly props: Tree;
    readonly isProtected?: boolean;
    /** Names of the resources whose values it uses. */
    readonly uses?: readonly string[];
    /** Type of its parent. */
    readonly parent?: string;
}

/** The engine's value for a string that is unknown in a preview. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Merges `over` over `base`: null removes a key, and lists are replaced. */
function laid(base: Tree, over: Tree): Tree {
    if (over === undefined) return base;
    if (typeof over !== "object" || over === null || Array.isArray(over)) return over;
    const merged = { ...(typeof base === "object" ? base : {}) };
    for (const [key, value] of Object.entries(over)) {
        if (value === null) delete merged[key];
        else merged[key] = laid(merged[key], value);
    }
    return merged;
}

export function object(
    apiVersion: string,
    kind: string,
    name: string,
    content: Tree,
    over: Tree,
    isProtected = false,
): Declared {
    const base = { apiVersion, kind, metadata: { name, namespace: "images" }, ...content };
    const group = apiVersion === "v1" ? "core/v1" : apiVersion;
    return { type: `kubernetes:${group}:${kind}`, name, props: laid(base, over), isProtected };
}

const labels = { app: "docker-registry" };

/** A well-configured registry container, hand-written without the component; `over` changes it. */
export function container(over: Tree = {}): Tree {
    const base = {
        name: "registry",
        image: "registry:3.1.2",
        ports: [{ containerPort: 5000 }],
        env: [{ name: "REGISTRY_HTTP_TLS_CERTIFICATE", value: "/tls/tls.crt" }],
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
            { name: "data", mountPath: "/var/lib/registry" },
            { name: "config", mountPath: "/etc/distribution" },
        ],
    };
    return laid(base, over);
}

/** `pod` and `spec` change the pod and the Deployment around the container. */
export function deployment(over: { container?: Tree; pod?: Tree; spec?: Tree; metadata?: Tree } = {}): Declared {
    const pod = {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [container(over.container)],
        volumes: [
            { name: "data", persistentVolumeClaim: { claimName: "registry-data" } },
            { name: "config", secret: { secretName: "registry-config" } },
        ],
    };
    const template = { metadata: { labels }, spec: laid(pod, over.pod) };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    return object("apps/v1", "Deployment", "registry", { spec }, { spec: over.spec, metadata: over.metadata });
}

export const service = (over: Tree = {}) =>
    object("v1", "Service", "registry", { spec: { selector: labels, ports: [{ name: "https", port: 443 }] } }, over);

export const ingress = (over: Tree = {}) => {
    const host = "registry.example.com";
    const backend = { service: { name: "registry", port: { number: 443 } } };
    const spec = {
        ingressClassName: "nginx",
        tls: [{ hosts: [host], secretName: "registry-edge" }],
        rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    };
    const annotations = { "nginx.ingress.kubernetes.io/proxy-body-size": "0" };
    const metadata = { name: "images", namespace: "images", annotations };
    return object("networking.k8s.io/v1", "Ingress", "images", { metadata, spec }, over);
};

export const httpRoute = (over: Tree = {}) => {
    const spec = {
        parentRefs: [{ name: "public", sectionName: "https" }],
        hostnames: ["registry.example.com"],
        rules: [{ backendRefs: [{ name: "registry", port: 443 }] }],
    };
    return object("gateway.networking.k8s.io/v1", "HTTPRoute", "images", { spec }, over);
};

export const ingressRoute = (over: Tree = {}) => {
    const spec = {
        entryPoints: ["websecure"],
        tls: {},
        routes: [{ match: "Host(`registry.example.com`)", services: [{ name: "registry", port: 443 }] }],
    };
    return object("traefik.io/v1alpha1", "IngressRoute", "images", { spec }, over);
};

export const claim = (over: Tree = {}, isProtected = true) => {
    const spec = {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "ssd",
        resources: { requests: { storage: "9Gi" } },
    };
    return object("v1", "PersistentVolumeClaim", "registry-data", { spec }, over, isProtected);
};

export const volume = (reclaimPolicy: string) =>
    object("v1", "PersistentVolume", "registry-volume", { spec: { persistentVolumeReclaimPolicy: reclaimPolicy } }, {});

export const namespace = (level?: string) =>
    object("v1", "Namespace", "images", {}, { metadata: { labels: { "pod-security.kubernetes.io/enforce": level } } });

export const secret = (name: string, stringData: Tree, over: Tree = {}) =>
    object("v1", "Secret", name, { stringData }, over);

export const configMap = (name: string, data: Tree, over: Tree = {}) => object("v1", "ConfigMap", name, { data }, over);

export const configYml = (over = "http:\n  secret: one\n  tls:\n    certificate: /tls/tls.crt\n") =>
    `version: 0.1\nstorage:\n  filesystem: {}\nauth:\n  htpasswd:\n    path: /auth\n${over}`;

export const pullSecret = (password: string, username = "puller") => {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const content = JSON.stringify({ auths: { "registry.example.com": { username, password, auth } } });
    return secret("registry-pull", { ".dockerconfigjson": content }, { type: "kubernetes.io/dockerconfigjson" });
};

export const networkPolicy = (matchLabels: Tree) =>
    object("networking.k8s.io/v1", "NetworkPolicy", "registry", { spec: { podSelector: { matchLabels } } }, {});

export const randomPassword = (props: Tree): Declared => ({
    type: "random:index/randomPassword:RandomPassword",
    name: "password",
    props,
});

export const privateKey = (props: Tree): Declared => ({
    type: "tls:index/privateKey:PrivateKey",
    name: "key",
    props,
});

export const signedCertificate = (props: Tree): Declared => ({
    type: "tls:index/locallySignedCert:LocallySignedCert",
    name: "certificate",
    props: { validityPeriodHours: 90 * 24, earlyRenewalHours: 30 * 24, ...props },
});

export const authority = (props: Tree): Declared => ({
    type: "tls:index/selfSignedCert:SelfSignedCert",
    name: "authority",
    props: { isCaCertificate: true, validityPeriodHours: 3650 * 24, ...props },
});
