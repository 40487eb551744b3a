import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../arguments/check";
import { redisAddress } from "../arguments/hosts";
import { mebibytes } from "../arguments/quantity";
import {
    boolean,
    dnsName,
    imageReference,
    integer,
    nonEmptyString,
    optionalAuthorityPem,
    secretKey,
} from "../arguments/rules";
import { fields, plain, required } from "../arguments/shapes";
import { secretByContent } from "../kubernetes/contentNamed";
import { redisImage } from "../kubernetes/images";
import { mountedSecret, type PodSettings, podSpec, secretVariable } from "../kubernetes/pod";
import {
    checkedResources,
    type RegistryResources,
    type ResourceSettings,
    resourceProblems,
    resourceRules,
    resourceSettings,
} from "../kubernetes/resources";
import type { Scope } from "../kubernetes/scope";
import { inPod } from "../server/configYml";
import type { UsedCache } from "../server/pods";
import { internalCertificates } from "../tls/internalAuthority";

/** A Secret in the registry's namespace with the password of Redis. The pods read it at startup. */
export interface RedisPasswordReference {
    /** Name of the Secret. */
    name: pulumi.Input<string>;
    /** Key of the Secret. Defaults to `password`. */
    key?: pulumi.Input<string>;
}

/** An existing Redis. Its `maxmemory-policy` must be `allkeys-lru`, because the registry's entries do not expire. */
export interface ExternalRedis {
    /** Host and port of Redis, e.g. `redis.example.com:6379` (`redis.addrs`). */
    address: pulumi.Input<string>;
    /** User name in Redis. Defaults to Redis's user `default`. */
    username?: pulumi.Input<string>;
    /**
     * Password in an existing Secret. The registry parses it as YAML: use only letters and digits.
     */
    passwordSecret?: RedisPasswordReference;
    /** Whether to connect with TLS. Defaults to true. */
    tls?: boolean;
    /** CA certificates to trust instead of the public ones, PEM-encoded. */
    caCertPem?: pulumi.Input<string>;
    /** Number of the database. Defaults to 0. */
    database?: pulumi.Input<number>;
}

/** Redis as a cache that all replicas share. By default, a Redis in the cluster that requires the registry's client certificate (mTLS). */
export interface RedisCache {
    /** Image of the Redis in the cluster. Defaults to `docker.io/library/redis:7.2.11`. */
    image?: pulumi.Input<string>;
    /**
     * CPU and memory requests and limits of the Redis in the cluster. Two thirds of the memory limit are for entries (`maxmemory`);
     * without a limit, 128 MiB. Defaults to requests of 20m and 64Mi, and limits of 500m and 192Mi.
     */
    resources?: RegistryResources;
    /** An existing Redis, instead of one in the cluster. */
    external?: ExternalRedis;
}

export const redisRules = fields<RedisCache>({
    image: imageReference,
    resources: resourceRules,
    external: fields<ExternalRedis>({
        address: required(redisAddress, "set host and port"),
        username: nonEmptyString,
        passwordSecret: fields<RedisPasswordReference>({
            name: required(dnsName, "name the Secret"),
            key: secretKey,
        }),
        tls: plain(boolean),
        caCertPem: optionalAuthorityPem,
        database: integer(0),
    }),
});

export function redisProblems(path: string, { external, ...own }: RedisCache): Problem[] {
    if (external === undefined) return resourceProblems(`${path}.resources`, own.resources);
    const problems: Problem[] = Object.keys(own).map((field) => ({
        path: `${path}.${field}`,
        reason: "is for Redis in the cluster, which `external` replaces; remove one of the two",
    }));
    if (external.caCertPem !== undefined && external.tls === false) {
        const reason = "is for TLS, which `tls: false` disables; remove one of the two";
        problems.push({ path: `${path}.external.caCertPem`, reason });
    }
    return problems;
}

/** The arguments with every default. */
export type RedisSettings = Pick<RedisCache, "external"> &
    Required<Pick<RedisCache, "image">> & { readonly resources: ResourceSettings };

export function redisSettings({ image = redisImage, resources, external }: RedisCache): RedisSettings {
    const path = "descriptorCache.redis.resources";
    return { image, resources: resourceSettings(path, defaultResources, resources), external };
}

/** The registry's settings that Redis depends on. */
export interface RedisContext extends PodSettings {
    readonly serviceName: string;
}

const port = 6379;
const folder = "/etc/private-registry/redis";
const defaultResources = { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "500m", memory: "192Mi" } };
/** Memory for entries. The rest of the limit is for connections and for fragmentation. */
export function maxMemory(limit = "192Mi"): string {
    return `${Math.max(1, Math.floor((mebibytes(limit) * 2) / 3))}mb`;
}

/** Short, so that an unavailable cache delays requests only briefly: the registry then asks its storage. */
const timeouts = { dialtimeout: "1s", readtimeout: "1s", writetimeout: "1s", maxretries: 1 };

