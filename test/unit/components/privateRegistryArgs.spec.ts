import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
    AccessMode,
    ArgumentError,
    PrivateRegistry,
    RegistryAccess,
    type RegistryAccessArgs,
    RolloutStrategy,
} from "../../../components";
import { isIdle, nodeSettings } from "../../../components/nodes/nodes";
import { checkArguments } from "../../../components/privateRegistryArgs";
import { authority } from "../authority";
import { declare, failure, known, refusal } from "../mocks";
import { clientKey, hostKey, lockedKey, pemKey, sshNode } from "../sshNode";

// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what is tried
type Wrong = any;

/** The lines in which a PrivateRegistry says what is wrong with its arguments, having declared nothing. */
async function problems(args: Wrong, name = "registry"): Promise<string[]> {
    const { message } = await refusal(() => new PrivateRegistry(name, args));
    const [first, ...lines] = message.split("\n");
    assert.equal(first, `the PrivateRegistry "${name}" cannot be created:`);
    return lines.map((line) => line.replace(/^ {2}/, ""));
}

async function accessProblems(args: Wrong, name = "access"): Promise<string[]> {
    const { message } = await refusal(() => new RegistryAccess(name, args));
    const [first, ...lines] = message.split("\n");
    assert.equal(first, `the RegistryAccess "${name}" cannot be created:`);
    return lines.map((line) => line.replace(/^ {2}/, ""));
}

