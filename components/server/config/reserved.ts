import type { Problem } from "../../arguments/check";
import { inPod } from "../configYml";
import { isSection, lookUp, notYetKnown } from "./lookUp";

/** What decides which settings of config.yml the component relies on. */
export interface ReservedContext {
    /** The kind of storage in the argument `storage`, if any. */
    readonly storageKind: string | undefined;
    /** Whether the pods serve plain HTTP. */
    readonly isPlain: boolean;
    readonly hasChart: boolean;
    /** Whether `descriptorCache.redis` is set. */
    readonly usesRedis: boolean;
}

/** A setting that the component relies on. */
interface Reserved {
    readonly path: string;
    /** Whether the component also works with this value; null removes the setting. */
    readonly allows: (value: unknown) => boolean;
    /** What to write instead. */
    readonly reason: string;
}

const nothing = () => false;
const only =
    (...values: unknown[]) =>
    (value: unknown) =>
        values.includes(value);
const isEmptyList = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

/** A listening address with a port, on all interfaces. */
const listensOn = (port: number) => (value: unknown) =>
    new RegExp(`^(0\\.0\\.0\\.0|\\[::\\])?:${port}$`).test(String(value));

const always: readonly Reserved[] = [
    { path: "version", allows: only("0.1", 0.1), reason: "must be `0.1`, the only version of the format; remove it" },
    {
        path: "http.addr",
        allows: listensOn(inPod.port),
        reason: `must stay \`:${inPod.port}\`, to which the Services and probes connect; for another port outside the cluster, set expose`,
    },
    { path: "http.net", allows: only("tcp", "", null), reason: "must be `tcp`, which the Services use; remove it" },
    {
        path: "http.prefix",
        allows: only("", "/", null),
        reason: "moves the API away from /v2/, where clients and nodes expect it; remove it",
    },
    {
        path: "http.debug.addr",
        allows: (value) => value === null || value === "" || String(value).endsWith(`:${inPod.debugPort}`),
        reason: `must have the port ${inPod.debugPort}, which the metrics Service and networkPolicy use; remove it`,
    },
    {
        path: "http.tls.clientcas",
        allows: isEmptyList,
        reason: "requires a client certificate, which nodes and probes do not have; remove it, and limit clients with networkPolicy",
    },
    {
        path: "http.tls.clientauth",
        allows: only(null, ""),
        reason: "requires a client certificate, which nodes and probes do not have; remove it, and limit clients with networkPolicy",
    },
    {
        path: "http.tls.letsencrypt",
        allows: (value) => value === null || (isSection(value) && Object.keys(value).length === 0),
        reason: "requests a certificate that nodes and pull secrets do not know; set tls.certManager",
    },
    {
        path: "auth.htpasswd.path",
        allows: only(`${inPod.htpasswd}/htpasswd`),
        reason: "is where the component writes the users; set users",
    },
    {
        path: "auth.htpasswd.realm",
        allows: (value) => typeof value === "string" && value !== "",
        reason: "must be a non-empty string",
    },
];

/** The chart sets these through environment variables, and rejects them with its own message. */
const withoutChart: readonly Reserved[] = [
    { path: "http.secret", allows: nothing, reason: "is a random key that all pods share; remove it" },
    {
        path: "storage.filesystem.rootdirectory",
        allows: only(inPod.data),
        reason: `must stay \`${inPod.data}\`, where the volume is mounted; set storage.hostPath or storage.existingClaim to use other data`,
    },
];

const withTls: readonly Reserved[] = ["certificate", "key"].map((file) => ({
    path: `http.tls.${file}`,
    allows: only(`${inPod.certificate}/tls.${file === "key" ? "key" : "crt"}`),
    reason: "is where the component mounts the certificate; set tls.pem or tls.existingSecret",
}));

const withPlainBackend: readonly Reserved[] = ["certificate", "key", "letsencrypt"].map((field) => ({
    path: `http.tls.${field}`,
    allows: only(null, ""),
    reason: "is for TLS, which tls.plainBackend disables; remove one of the two",
}));

