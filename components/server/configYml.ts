import { stringify } from "yaml";
import { isSection } from "./config/lookUp";
import type { LogSettings } from "./log";

/** Paths and ports in the registry's pods. */
export const inPod = {
    config: "/etc/private-registry/config",
    certificate: "/etc/private-registry/tls",
    htpasswd: "/etc/private-registry/auth",
    /** CA certificates that the registry trusts in addition to the public ones. */
    caCertificates: "/etc/private-registry/authorities",
    data: "/var/lib/registry",
    /** The public CA certificates in the registry's image. */
    publicCaFile: "/etc/ssl/certs/ca-certificates.crt",
    port: 5000,
    debugPort: 5001,
} as const;

/** Seconds for which a stopping registry lets requests finish (`http.draintimeout`); the pod's grace period is longer. */
export const drainSeconds = 45;

/** A section of config.yml. */
export type Section = { [key: string]: unknown };

/** The contents of config.yml that depend on the arguments. */
export interface ConfigSettings {
    /** The storage driver's part of the `storage` section. */
    readonly storage: Section;
    /** The sections of the descriptor cache. */
    readonly cache: Section;
    readonly log: LogSettings;
    /** The argument `config`. */
    readonly overrides: Section;
}

/** All contents of config.yml. */
export interface ConfigContent extends ConfigSettings {
    /** Key that signs upload URLs (`http.secret`). */
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
            // Relative upload URLs work behind port-forwards, proxies and name mappings.
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

/** config.yml. The same arguments always produce the same content. */
export function configYaml(content: ConfigContent): string {
    // The registry's parser reads YAML 1.1, where a plain `yes` or `0755` is not a string.
    return stringify(configSections(content), { sortMapEntries: true, version: "1.1" });
}

/** Merges `overrides` over `base`: objects are merged, other values are replaced, and null removes a key. */
export function merge(base: Section, overrides: Section): Section {
    const merged: Section = { ...base };
    for (const [key, value] of Object.entries(overrides)) {
        const below = merged[key];
        if (value === null) delete merged[key];
        else merged[key] = isSection(value) ? merge(isSection(below) ? below : {}, value) : value;
    }
    return merged;
}