const cache = {
    storage: { cache: { blobdescriptor: "redis" } },
    // With Redis, the debug server also exposes secrets at /debug/vars, so it listens on localhost only.
    http: { debug: { addr: `127.0.0.1:${inPod.debugPort}` } },
};

export function deployRedis(scope: Scope, args: RedisSettings, context: RedisContext): UsedCache {
    if (args.external) return useExternal(scope, args.external);
    const serviceName = `${context.serviceName}-redis`;
    const host = pulumi.interpolate`${serviceName}.${scope.namespace}.svc`;
    const ca = internalCertificates(scope, "redis");
    const secretOf = (use: "server" | "client", dnsNames: pulumi.Input<string>[]) => {
        const { certPem, keyPem } = ca.issue(use, dnsNames);
        const content = { "tls.crt": certPem, "tls.key": keyPem, "ca.crt": ca.caCertPem };
        return secretByContent(scope, `redis-${use}`, "redis", content).name;
    };
    const server = deployServer(scope, args, context, serviceName, secretOf("server", [host]));
    const client = secretOf("client", []);
    const file = (name: string) => `${folder}/${name}`;
    const tls = { rootcas: [file("ca.crt")], certificate: file("tls.crt"), key: file("tls.key") };
    return {
        config: host.apply((hostName) => ({ ...cache, redis: { addrs: [`${hostName}:${port}`], ...timeouts, tls } })),
        pod: mounted(client),
        ready: [server],
    };
}

/** Redis without persistence or password; clients need a certificate (mTLS). */
function deployServer(
    scope: Scope,
    args: RedisSettings,
    context: RedisContext,
    serviceName: string,
    certificateName: pulumi.Output<string>,
): k8s.apps.v1.Deployment {
    const selector = scope.selector("redis");
    new k8s.core.v1.Service(
        scope.name("redis-service"),
        {
            metadata: scope.metadata(serviceName, "redis", { "pulumi.com/skipAwait": "true" }),
            spec: { selector, ports: [{ name: "redis", port, targetPort: port }] },
        },
        scope.objectOptions(),
    );
    const options = {
        port: "0",
        "tls-port": String(port),
        "tls-cert-file": `${folder}/tls.crt`,
        "tls-key-file": `${folder}/tls.key`,
        "tls-ca-cert-file": `${folder}/ca.crt`,
        "tls-auth-clients": "yes",
        // Protected mode would reject connections from other pods without a password. The client certificate replaces the password.
        "protected-mode": "no",
        save: "",
        maxmemory: checkedResources(scope, args.resources).apply(({ limits }) => maxMemory(limits?.memory)),
        "maxmemory-policy": "allkeys-lru",
    };
    return new k8s.apps.v1.Deployment(
        scope.name("redis"),
        {
            metadata: scope.metadata(scope.objectName("redis"), "redis"),
            spec: {
                replicas: 1,
                selector: { matchLabels: selector },
                // Two pods at the same time would have different entries.
                strategy: { type: "Recreate" },
                template: {
                    metadata: scope.podMetadata("redis"),
                    spec: podSpec(scope, context, {
                        containers: [
                            {
                                name: "redis",
                                image: args.image,
                                command: ["redis-server"],
                                args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
                                ports: [{ name: "redis", containerPort: port }],
                                resources: args.resources,
                                startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 60 },
                                readinessProbe: { tcpSocket: { port }, periodSeconds: 5 },
                                livenessProbe: { tcpSocket: { port }, periodSeconds: 20 },
                                additions: [mounted(certificateName)],
                            },
                        ],
                    }),
                },
            },
        },
        scope.fixedOptions(),
    );
}

function useExternal(scope: Scope, external: ExternalRedis): UsedCache {
    const { caCertPem, passwordSecret } = external;
    const authority = caCertPem === undefined ? undefined : pulumi.output(caCertPem);
    // An Output may be empty. The file is mounted in any case.
    const caContent = authority && { "ca.crt": authority.apply((ca) => ca ?? "") };
    const caName = caContent && secretByContent(scope, "redis-ca", "redis", caContent).name;
    const config = pulumi.output({ ...external, ca: authority }).apply(({ address, username, database, ca }) => ({
        ...cache,
        redis: {
            addrs: [address],
            ...timeouts,
            ...(username !== undefined && { username }),
            ...(database !== undefined && { db: database }),
            ...(external.tls !== false && {
                tls: { rootcas: [ca === undefined ? inPod.publicCaFile : `${folder}/ca.crt`] },
            }),
        },
    }));
    const env = passwordSecret && [
        secretVariable("REGISTRY_REDIS_PASSWORD", passwordSecret.name, passwordSecret.key ?? "password"),
    ];
    const pod = caName ? mounted(caName) : {};
    return { config, pod: { ...pod, env }, ready: [] };
}

function mounted(secretName: pulumi.Output<string>) {
    return mountedSecret("redis", secretName, folder);
}