/** Arguments with one value at a path like `users[0].name`. */
function withValue(path: string, value: unknown): Wrong {
    return path
        .split(/[.[]/)
        .reduceRight<unknown>((inner, key) => (key.endsWith("]") ? [inner].flat(0) : { [key]: inner }), value);
}

const label = (longest: number) =>
    `must be lower-case letters, digits and hyphens, beginning and ending with a letter or digit, at most ${longest} characters`;
const dnsName = "must be a name of lower-case letters, digits, hyphens and dots, e.g. `cluster.local`";
const host =
    "must be a host name with an optional port and without a scheme, e.g. `registry.example.com` or `registry.example.com:8443`";
const quantity = "must be a Kubernetes quantity, e.g. `10Gi` or `500m`";
const prefix = "must be a registry with an optional path and without a scheme, e.g. `mirror.example.com/hub`";
const image = "must be an image reference, e.g. `docker.io/library/registry:3.1.2`";
const folder = "must be an absolute path of a folder, e.g. `/srv/registry`";
const flag = "must be true or false";
const range = "must be a range of addresses, e.g. `10.0.0.0/8` or `2001:db8::/32`";
const text = "must be a text";
const notEmpty = "must be a text that is not empty";
const origin =
    "must be an address of scheme, host and perhaps port, e.g. `https://s3.example.com` or `http://minio.minio.svc:9000`";
const oneOrMore = "must be a whole number of 1 or more";
const modes = 'must be one of "ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"';
const operators = 'must be one of "Exists", "Equal"';
const effects = 'must be one of "NoSchedule", "PreferNoSchedule", "NoExecute"';

/** A wrong value for every argument, and the sentence for it; most sentences end with the value. */
const wrong: [string, unknown, string][] = [
    ["namespace", "My_Team", label(58)],
    ["namespace", "a".repeat(59), label(58)],
    ["createNamespace", "yes", flag],
    [
        "serviceName",
        "1st",
        "must be lower-case letters, digits and hyphens, beginning with a letter, at most 55 characters",
    ],
    ["clusterDomain", "cluster_local", dnsName],
    ["host", "https://registry.example.com", host],
    ["host", "registry.example.com/team", host],
    ["hostAliases[0]", "Registry.example.com", host],
    ["image", "registry 3", image],
    ["image", "docker.io/library/registry:", image],
    ["imageMirror", "https://mirror.example.com", prefix],
    ["imagePullSecrets[0]", "my secret", dnsName],
    ["helm.chart", "", notEmpty],
    ["helm.version", "^3.0.0", "must be one version and not a range, e.g. `3.0.0`"],
    ["helm.repo", "charts.example.com", "must be an address, e.g. `https://helm.example.com/charts`"],
    ["replicas", 0, oneOrMore],
    ["replicas", "2", oneOrMore],
    ["replicas", 1.5, oneOrMore],
    ["resources.requests.cpu", "fast", quantity],
    ["resources.requests.memory", "128 Mi", quantity],
    ["resources.limits.cpu", -1, quantity],
    ["resources.limits.memory", "512MB", quantity],
    ["scheduling.nodeSelector.disk", 1, text],
    ["scheduling.tolerations[0].key", true, text],
    ["scheduling.tolerations[0].operator", "exists", operators],
    ["scheduling.tolerations[0].value", 1, text],
    ["scheduling.tolerations[0].effect", "NoRun", effects],
    ["scheduling.priorityClassName", "High", dnsName],
    ["labels.team", 7, text],
    ["annotations.note", false, text],
    ["rollout.strategy", "Rolling", 'must be one of "Surge", "Recreate"'],
    ["users[0].name", "a:b", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["users[0].name", "", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["users[0].name", "#ci", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["users[0].name", "a\u0085b", "must be 1 to 255 characters without colons and spaces and not begin with #"],
    ["tls.selfSigned.algorithm", "RSA", 'must be one of "ECDSA-P256", "RSA-4096"'],
    ["tls.selfSigned.validityDays", 826, "must be a whole number from 1 to 825"],
    ["tls.selfSigned.renewBeforeDays", -1, "must be a whole number of 0 or more"],
    ["tls.selfSigned.subjectAlternativeNames[0]", "https://a", "must be a DNS name or an IP address"],
    ["tls.selfSigned.subjectAlternativeNames[0]", "10.0.0.256/8", "must be a DNS name or an IP address"],
    ["tls.selfSigned.generation", 0, oneOrMore],
    ["tls.selfSigned.authorityGeneration", 0, oneOrMore],
    ["tls.existingSecret.name", "My Secret", dnsName],
    ["tls.plainBackend", "yes", flag],
    ["tls.certManager.issuer.kind", "Authority", 'must be one of "Issuer", "ClusterIssuer"'],
    ["tls.certManager.issuer.group", "A", dnsName],
    ["tls.certManager.algorithm", "RSA", 'must be one of "ECDSA-P256", "RSA-4096"'],
    ["tls.certManager.validityDays", 0, "must be a whole number from 1 to 3650"],
    ["tls.certManager.renewBeforeDays", 0, oneOrMore],
    ["tls.certManager.subjectAlternativeNames[0]", "https://a", "must be a DNS name or an IP address"],
    ["tls.certManager.publicNamesOnly", 1, flag],
    ["tls.certManager.authorityGeneration", 0, oneOrMore],
    ["storage.volume.size", "10GB", quantity],
    ["storage.volume.storageClassName", "Fast", dnsName],
    ["storage.volume.accessMode", "RWX", modes],
    ["storage.volume.claimName", "my claim", dnsName],
    ["storage.volume.deleteWithStack", "true", flag],
    ["storage.hostPath.path", "srv/registry", folder],
    ["storage.hostPath.path", "/srv/registry/", folder],
    ["storage.memory.sizeLimit", "much", quantity],
    ["storage.minio.size", "10GB", quantity],
    ["storage.minio.storageClassName", "Fast", dnsName],
    ["storage.minio.deleteWithStack", "no", flag],
    ["storage.minio.image", "minio latest", image],
    ["storage.minio.resources.limits.memory", "512MB", quantity],
    ["storage.minio.tls", "off", flag],
    ["descriptorCache.inMemory.size", 0, oneOrMore],
    ["descriptorCache.off", "yes", flag],
    ["descriptorCache.redis.image", "redis latest", image],
    ["descriptorCache.redis.resources.requests.cpu", "fast", quantity],
    ["expose.nodePort.port", 65536, "must be a whole number from 1 to 65535"],
    ["expose.loadBalancer.address", "registry.example.com", "must be an IP address"],
    ["expose.loadBalancer.sourceRanges[0]", "10.0.0.0", range],
    ["expose.loadBalancer.sourceRanges[0]", "10.0.0.0/33", range],
    ["expose.ingress.controller", "haproxy", 'must be one of "nginx", "nginx-f5", "traefik", "other"'],
    ["expose.ingress.className", "My Class", dnsName],
    ["expose.ingress.awaitAddress", "yes", flag],
    ["expose.ingress.annotations.a", 1, text],
    ["expose.ingress.certificate.existingSecret.name", "My Secret", dnsName],
    ["expose.ingressRoute.entryPoints[0]", 443, text],
    ["expose.ingressRoute.middlewares[0].name", "A", dnsName],
    ["expose.gateway.parentRefs[0].name", "A", dnsName],
    ["expose.gateway.parentRefs[0].port", 0, "must be a whole number from 1 to 65535"],
    ["ui.title", 'a "b"', "must be letters, digits, spaces and the signs . , : ( ) _ -"],
    ["ui.title", "a~b", "must be letters, digits, spaces and the signs . , : ( ) _ -"],
    ["ui.deleteImages", "yes", flag],
    ["ui.image", "ui latest", image],
    ["ui.resources.limits.memory", "64MB", quantity],
    ["networkPolicy.enabled", "yes", flag],
    ["networkPolicy.clients[0]", "10.0.0.0", range],
    ["networkPolicy.clientNamespaces[0]", "Traefik", label(63)],
    ["networkPolicy.monitoringNamespaces[0]", "a.b", label(63)],
    ["networkPolicy.destinations[0].cidr", "s3.example.com", range],
    ["networkPolicy.destinations[0].ports[0]", 0, "must be a whole number from 1 to 65535"],
    ["pullSecrets.namespaces[0]", "Default", label(63)],
    ["pullSecrets.name", "my secret", dnsName],
    ["pullSecrets.serviceAccounts[0]", "My Account", dnsName],
    ["pullGeneration", 0, oneOrMore],
    ["nodes.enabled", "no", flag],
    ["nodes.daemonSet", "no", flag],
    ["nodes.authenticate", "yes", flag],
    ["nodes.ssh[0].name", "Node 1", label(40)],
    ["nodes.ssh[0].host", "ssh://a", "must be a host name or an IP address"],
    ["nodes.ssh[0].host", "a.example.com:22", "must be a host name or an IP address"],
    ["nodes.ssh[0].port", 0, "must be a whole number from 1 to 65535"],
    ["nodes.ssh[0].user", "root; reboot", "must be a user's name of letters, digits, dots, hyphens and underscores"],
    ["nodes.ssh[0].hostKey", "SHA256:x", "must be a public host key on one line, e.g. `ecdsa-sha2-nistp256 AAAA…`"],
    ["nodes.ssh[0].runtimes[0]", "podman", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker"'],
    ["nodes.runtimes[0]", "podman", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker"'],
    ["nodes.nodeSelector.pool", 1, text],
    ["nodes.tolerations[0].key", 1, text],
    ["nodes.tolerations[0].operator", "Is", operators],
    ["nodes.tolerations[0].value", 1, text],
    ["nodes.tolerations[0].effect", "None", effects],
    ["log.level", "verbose", 'must be one of "error", "warn", "info", "debug"'],
    ["log.format", "xml", 'must be one of "text", "json", "logstash"'],
];

describe("the check of arguments", () => {
    const leaking = ["registry:2", "docker.io/library/registry:2.8.3", "mirror:5000/registry:3.0.0", "registry:v3.0"];
    for (const leaks of leaking) {
        it(`refuses Redis with ${leaks}, which would serve deleted blobs`, async () => {
            assert.deepEqual(await problems({ image: leaks, descriptorCache: { redis: {} } }), [
                `descriptorCache.redis: deleted blobs can be read again with Redis before version 3.1.0 (CVE-2026-35172), and image is \`${leaks}\`; use a newer image, or no cache`,
            ]);
        });
    }

    for (const sound of ["registry:3.1.2", "registry:3", "registry:4.0.0", "registry", "mirror:2000/registry"]) {
        it(`takes Redis with ${sound}`, async () => {
            await declare(() => new PrivateRegistry("registry", { image: sound, descriptorCache: { redis: {} } }));
        });
    }

    for (const [path, value, reason] of wrong) {
        it(`refuses ${path}: ${JSON.stringify(value)}`, async () => {
            assert.deepEqual(await problems(withValue(path, value)), [
                `${path}: ${reason}, not ${JSON.stringify(value)}`,
            ]);
        });
    }

    it("takes keys of machines in PEM and OpenSSH form", async () => {
        for (const privateKey of [clientKey, pemKey]) {
            await declare(() => new PrivateRegistry("registry", { nodes: { ssh: [sshNode("a", { privateKey })] } }));
        }
    });

    const lockedOpenssh = clientKey.replace(/\n[\s\S]+(?=\n-----END)/, (body) => {
        const content = Buffer.from(body, "base64").toString("latin1");
        return `\n${Buffer.from(content.replace("\u0004none", "\naes256-ctr"), "latin1").toString("base64")}`;
    });
    for (const privateKey of ["hunter2", lockedKey, lockedOpenssh, hostKey]) {
        it(`refuses nodes.ssh[0].privateKey without repeating it: ${privateKey.slice(0, 30).trim()}`, async () => {
            assert.deepEqual(await problems({ nodes: { ssh: [sshNode("a", { privateKey })] } }), [
                "nodes.ssh[0].privateKey: must be a private key in PEM or OpenSSH form without a passphrase",
            ]);
        });
    }

    const more: [string, Wrong, string[]][] = [
        ["config that is no object", { config: "log: {}" }, ["config: must be an object"]],
        ["values that are no object", { helm: { values: [] } }, ["helm.values: must be an object"]],
        ["affinity that is no object", { scheduling: { affinity: [] } }, ["scheduling.affinity: must be an object"]],
        [
            "spread that is no object",
            { scheduling: { topologySpread: ["zone"] } },
            ["scheduling.topologySpread[0]: must be an object"],
        ],
        ["log.accessLog that is no flag", { log: { accessLog: "on" } }, ["log.accessLog: must be true or false"]],
        ["a list that is none", { users: "ci" }, ["users: must be a list"]],
        ["an object that is none", { storage: "10Gi" }, ["storage: must be an object with named fields"]],
        ["a map that is none", { labels: ["a"] }, ["labels: must be an object with named fields"]],
        [
            "an element that is empty",
            { users: [{ name: "ci" }, null] },
            ["users[1]: is empty; remove it or give it a value"],
        ],
        [
            "an output as a whole where it decides which resources exist",
            { users: pulumi.output([{ name: "ci" }]) },
            [
                "users: decides which resources exist, so it cannot be an output as a whole; give its fields or elements as outputs instead",
            ],
        ],
        [
            "users of the component's own",
            { users: [{ name: "puller-1" }] },
            ['users[0].name: must not begin with "puller-", which names the users of pull secrets'],
        ],
        [
            "an empty list of users",
            { users: [] },
            ["users: must name at least one user; leave it out to get the user `admin`"],
        ],
        ["users without a name", { users: [{ generation: 1 }] }, ["users[0].name: is missing; give every user a name"]],
        [
            "users of the same name",
            { users: [{ name: "ci" }, { name: "anna" }, { name: "ci" }] },
            ["users[2].name: is taken by users[0]; an htpasswd file holds one password for each name"],
        ],
        [
            "a generation of a user below one",
            { users: [{ name: "ci", generation: 0 }] },
            ["users[0].generation: must be a whole number of 1 or more, not 0"],
        ],
        [
            "a certificate that is always renewed",
            { tls: { selfSigned: { validityDays: 30 } } },
            [
                "tls.selfSigned.renewBeforeDays: must be smaller than validityDays (30), or every `pulumi up` renews the certificate",
            ],
        ],
        [
            "two kinds of certificate",
            { tls: { selfSigned: {}, existingSecret: { name: "a" } } },
            ["tls: has selfSigned and existingSecret; keep exactly one"],
        ],
        [
            "an issuer without a name, and what goes with the component's own",
            {
                tls: {
                    certManager: { issuer: {}, authorityGeneration: 2, validityDays: 30, publicNamesOnly: true },
                },
            },
            [
                "tls.certManager.renewBeforeDays: must be smaller than validityDays (30), or cert-manager refuses the certificate",
                "tls.certManager.issuer.name: is missing; name the issuer, or leave `issuer` out to get one of the component's own authority",
                "tls.certManager.authorityGeneration: is of the component's own authority, which the named issuer does not use; remove one of the two",
                "tls.certManager.publicNamesOnly: needs a public name to ask for; give host",
            ],
        ],
        [
            "another authority than the component's own without an issuer",
            { tls: { certManager: { caCertPem: authority } } },
            [
                "tls.certManager.caCertPem: is the component's own authority as long as no issuer is named; remove it or name the issuer",
            ],
        ],
        [
            "a Secret without a name",
            { tls: { existingSecret: {} } },
            ["tls.existingSecret.name: is missing; name the Secret"],
        ],
        [
            "a certificate without content",
            { tls: { pem: {} } },
            ["tls.pem.certificate: is missing; give it in PEM form", "tls.pem.key: is missing; give it in PEM form"],
        ],
        [
            "a certificate and key that are none, without repeating them",
            { tls: { pem: { certificate: "hunter2", key: "hunter2", caCertPem: "/etc/ca.crt" } } },
            [
                "tls.pem.certificate: must be certificates in PEM form",
                "tls.pem.key: must be a private key in PEM form without a passphrase",
                "tls.pem.caCertPem: must be certificates in PEM form",
            ],
        ],
        [
            "something in front of the registry without a name for it",
            {
                expose: {
                    ingress: { controller: "other" },
                    ingressRoute: {},
                    gateway: { parentRefs: [{ name: "team" }] },
                },
            },
            ["ingress", "ingressRoute", "gateway"].map(
                (kind) => `expose.${kind}: needs a name that clients outside the cluster resolve; give host`,
            ),
        ],
        [
            "an Ingress that nobody is said to serve, and an incomplete certificate",
            { host: "a.example.com", expose: { ingress: { certificate: { existingSecret: {} } } } },
            [
                "expose.ingress.controller: is missing; say what serves the Ingress: nginx, nginx-f5, traefik, other",
                "expose.ingress.certificate.existingSecret.name: is missing; name the Secret",
            ],
        ],
        [
            "no kind of certificate at the edge, or two",
            {
                host: "a.example.com",
                expose: {
                    ingress: { controller: "other", certificate: {} },
                    ingressRoute: { certificate: { existingSecret: { name: "a" }, pem: {} } },
                },
            },
            [
                "expose.ingress.certificate: names none; keep exactly one of existingSecret, pem and certManager, or leave it out to show the pods' own",
                "expose.ingressRoute.certificate: has existingSecret and pem; keep exactly one of existingSecret, pem and certManager, or leave it out to show the pods' own",
            ],
        ],
        [
            "an IngressRoute with two sources of its certificate, and a nameless middleware",
            {
                host: "a.example.com",
                expose: {
                    ingressRoute: {
                        certResolver: "letsencrypt",
                        certificate: { existingSecret: { name: "a" } },
                        middlewares: [{ namespace: "b" }],
                    },
                },
            },
            [
                "expose.ingressRoute.certResolver: gets a certificate although `certificate` gives one; keep one of the two",
                "expose.ingressRoute.middlewares[0].name: is missing; name it",
            ],
        ],
        [
            "a certificate of the edge that nobody issues, or that is always renewed",
            {
                host: "a.example.com",
                expose: { ingressRoute: { certificate: { certManager: { validityDays: 20 } } } },
            },
            [
                "expose.ingressRoute.certificate.certManager.renewBeforeDays: must be smaller than validityDays (20), or cert-manager refuses the certificate",
                "expose.ingressRoute.certificate.certManager.issuer.name: is missing; name the issuer",
            ],
        ],
        [
            "nodes that have nothing to trust",
            { tls: { existingSecret: { name: "team" } }, nodes: { runtimes: ["cri-o"] } },
            [
                "nodes: have nothing to be told about a certificate that they trust anyway; give its caCertPem, or remove nodes",
            ],
        ],
        [
            "an address where a name is needed",
            { host: "192.0.2.1:8443", expose: { ingressRoute: {} } },
            ["host: is an address, which expose.ingressRoute cannot be told by; give a DNS name"],
        ],
        [
            "a route without a Gateway",
            { host: "a.example.com", expose: { gateway: { parentRefs: [] } } },
            ["expose.gateway.parentRefs: names no Gateway; name at least one"],
        ],
        [
            "a Gateway without a name",
            { host: "a.example.com", expose: { gateway: { parentRefs: [{ port: 443 }] } } },
            ["expose.gateway.parentRefs[0].name: is missing; name the Gateway"],
        ],
        [
            "two types of one Service",
            { expose: { nodePort: {}, loadBalancer: {} } },
            [
                "expose.nodePort: cannot be together with loadBalancer, which opens a port of every node as well; keep one",
            ],
        ],
        [
            "pods without TLS that nothing stands in front of",
            { tls: { plainBackend: true }, expose: { nodePort: {} } },
            [
                "tls.plainBackend: needs something that speaks TLS in front of the pods; add one of expose.ingress, expose.ingressRoute, expose.gateway",
                "expose.nodePort: would carry passwords over HTTP because of tls.plainBackend; remove one of the two",
            ],
        ],
        [
            "a certificate of the edge beside one that only the edge shows",
            {
                host: "a.example.com",
                tls: { plainBackend: true },
                expose: { ingress: { controller: "other", certificate: { existingSecret: { name: "a" } } } },
            },
            [
                "expose.ingress.certificate: is what `tls` gives when the pods serve no certificate (tls.plainBackend); move it there",
            ],
        ],
        [
            "network policies that let nobody in, or lead nowhere",
            { networkPolicy: { clients: [], destinations: [{ ports: [443] }] } },
            [
                "networkPolicy.clients: is empty, and clientNamespaces names none: nobody could pull; name the nodes' addresses",
                "networkPolicy.destinations[0].cidr: is missing; give a range of addresses",
            ],
        ],
        [
            "two kinds of storage",
            { storage: { volume: {}, memory: {} } },
            ["storage: has volume and memory; keep exactly one"],
        ],
        [
            "a claim without a name",
            { createNamespace: false, storage: { existingClaim: {} } },
            ["storage.existingClaim.name: is missing; name the claim"],
        ],
        [
            "a wrong claim",
            { createNamespace: false, storage: { existingClaim: { name: "A", accessMode: "RWX" } } },
            [
                `storage.existingClaim.name: ${dnsName}, not "A"`,
                `storage.existingClaim.accessMode: ${modes}, not "RWX"`,
            ],
        ],
        [
            "a claim in a namespace that is yet to be made",
            { storage: { existingClaim: { name: "images" } } },
            [
                "storage.existingClaim: lies in a namespace that exists already; set createNamespace to false and name it in namespace",
            ],
        ],
        [
            "a host's folder without a path",
            { storage: { hostPath: {} } },
            ["storage.hostPath.path: is missing; name the folder"],
        ],
        [
            "a wrong host's folder",
            { storage: { hostPath: { path: "/a", nodeName: "Node 1", size: "1GB", deleteWithStack: 1 } } },
            [
                `storage.hostPath.nodeName: ${dnsName}, not "Node 1"`,
                `storage.hostPath.size: ${quantity}, not "1GB"`,
                `storage.hostPath.deleteWithStack: ${flag}, not 1`,
            ],
        ],
        [
            "replicas that cannot write the same storage",
            { replicas: 2 },
            [
                "replicas: 2 replicas need storage that all of them can write; use one replica, s3, minio, or a volume or existingClaim with accessMode `ReadWriteMany`",
            ],
        ],
        [
            "S3 without a bucket, and wrong in every field",
            {
                storage: {
                    s3: {
                        region: "US",
                        endpoint: "s3.example.com",
                        pathStyle: "yes",
                        caCertPem: "/etc/ca.pem",
                        rootDirectory: "../up/",
                        redirect: "no",
                        redirectEndpoint: "https://s3.example.com/path",
                        multipart: { chunkSizeMi: 4, copyChunkSizeMi: 6000, copyConcurrency: 0, copyThresholdMi: -1 },
                        encryption: { kmsKeyId: " " },
                        storageClass: "COLD",
                        credentials: { existingSecret: { name: "My", accessKeyIdKey: "", secretAccessKeyKey: "" } },
                    },
                },
            },
            [
                `storage.s3.region: ${dnsName}, not "US"`,
                `storage.s3.endpoint: ${origin}, not "s3.example.com"`,
                `storage.s3.pathStyle: ${flag}, not "yes"`,
                "storage.s3.caCertPem: must be certificates in PEM form",
                'storage.s3.rootDirectory: must be a folder in a bucket, e.g. `registry` or `team/registry`, not "../up/"',
                `storage.s3.redirect: ${flag}, not "no"`,
                `storage.s3.redirectEndpoint: ${origin}, not "https://s3.example.com/path"`,
                "storage.s3.multipart.chunkSizeMi: must be a whole number from 5 to 5120, not 4",
                "storage.s3.multipart.copyChunkSizeMi: must be a whole number from 5 to 5120, not 6000",
                "storage.s3.multipart.copyConcurrency: must be a whole number from 1 to 1000, not 0",
                "storage.s3.multipart.copyThresholdMi: must be a whole number from 0 to 5120, not -1",
                `storage.s3.encryption.kmsKeyId: ${notEmpty}, not " "`,
                'storage.s3.storageClass: must be one of "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "OUTPOSTS", "GLACIER_IR", "NONE", not "COLD"',
                `storage.s3.credentials.existingSecret.name: ${dnsName}, not "My"`,
                `storage.s3.credentials.existingSecret.accessKeyIdKey: ${notEmpty}, not ""`,
                `storage.s3.credentials.existingSecret.secretAccessKeyKey: ${notEmpty}, not ""`,
            ],
        ],
        [
            "a bucket's wrong name",
            { storage: { s3: { bucket: "my bucket" } } },
            [
                'storage.s3.bucket: must be the name of a bucket: letters, digits, dots, hyphens and underscores, not "my bucket"',
            ],
        ],
        ["S3 without a bucket", { storage: { s3: {} } }, ["storage.s3.bucket: is missing; name the bucket"]],
        [
            "S3 of one's own without credentials",
            { storage: { s3: { bucket: "images", endpoint: "https://s3.example.com" } } },
            [
                "storage.s3.credentials: is missing; only AWS gives a pod credentials by itself, so name an access key in keys or existingSecret",
            ],
        ],
        [
            "credentials of no kind",
            { storage: { s3: { bucket: "images", credentials: {} } } },
            ["storage.s3.credentials: is empty; give exactly one of keys, existingSecret and role"],
        ],
        [
            "credentials of two kinds",
            {
                storage: {
                    s3: { bucket: "images", credentials: { existingSecret: { name: "a" }, role: { arn: "b" } } },
                },
            },
            ["storage.s3.credentials: has existingSecret and role; give exactly one of keys, existingSecret and role"],
        ],
        [
            "half an access key",
            { storage: { s3: { bucket: "images", credentials: { keys: { accessKeyId: "a" } } } } },
            ["storage.s3.credentials.keys.secretAccessKey: is missing; give it a value"],
        ],
        [
            "another address for clients that are not redirected",
            { storage: { s3: { bucket: "images", redirect: false, redirectEndpoint: "https://s3.example.com" } } },
            [
                "storage.s3.redirectEndpoint: is for clients that are redirected, which `redirect` turns off; remove one of the two",
            ],
        ],
        [
            "two caches",
            { descriptorCache: { redis: {}, inMemory: {}, off: true } },
            ["descriptorCache: has redis and inMemory and off; keep exactly one"],
        ],
        [
            "a cache of each pod's own with several pods",
            { replicas: 2, storage: { minio: {} }, descriptorCache: { inMemory: {} } },
            [
                "descriptorCache.inMemory: each of the 2 replicas would go on knowing blobs that another one has deleted; use redis, or no cache",
            ],
        ],
        [
            "Redis that is there and to be made",
            { descriptorCache: { redis: { image: "redis:7", external: { address: "redis:6379" } } } },
            [
                "descriptorCache.redis.image: is for Redis in the cluster, which `external` takes the place of; remove one of the two",
            ],
        ],
        [
            "a Redis without an address, a Secret without a name, and authorities without TLS",
            { descriptorCache: { redis: { external: { passwordSecret: {}, tls: false, caCertPem: authority } } } },
            [
                "descriptorCache.redis.external.address: is missing; give host and port",
                "descriptorCache.redis.external.passwordSecret.name: is missing; name the Secret",
                "descriptorCache.redis.external.caCertPem: is for TLS, which `tls` turns off; remove one of the two",
            ],
        ],
        [
            "a wrong Redis",
            {
                descriptorCache: {
                    redis: {
                        external: {
                            address: "redis://a",
                            username: "",
                            passwordSecret: { name: "A", key: "" },
                            tls: 1,
                            caCertPem: "x",
                            database: -1,
                        },
                    },
                },
            },
            [
                'descriptorCache.redis.external.address: must be a host name or an address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`, not "redis://a"',
                `descriptorCache.redis.external.username: ${notEmpty}, not ""`,
                `descriptorCache.redis.external.passwordSecret.name: ${dnsName}, not "A"`,
                `descriptorCache.redis.external.passwordSecret.key: ${notEmpty}, not ""`,
                `descriptorCache.redis.external.tls: ${flag}, not 1`,
                "descriptorCache.redis.external.caCertPem: must be certificates in PEM form",
                "descriptorCache.redis.external.database: must be a whole number of 0 or more, not -1",
            ],
        ],
        [
            "a second pod for a volume of one pod",
            {
                rollout: { strategy: RolloutStrategy.Surge },
                storage: { volume: { accessMode: AccessMode.ReadWriteOncePod } },
            },
            [
                "rollout.strategy: a second pod cannot mount a ReadWriteOncePod volume; use `Recreate`, or accessMode `ReadWriteOnce`",
            ],
        ],
        [
            "a namespace or account that is named twice",
            { pullSecrets: { namespaces: ["a", "b", "a"], serviceAccounts: ["default", "default"] } },
            [
                'pullSecrets.namespaces[2]: repeats "a"; name each once',
                'pullSecrets.serviceAccounts[1]: repeats "default"; name each once',
            ],
        ],
        [
            "no runtimes at all",
            { nodes: { runtimes: [] } },
            ["nodes.runtimes: is empty; name the nodes' container runtimes, or set nodes.enabled to false"],
        ],
        [
            "machines of which something is missing",
            { nodes: { ssh: [{}] } },
            [
                "nodes.ssh[0].name: is missing; give every machine a name",
                "nodes.ssh[0].host: is missing; give it the name or address to connect to",
                "nodes.ssh[0].privateKey: is missing; give it a key that the machine lets in",
                "nodes.ssh[0].hostKey: is missing; give it what `ssh-keyscan -t ecdsa <host>` prints behind the machine's name",
            ],
        ],
        [
            "machines of one name, and without a runtime",
            { nodes: { ssh: [sshNode("a"), sshNode("a"), sshNode("b", { runtimes: [] })] } },
            [
                "nodes.ssh[1].name: is the name of nodes.ssh[0]; give every machine its own",
                "nodes.ssh[2].runtimes: is empty; name the machine's container runtimes, or leave it out",
            ],
        ],
        [
            "nodes that nobody tells",
            { nodes: { daemonSet: false } },
            [
                "nodes.daemonSet: leaves nobody who tells the nodes; name machines in nodes.ssh, or set nodes.enabled to false",
            ],
        ],
        [
            "what is for a DaemonSet that is not there",
            { nodes: { daemonSet: false, ssh: [sshNode("a")], runtimes: ["k3s"], nodeSelector: {}, tolerations: [] } },
            ["runtimes", "nodeSelector", "tolerations"].map(
                (field) =>
                    `nodes.${field}: is for the DaemonSet, which nodes.daemonSet turns off; remove one of the two`,
            ),
        ],
        [
            "something for nodes that are not told",
            { nodes: { enabled: false, daemonSet: true, ssh: [sshNode("a")], authenticate: true } },
            ["daemonSet", "ssh", "authenticate"].map(
                (field) => `nodes.${field}: does nothing while nodes.enabled is false; remove one of the two`,
            ),
        ],
        [
            "logins for runtimes that have no place for them",
            {
                nodes: {
                    authenticate: true,
                    runtimes: ["containerd", "cri-o"],
                    ssh: [sshNode("a"), { ...sshNode("b"), runtimes: ["docker", "cri-o"] }],
                },
            },
            [
                "nodes.runtimes[1]: cri-o has no place for a login of one registry only; use pull secrets there, without nodes.authenticate",
                "nodes.ssh[1].runtimes: docker and cri-o have no place for a login of one registry only; use pull secrets there, without nodes.authenticate",
            ],
        ],
    ];
    for (const [what, args, lines] of more) {
        it(`refuses ${what}`, async () => assert.deepEqual(await problems(args), lines));
    }

    it("says all that is wrong at once", async () => {
        const args = { host: "https://a", replicas: 0, users: [{ name: "a b" }], storage: { volume: { size: "big" } } };
        assert.deepEqual(
            (await problems(args)).map((line) => line.split(":")[0]),
            ["host", "replicas", "users[0].name", "storage.volume.size"],
        );
        const together = { replicas: 2, users: [], nodes: { runtimes: [] } };
        assert.deepEqual(
            (await problems(together)).map((line) => line.split(":")[0]),
            ["users", "replicas", "nodes.runtimes"],
        );
    });

    it("names the argument that was meant", async () => {
        assert.deepEqual(await problems({ hostAlias: ["a"], storage: { volumes: {} }, users: [{ nmae: "ci" }] }), [
            "hostAlias: is not an argument; did you mean `hostAliases`?",
            "storage.volumes: is not an argument; did you mean `volume`?",
            "users[0].nmae: is not an argument; did you mean `name`?",
        ]);
    });

    it("lists the arguments when none is near", async () => {
        assert.deepEqual(await problems({ log: { destination: "stdout" }, expose: { tls: {} } }), [
            "log.destination: is not an argument; the arguments here are accessLog, format, level",
            "expose.tls: is not an argument; the arguments here are gateway, ingress, ingressRoute, loadBalancer, nodePort",
        ]);
    });

    it("takes null and undefined for what is left out", async () => {
        const left = (nothing: null | undefined): Wrong => ({
            users: nothing,
            tls: { selfSigned: { validityDays: nothing } },
            storage: { volume: nothing, memory: { sizeLimit: nothing } },
            pullSecrets: nothing,
            nodes: { runtimes: nothing },
        });
        for (const nothing of [null, undefined]) {
            const r = await declare(() => new PrivateRegistry("registry", left(nothing)));
            assert.equal(r.every("PersistentVolumeClaim").length, 0);
        }
        await declare(() => new PrivateRegistry("registry", null as Wrong));
    });
});

describe("the check of the name", () => {
    it("is that of the namespace and Service that it stands in for", async () => {
        const sentence =
            'the component\'s name stands in for namespace and serviceName and must be lower-case letters, digits and hyphens, beginning with a letter, at most 55 characters, not "My Registry"; rename it or give namespace and serviceName';
        assert.deepEqual(await problems({}, "My Registry"), [`name: ${sentence}`]);
        assert.match((await problems({ namespace: "images" }, "1st"))[0], /stands in for serviceName and must/);
    });

    it("is that of the objects whose names begin with it", async () => {
        const args = { namespace: "images", serviceName: "images" };
        assert.deepEqual(await problems(args, "My Registry"), [
            `name: the component's name ${label(55)}, not "My Registry"`,
        ]);
        await declare(() => new PrivateRegistry("1st", args));
    });
});

describe("values that are known later", () => {
    it("are checked when they are, and make the program fail", async () => {
        const later = (value: unknown) => pulumi.output(Promise.resolve(value));
        const cases: [Wrong, string][] = [
            [{ host: later("https://a") }, `host: ${host}, not "https://a"`],
            [{ namespace: later("A") }, `namespace: ${label(58)}, not "A"`],
            [{ hostAliases: ["a", later("B")] }, `hostAliases[1]: ${host}, not "B"`],
            [{ storage: { volume: { size: later("big") } } }, `storage.volume.size: ${quantity}, not "big"`],
            [{ labels: { team: later(7) } }, `labels.team: ${text}, not 7`],
            [
                { log: { level: later("loud") } },
                'log.level: must be one of "error", "warn", "info", "debug", not "loud"',
            ],
            [{ users: [{ name: "ci", password: later("short") }] }, "users[0].password: must have 8 to 72 bytes"],
            [
                { expose: { nodePort: { port: later(0) } } },
                "expose.nodePort.port: must be a whole number from 1 to 65535",
            ],
            [{ config: later([]) }, "config: must be an object"],
        ];
        for (const [args, line] of cases) {
            const { message } = await failure(() => new PrivateRegistry("registry", args));
            assert.ok(message.includes(`the PrivateRegistry "registry" cannot be created:\n  ${line}`), message);
        }
    });

    it("may be promises", async () => {
        const { message } = await failure(
            () => new PrivateRegistry("registry", { image: Promise.resolve("not an image") }),
        );
        assert.ok(message.includes(`image: ${image}, not "not an image"`), message);
    });

    it("are used when they are right", async () => {
        const r = await declare(() => new PrivateRegistry("registry", { namespace: pulumi.output("images") }));
        assert.equal(r.one("Namespace", "registry-namespace").inputs.metadata.name, "images");
    });
});

describe("passwords in messages", () => {
    const password = (bytes: number) =>
        `users[0].password: must have 8 to 72 bytes (bcrypt ignores the rest) on one line, but has ${bytes}; leave it out to get a random one`;

    it("are described and not repeated", async () => {
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "hunter2" }] }), [password(7)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "ü".repeat(37) }] }), [password(74)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: "two\nlines of it" }] }), [password(15)]);
        assert.deepEqual(await problems({ users: [{ name: "ci", password: 12345678 }] }), [
            "users[0].password: must be a text; put a password of digits in quotes",
        ]);
    });

    it("are not repeated when something else is wrong, nor under a wrong key", async () => {
        const lines = await problems({ users: [{ name: "c i", password: "hunter2hunter2" }, { pasword: "hunter3" }] });
        assert.doesNotMatch(lines.join("\n"), /hunter/);
        assert.match(lines[1], /^users\[1\]\.pasword: is not an argument; did you mean `password`\?$/);
    });

    it("are not repeated when they are known later", async () => {
        const secret = pulumi.secret("hunter2");
        const { message } = await failure(
            () => new PrivateRegistry("registry", { users: [{ name: "ci", password: secret }] }),
        );
        assert.ok(message.includes(password(7)), message);
        assert.doesNotMatch(message, /hunter/);
    });

    it("are not repeated when they stand where no secret is expected", async () => {
        const secret = pulumi.secret("hunter2 hunter2");
        for (const args of [{ image: secret }, { host: secret }, { annotations: { a: pulumi.secret(71236712) } }]) {
            const { message } = await failure(() => new PrivateRegistry("registry", args as Wrong));
            assert.match(message, /cannot be created/);
            assert.doesNotMatch(message, /hunter|71236712/);
        }
    });
});