const withMinio: readonly Reserved[] = [
    ...["bucket", "regionendpoint", "accesskey", "secretkey", "secure"].map((field) => ({
        path: `storage.s3.${field}`,
        allows: nothing,
        reason: "is how the registry reaches storage.minio; to use another server, replace storage.minio with storage.s3",
    })),
    {
        path: "storage.redirect.disable",
        allows: (value) => value !== false,
        reason: "sends nodes to MinIO, which they cannot reach; remove it",
    },
];

const withRedis: readonly Reserved[] = ["addrs", "tls"].map((field) => ({
    path: `redis.${field}`,
    allows: nothing,
    reason: "is set by descriptorCache.redis; use descriptorCache.redis.external, or remove descriptorCache",
}));

/** A problem for each override of a setting that the component relies on. Values that do no harm are accepted. */
export function reservedProblems(config: unknown, context: ReservedContext): Problem[] {
    const { isPlain, hasChart, storageKind, usesRedis } = context;
    const reserved = [
        ...always,
        ...(hasChart ? [] : withoutChart),
        ...(isPlain ? withPlainBackend : hasChart ? [] : withTls),
        ...(storageKind === "minio" ? withMinio : []),
        ...(usesRedis ? withRedis : []),
    ];
    const problems = [...authProblems(config), ...reserved.flatMap((setting) => problemOf(config, setting))];
    // Several settings can be below one null.
    return problems.filter(({ path }, i) => problems.findIndex((other) => other.path === path) === i);
}

/** A setting of config.yml, and the beginning of the environment variables that override it. */
interface ReservedVariable {
    readonly path: string;
    readonly prefix: string;
    /** What is true of the setting, and what to write instead. */
    readonly reason: string;
}

/** The environment variables of settings that the component, or the chart in its place, sets. */
export function reservedVariables(): ReservedVariable[] {
    const auth = { path: "auth", reason: `must not change: ${whoLogsIn}` };
    const tls = { path: "http.tls", reason: "must name the component's certificate; set tls" };
    const settings = [...always, ...withoutChart].filter(({ path }) => !/^(auth|http\.tls)\./.test(path));
    return [auth, tls, ...settings].map(({ path, reason }) => ({
        path,
        reason,
        prefix: `REGISTRY_${path.toUpperCase().replaceAll(".", "_")}`,
    }));
}

function problemOf(config: unknown, { path, allows, reason }: Reserved): Problem[] {
    const value = lookUp(config, path);
    if (value === undefined || value === notYetKnown || allows(value)) return [];
    const removed = value === null ? removedAbove(config, path) : undefined;
    if (removed === undefined) return [{ path: `config.${path}`, reason }];
    // A missing driver is a problem of the drivers.
    if (removed.startsWith("storage")) return [];
    const all = `removes \`${path}\`, which the component relies on; remove only the fields that you do not want`;
    return [{ path: `config.${removed}`, reason: all }];
}

/** The part of a path, above its end, at which a null is. */
function removedAbove(config: unknown, path: string): string | undefined {
    const keys = path.split(".");
    const parts = keys.map((_, i) => keys.slice(0, i + 1).join("."));
    return parts.slice(0, -1).find((part) => lookUp(config, part) === null);
}

const whoLogsIn = "the component's users, pull secrets and nodes log in with htpasswd; set users";

/** The registry accepts exactly one kind of authentication. */
function authProblems(config: unknown): Problem[] {
    const auth = lookUp(config, "auth");
    if (auth === undefined || auth === notYetKnown) return [];
    if (!isSection(auth)) return [{ path: "config.auth", reason: `replaces the logins, but ${whoLogsIn}` }];
    const others = Object.keys(auth).filter((kind) => kind !== "htpasswd" && (auth[kind] ?? null) !== null);
    if (others.length > 0) {
        return others.map((kind) => ({ path: `config.auth.${kind}`, reason: `is not possible: ${whoLogsIn}` }));
    }
    return auth.htpasswd === null
        ? [{ path: "config.auth.htpasswd", reason: `removes the logins, but ${whoLogsIn}` }]
        : [];
}
