import type { Problem } from "../../arguments/check";
import { defaultRegistryImage } from "../../kubernetes/images";
import { type DriverContext, driverNames, driverProblems } from "./drivers";
import { type ReservedContext, reservedProblems } from "./reserved";
import { type ValueContext, valueProblems } from "./values";

/** What decides which overrides of config.yml are possible. */
export type ConfigContext = DriverContext & ReservedContext & ValueContext;

/** The arguments on which that depends. */
interface ConfigArguments {
    readonly config?: unknown;
    readonly storage?: object;
    readonly image?: unknown;
    readonly helm?: object;
    readonly tls?: { readonly plainBackend?: unknown };
    readonly descriptorCache?: { readonly redis?: object; readonly inMemory?: object };
    readonly replicas?: number;
    readonly ui?: { readonly deleteImages?: unknown };
}

export function configContext(args: ConfigArguments): ConfigContext {
    const { config, storage = {}, image = defaultRegistryImage, descriptorCache = {}, replicas = 1 } = args;
    const [storageKind] = Object.keys(storage);
    return {
        storageKind,
        knownDrivers: driverNames(config),
        image: typeof image === "string" ? image : undefined,
        hasChart: args.helm !== undefined,
        isPlain: args.tls?.plainBackend === true,
        usesRedis: descriptorCache.redis !== undefined,
        cache: descriptorCache.redis ? "redis" : descriptorCache.inMemory && "inMemory",
        replicas,
        setsRedirect: storageKind === "s3" || storageKind === "minio",
        deletesImages: args.ui?.deleteImages === true,
    };
}

/** Problems with overrides of config.yml, known before any resource is created or at deploy time. Values are not repeated. */
export function configProblems(config: unknown, context: ConfigContext): Problem[] {
    return [
        ...driverProblems(config, context),
        ...reservedProblems(config, context),
        ...valueProblems(config, context),
    ];
}
