import type { Problem } from "../arguments/check";
import { lookUp, notYetKnown } from "../server/config/lookUp";

/** The arguments with a Job that works on the registry's storage. */
export type StorageFeature = "maintenance" | "restore";

/** The arguments that decide whether a Job can use the registry's storage. */
export interface AccessedArguments {
    readonly storage?: {
        readonly volume?: { readonly accessMode?: string };
        readonly existingClaim?: { readonly accessMode?: string };
        readonly memory?: object;
    };
    readonly config?: unknown;
    readonly helm?: { readonly values?: unknown };
}

const storages = "storage.volume, existingClaim, hostPath, s3 or minio";

/** A problem for each argument with which a Job cannot use the storage. `driver` is the one that `config` chooses. */
export function storageAccessProblems(
    feature: StorageFeature,
    { storage = {}, config, helm }: AccessedArguments,
    driver: string | undefined,
): Problem[] {
    return [
        ...kindProblems(feature, storage, driver),
        ...keyProblems(feature, config),
        ...variableProblems(feature, helm?.values),
    ];
}

function kindProblems(
    feature: StorageFeature,
    storage: NonNullable<AccessedArguments["storage"]>,
    driver: string | undefined,
): Problem[] {
    const problem = (reason: string) => [{ path: feature, reason }];
    const single = (["volume", "existingClaim"] as const).find(
        (kind) => storage[kind]?.accessMode === "ReadWriteOncePod",
    );
    if (single !== undefined) {
        return problem(
            `needs a second pod on the storage, which storage.${single}.accessMode \`ReadWriteOncePod\` does not allow; use \`ReadWriteOnce\`, or remove ${feature}`,
        );
    }
    if (storage.memory) {
        return problem(`cannot read storage.memory, which is in the registry's pod; use ${storages}`);
    }
    return driver === undefined
        ? []
        : problem(`does not support the storage driver in config.storage.${driver}; use ${storages}`);
}

/** Problems with an access key in overrides of config.yml, known before any resource is created or at deploy time. */
export function keyProblems(feature: StorageFeature, config: unknown): Problem[] {
    return ["accesskey", "secretkey"]
        .map((field) => `storage.s3.${field}`)
        .filter((path) => {
            const value = lookUp(config, path);
            return value !== notYetKnown && value !== undefined && value !== null && value !== "";
        })
        .map((path) => ({
            path: feature,
            reason: `is not possible with config.${path}, which is read by the registry's pods only; set storage.s3.credentials instead`,
        }));
}

/** The chart's environment variables override config.yml, or hold credentials, in the registry's pods only. */
export function variableProblems(feature: StorageFeature, values: unknown): Problem[] {
    const given = lookUp(values, "extraEnvVars");
    if (!Array.isArray(given)) return [];
    return given
        .map((variable: unknown) => String(lookUp(variable, "name")))
        .filter((name) => /^(AWS|REGISTRY_(STORAGE|REDIS|PROXY|VALIDATION))_/.test(name))
        .map((name) => ({
            path: feature,
            reason: `does not read ${name} in helm.values.extraEnvVars, which changes the registry's storage; use the arguments storage, descriptorCache and config instead`,
        }));
}
