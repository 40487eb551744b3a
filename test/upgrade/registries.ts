import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import {
    AccessMode,
    IngressController,
    KeyAlgorithm,
    type PrivateRegistryArgs,
    type RegistryAccessArgs,
} from "../../components";
import { createAuthority, issue } from "../../sandbox/cluster/pki";
import { repositoryRoot } from "../../sandbox/paths";
import { caCertificate } from "../unit/authority";
import { sshNode } from "../unit/sshNode";

async function issueForHost() {
    const { certificate, key } = await issue(await createAuthority("test"), {
        commonName: host,
        serverNames: { dns: [host] },
    });
    return { certificate, key };
}

export function stackArgs(stack: string): PrivateRegistryArgs {
    const text = fs.readFileSync(path.join(repositoryRoot, `Pulumi.${stack}.yaml`), "utf8");
    return parse(text).config["private-registry:registry"];
}

const host = "registry.example.com";
const issued = pulumi.output(issueForHost());
const served = { certificate: issued.certificate, key: pulumi.secret(issued.key) };
const keys = { accessKeyId: "registry", secretAccessKey: "a-secret-access-key" };
const s3 = { bucket: "images", endpoint: "https://s3.example.com" };
const issuer = { name: "letsencrypt" };
const nginx = { controller: IngressController.Nginx };