describe("ArgumentError", () => {
    it("is what the CLI shows without a stack, and another language as input errors", async () => {
        const error = await refusal(() => new PrivateRegistry("registry", { replicas: 0, host: "a b" }));
        assert.equal(error instanceof ArgumentError, true);
        assert.equal(pulumi.RunError.isInstance(error), true);
        assert.equal(pulumi.InputPropertiesError.isInstance(error), true);
        assert.equal((error as Error).stack, undefined);
        const { errors } = error as ArgumentError;
        assert.deepEqual(errors, [
            { propertyPath: "replicas", reason: `replicas: ${oneOrMore}, not 0` },
            { propertyPath: "host", reason: `host: ${host}, not "a b"` },
        ]);
    });
});

describe("RegistryAccess's check of arguments", () => {
    const right: RegistryAccessArgs = { host: "registry.example.com", dockerConfigJson: '{"auths":{}}' };

    it("asks for what it cannot do without", async () => {
        assert.deepEqual(await accessProblems({}), [
            "host: is missing; give it the registry's output `host`",
            "dockerConfigJson: is missing; give it the registry's output `dockerConfigJson`",
        ]);
    });

    it("asks for the authority that nodes shall trust", async () => {
        assert.deepEqual(await accessProblems({ ...right, nodes: {} }), [
            "nodes: need caCertPem to trust; give it the registry's output `caCertPem`",
        ]);
        await declare(() => new RegistryAccess("access", { ...right, nodes: { enabled: false } }));
    });

    it("asks for the logins that nodes shall use, known now or later", async () => {
        const nodes = { authenticate: true };
        const sentence =
            "dockerConfigJson: has no login for b.example, which nodes.authenticate needs; add it, or leave nodes.authenticate out";
        const dockerConfigJson = '{"auths":{"registry.example.com":{"auth":"aHVudGVyMg=="}}}';
        assert.deepEqual(await accessProblems({ ...right, dockerConfigJson, hostAliases: ["b.example"], nodes }), [
            sentence,
        ]);
        for (const later of [
            { dockerConfigJson: pulumi.secret(dockerConfigJson), hostAliases: ["b.example"] },
            { dockerConfigJson, hostAliases: [pulumi.output("b.example")] },
        ]) {
            const { message } = await failure(() => new RegistryAccess("access", { ...right, ...later, nodes }));
            assert.ok(message.includes(sentence), message);
            assert.doesNotMatch(message, /aHVudGVyMg/);
        }
    });

    const wrongHere: [string, unknown, string][] = [
        ["host", "https://a", `${host}, not "https://a"`],
        ["hostAliases[0]", "A", `${host}, not "A"`],
        ["dockerConfigJson", "hunter2", "must be the JSON of a dockerconfigjson Secret, with `auths`"],
        ["dockerConfigJson", '{"auths":null}', "must be the JSON of a dockerconfigjson Secret, with `auths`"],
        ["caCertPem", "/etc/ca.crt", "must be certificates in PEM form"],
        [
            "endpoint",
            "https://10.0.0.1",
            'must be a host name or an address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`, not "https://10.0.0.1"',
        ],
        [
            "endpoint",
            "2001:db8::7",
            'must be a host name or an address with an optional port, e.g. `203.0.113.7:443` or `[2001:db8::7]:443`, not "2001:db8::7"',
        ],
        ["pullSecrets.namespaces[0]", "A", `${label(63)}, not "A"`],
        ["nodes.runtimes[0]", "x", 'must be one of "containerd", "k3s", "rke2", "cri-o", "docker", not "x"'],
        ["nodeNamespace", "A", `${label(63)}, not "A"`],
        ["createNodeNamespace", 1, `${flag}, not 1`],
        ["imageMirror", "https://a", `${prefix}, not "https://a"`],
        ["imagePullSecrets[0]", "A", `${dnsName}, not "A"`],
        ["labels.a", 1, `${text}, not 1`],
        ["annotations.a", 1, `${text}, not 1`],
    ];
    for (const [path, value, sentence] of wrongHere) {
        it(`refuses ${path}: ${JSON.stringify(value)}`, async () => {
            assert.deepEqual(await accessProblems({ ...right, ...withValue(path, value) }), [`${path}: ${sentence}`]);
        });
    }

    it("refuses a name that no object can begin with", async () => {
        assert.deepEqual(await accessProblems(right, "My Access"), [
            `name: the component's name ${label(58)}, not "My Access"`,
        ]);
    });

    it("checks what is known later, without repeating it", async () => {
        const { message } = await failure(
            () =>
                new RegistryAccess("access", {
                    ...right,
                    dockerConfigJson: pulumi.secret("hunter2"),
                    pullSecrets: { namespaces: ["default"] },
                }),
        );
        assert.ok(message.includes("dockerConfigJson: must be the JSON of a dockerconfigjson Secret"), message);
        assert.doesNotMatch(message, /hunter/);
    });
});

