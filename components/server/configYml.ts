import { stringify } from "yaml";
import type { LogSettings } from "./log";

/** Where the registry finds its files in the pod, and where it listens. */
export const inPod = {
    config: "/etc/private-registry/config",
    certificate: "/etc/private-registry/tls",
    htpasswd: "/etc/private-registry/auth",
    /** Certificate authorities that the registry trusts beside the public ones. */
    authorities: "/etc/private-registry/authorities",
    data: "/var/lib/registry",
    port: 5000,
    debugPort: 5001,
} as const;

/** Seconds a stopping registry lets requests finish; the pod's grace period is longer. */
export const drainSeconds = 45;

/** A section of config.yml. */
export type Section = { [key: string]: unknown };

/** What the arguments say about config.yml. */
export interface ConfigSettings {
    /** The fields of the `storage` section that name the storage. */
    readonly storage: Section;
    /** The sections of the descriptor cache. */
    readonly cache: Section;
    readonly log: LogSettings;
    /** The argument `config`. */
    readonly overrides: Section;
}

/** What else is in config.yml. */
export interface ConfigContent extends ConfigSettings {
    /** Key that signs upload addresses. */
    readonly httpSecret?: string;
    /** Whether the registry serves plain HTTP. */
    readonly isPlain: boolean;
}

/**
 * The sections of config.yml of the distribution registry, version 2 and 3.
 * https://distribution.github.io/distribution/about/configuration/
 */
export function configSections({ httpSecret, storage, log, overrides, isPlain, cache }: ConfigContent): Section {
    const config: Section = {
        version: "0.1",
        log: {
            level: log.level,
            formatter: log.format,
            accesslog: { disabled: !log.accessLog },
        },
        storage: {
            ...storage,
            delete: { enabled: true },
            maintenance: { uploadpurging: { enabled: true, age: "168h", interval: "24h", dryrun: false } },
        },
        http: {
            addr: `:${inPod.port}`,
            // Upload addresses without scheme and host stay right behind port-forwards, proxies and name mappings.
            relativeurls: true,
            draintimeout: `${drainSeconds}s`,
            ...(httpSecret !== undefined && { secret: httpSecret }),
            ...(!isPlain && {
                tls: {
                    certificate: `${inPod.certificate}/tls.crt`,
                    key: `${inPod.certificate}/tls.key`,
                    minimumtls: "tls1.2",
                },
            }),
            headers: { "X-Content-Type-Options": ["nosniff"] },
            debug: { addr: `:${inPod.debugPort}`, prometheus: { enabled: true, path: "/metrics" } },
        },
        auth: { htpasswd: { realm: "private-registry", path: `${inPod.htpasswd}/htpasswd` } },
        health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
    };
    return merge(merge(config, cache), overrides);
}

/** config.yml. The same arguments always give the same text. */
export function configYaml(content: ConfigContent): string {
    // The registry's parser reads YAML 1.1, where a plain `yes` or `0755` is not a string.
    return stringify(configSections(content), { sortMapEntries: true, version: "1.1" });
}

/** `over` laid on `base`: objects are merged, everything else is replaced, null removes. */
export function merge(base: Section, over: Section): Section {
    const merged: Section = { ...base };
    for (const [key, value] of Object.entries(over)) {
        const below = merged[key];
        if (value === null) delete merged[key];
        else merged[key] = isSection(value) ? merge(isSection(below) ? below : {}, value) : value;
    }
    return merged;
}

function isSection(value: unknown): value is Section {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