/** One registry of every kind, and for every pair of arguments that together decide which resources exist. */
export const registries: Readonly<Record<string, PrivateRegistryArgs>> = {
    default: {},
    dev: stackArgs("dev"),
    prod: stackArgs("prod"),
    rotated: {
        users: [{ name: "ci", generation: 3 }],
        pullGeneration: 2,
        tls: { selfSigned: { authorityGeneration: 2 } },
    },
    users: { users: [{ name: "ci" }, { name: "anna", password: "correct horse battery staple" }] },
    "users.passwordHash": {
        users: [
            { name: "ci", passwordHash: "$2y$05$aMBlAFTv3V.7RXtg9i.yveBef9ydBn.rMPHp4diJHsmLo7LatmU3e" },
            { name: "anna", generation: 2 },
        ],
    },
    pullSecrets: { pullSecrets: { namespaces: ["team-a", "team-b"], serviceAccounts: ["default", "ci"] } },
    labelled: {
        labels: { team: "platform" },
        annotations: { owner: "platform" },
        pullSecrets: { namespaces: ["team-a"] },
    },
    existingNamespace: { namespace: "team", createNamespace: false },
    nodeNamespace: { namespace: "team", createNamespace: false, nodeNamespace: "agents-node" },
    config: { config: { log: { fields: { team: "platform" } } }, imageMirror: "mirror.example.com" },

    "tls.selfSigned": { tls: { selfSigned: { algorithm: KeyAlgorithm.Rsa4096, generation: 2 } } },
    "tls.existingSecret": { host, tls: { existingSecret: { name: "registry-tls" } } },
    "tls.existingSecret.caCertPem": { tls: { existingSecret: { name: "registry-tls", caCertPem: caCertificate } } },
    "tls.pem": { host, tls: { pem: served } },
    "tls.certManager": { tls: { certManager: {} } },
    "tls.certManager.issuer": { host, tls: { certManager: { issuer, publicNamesOnly: true } } },
    "tls.plainBackend": { host, tls: { plainBackend: true }, expose: { ingress: nginx } },

    "storage.volume": { storage: { volume: { accessMode: AccessMode.ReadWriteMany } }, replicas: 2 },
    "storage.volume.deleteWithStack": { storage: { volume: { deleteWithStack: true } } },
    "storage.existingClaim": {
        namespace: "team",
        createNamespace: false,
        storage: { existingClaim: { name: "images" } },
    },
    hostPath: { storage: { hostPath: { path: "/srv/registry", nodeName: "node-1" } } },
    "storage.s3": { storage: { s3: { ...s3, credentials: { keys } } } },
    "storage.s3.existingSecret": { storage: { s3: { ...s3, credentials: { existingSecret: { name: "s3" } } } } },
    "storage.s3.role": {
        storage: {
            s3: { bucket: "images", credentials: { role: { arn: "arn:aws:iam::123456789012:role/registry" } } },
        },
    },
    "storage.s3.caCertPem": { storage: { s3: { ...s3, caCertPem: caCertificate, credentials: { keys } } } },
    "config.storage": { config: { storage: { gcs: { bucket: "images" } } }, replicas: 2 },
    "storage.minio": { storage: { minio: {} }, replicas: 2 },
    "storage.minio.plain": { storage: { minio: { tls: false } } },
    "storage.memory": { storage: { memory: {} } },

    "descriptorCache.redis": { storage: { s3: { ...s3, credentials: { keys } } }, descriptorCache: { redis: {} } },
    "descriptorCache.redis.external": {
        descriptorCache: { redis: { external: { address: "redis:6379", passwordSecret: { name: "redis" } } } },
    },
    "descriptorCache.inMemory": { descriptorCache: { inMemory: {} } },

    "expose.ingress.nginx": { host, expose: { ingress: nginx } },
    "expose.ingress.nginxF5": { host, expose: { ingress: { controller: IngressController.NginxF5 } } },
    "expose.ingress.traefik": { host, expose: { ingress: { controller: IngressController.Traefik } } },
    "expose.ingress.certificate.pem": { host, expose: { ingress: { ...nginx, certificate: { pem: served } } } },
    "expose.ingress.certificate.certManager": {
        host,
        expose: { ingress: { ...nginx, certificate: { certManager: { issuer } } } },
    },
    "expose.ingressRoute": { host, expose: { ingressRoute: {} } },
    "expose.ingressRoute.certificate.certManager": {
        host,
        expose: { ingressRoute: { certificate: { certManager: { issuer } } } },
    },
    "expose.gateway": { host, expose: { gateway: { parentRefs: [{ name: "team" }] } } },
    "expose.nodePort": { expose: { nodePort: { port: 30500 } } },
    "expose.loadBalancer": { host, expose: { loadBalancer: {} } },

    "ui.nginx": { host, ui: {}, expose: { ingress: nginx } },
    "ui.traefik": {
        host,
        ui: {},
        expose: {
            ingress: { controller: IngressController.Traefik },
            ingressRoute: {},
            gateway: { parentRefs: [{ name: "team" }] },
        },
    },
    networkPolicy: {
        host,
        tls: { existingSecret: { name: "registry-tls" } },
        storage: { minio: {} },
        descriptorCache: { redis: {} },
        ui: {},
        expose: { ingress: nginx },
        networkPolicy: { clients: ["10.0.0.0/8"] },
    },

    maintenance: { maintenance: {} },
    "maintenance.s3": {
        storage: { s3: { ...s3, credentials: { keys } } },
        descriptorCache: { redis: {} },
        maintenance: {},
    },

    verify: { verify: { everyNode: true, persistence: true }, networkPolicy: {} },
    "maintenance.backup": { maintenance: { backup: { s3: { ...s3, credentials: { keys } }, encryption: {} } } },
    restore: { restore: { s3: { ...s3, credentials: { keys } } } },

    "nodes.directories": { nodes: { directories: ["/etc/containerd/hosts.d"] } },
    "nodes.disabled": { nodes: { enabled: false } },
    "nodes.authenticate": { nodes: { authenticate: true } },
    "nodes.ssh": { nodes: { daemonSet: false, ssh: [sshNode("a"), sshNode("b")] } },

    helm: { helm: {} },
    "helm.minio": { helm: {}, storage: { minio: {} }, descriptorCache: { redis: {} }, replicas: 2 },
};

const access: RegistryAccessArgs = {
    host,
    dockerConfigJson: JSON.stringify({
        auths: { [host]: { username: "puller-1", password: "x", auth: "cHVsbGVyLTE6eA==" } },
    }),
};

/** One RegistryAccess of every kind. */
export const accesses: Readonly<Record<string, RegistryAccessArgs>> = {
    "access.pullSecrets": { ...access, pullSecrets: { namespaces: ["team-a"], serviceAccounts: ["default"] } },
    "access.nodes": { ...access, caCertPem: caCertificate, endpoint: "203.0.113.7:443" },
    "access.nodes.authenticate": { ...access, nodes: { authenticate: true } },
    "access.nodes.ssh": { ...access, caCertPem: caCertificate, nodes: { daemonSet: false, ssh: [sshNode("a")] } },
    "access.existingNamespace": {
        ...access,
        caCertPem: caCertificate,
        createNodeNamespace: false,
        nodeNamespace: "node",
    },
};