describe("the settings of a registry", () => {
    it("have the defaults of all arguments", async () => {
        const { log, ...settings } = checkArguments("team", {});
        assert.deepEqual(await known(log), { level: "info", format: "json", accessLog: true });
        assert.deepEqual(settings, {
            title: 'the PrivateRegistry "team"',
            name: "team",
            namespace: "team",
            createNamespace: true,
            createNodeNamespace: true,
            serviceName: "team",
            clusterDomain: "cluster.local",
            host: undefined,
            hostAliases: [],
            image: "docker.io/library/registry:3.1.2",
            imageMirror: undefined,
            imagePullSecrets: [],
            config: {},
            helm: undefined,
            replicas: 1,
            resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
            scheduling: {},
            labels: {},
            annotations: {},
            rollout: { strategy: "Surge" },
            users: [{ name: "admin", generation: 1 }],
            tls: {
                existingSecret: undefined,
                pem: undefined,
                certManager: undefined,
                selfSigned: {
                    algorithm: "ECDSA-P256",
                    validityDays: 365,
                    renewBeforeDays: 30,
                    subjectAlternativeNames: [],
                    generation: 1,
                    authorityGeneration: 1,
                },
            },
            isPlain: false,
            storage: {
                memory: undefined,
                existingClaim: undefined,
                hostPath: undefined,
                s3: undefined,
                minio: undefined,
                volume: { size: "10Gi", accessMode: "ReadWriteOnce", claimName: "team" },
                mounting: "same node",
                isProtected: true,
            },
            descriptorCache: { redis: undefined, inMemory: undefined },
            expose: { ingress: undefined, ingressRoute: undefined },
            ui: undefined,
            networkPolicy: undefined,
            pullSecrets: { namespaces: [], name: "team-pull", serviceAccounts: [] },
            pullGeneration: 1,
            nodes: undefined,
        });
    });

    const protection: [string, Wrong, boolean, string][] = [
        ["a volume", { volume: {} }, true, "same node"],
        ["a volume deleted with the stack", { volume: { deleteWithStack: true } }, false, "same node"],
        ["a shared volume", { volume: { accessMode: AccessMode.ReadWriteMany } }, true, "anywhere"],
        ["a volume of one pod", { volume: { accessMode: AccessMode.ReadWriteOncePod } }, true, "one pod"],
        ["a folder of a node", { hostPath: { path: "/srv" } }, true, "same node"],
        ["a folder deleted with the stack", { hostPath: { path: "/srv", deleteWithStack: true } }, false, "same node"],
        ["MinIO", { minio: {} }, true, "anywhere"],
        ["MinIO deleted with the stack", { minio: { deleteWithStack: true } }, false, "anywhere"],
        ["S3", { s3: { bucket: "images" } }, false, "anywhere"],
        ["memory", { memory: {} }, false, "anywhere"],
    ];
    for (const [kind, storage, isProtected, mounting] of protection) {
        it(`say for ${kind} whether it is protected, and where its pods may run`, () => {
            const { storage: settings } = checkArguments("team", { storage });
            assert.deepEqual([settings.isProtected, settings.mounting], [isProtected, mounting]);
        });
    }

    const nodes: [
        string,
        Parameters<typeof nodeSettings>,
        { isConfigured: boolean; daemonSet: boolean; idle: boolean },
    ][] = [
        ["no arguments but a CA", [undefined, true], { isConfigured: true, daemonSet: true, idle: false }],
        ["no arguments and no CA", [undefined, false], { isConfigured: false, daemonSet: false, idle: false }],
        ["arguments without a CA", [{}, false], { isConfigured: false, daemonSet: false, idle: true }],
        ["a login without a CA", [{ authenticate: true }, false], { isConfigured: true, daemonSet: true, idle: false }],
        ["disabled nodes", [{ enabled: false }, true], { isConfigured: false, daemonSet: false, idle: false }],
        ["SSH alone", [{ daemonSet: false }, true], { isConfigured: true, daemonSet: false, idle: false }],
    ];
    for (const [what, args, { idle, ...expected }] of nodes) {
        it(`say for ${what} whether nodes are configured, and by a DaemonSet`, () => {
            const { isConfigured, daemonSet } = nodeSettings(...args);
            assert.deepEqual({ isConfigured, daemonSet }, expected);
            assert.equal(isIdle(...args), idle);
        });
    }
});
