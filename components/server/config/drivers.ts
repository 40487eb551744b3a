import { nearestName, type Problem } from "../../arguments/check";
import { imageVersion } from "../../kubernetes/images";
import { isSection, lookUp, notYetKnown } from "./lookUp";

/** Sections of `storage` that are not a driver. */
const otherSections = ["cache", "delete", "maintenance", "redirect", "tag"];

/** The storage drivers in the images of registry 2.8.3 and 3.1.2 (imports and build tags of cmd/registry). */
const driversOf: Readonly<Record<number, readonly string[]>> = {
    2: ["azure", "filesystem", "gcs", "inmemory", "oss", "s3", "s3aws", "swift"],
    3: ["azure", "filesystem", "gcs", "inmemory", "s3", "s3aws"],
};

/** The parameters without which a driver does not start. */
const requiredParameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    azure: { accountname: "name the storage account", container: "name the container" },
    gcs: { bucket: "name the bucket" },
    s3: { bucket: "name the bucket" },
    s3aws: { bucket: "name the bucket" },
    oss: {
        accesskeyid: "set the access key's ID",
        accesskeysecret: "set the access key's secret",
        region: "name the region",
        bucket: "name the bucket",
    },
    swift: {
        authurl: "set the URL of the identity service",
        username: "name the user",
        password: "set the password",
        container: "name the container",
    },
};

/** Values of `storage.azure.credentials.type` in registry 3, and the parameters that each one requires. */
const azureCredentials: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    shared_key: { accountkey: "set the account's key" },
    client_secret: {
        "credentials.clientid": "set the application's ID",
        "credentials.tenantid": "set the tenant's ID",
        "credentials.secret": "set the application's secret",
    },
    default_credentials: {},
};

/** What decides whether a storage driver is possible. */
export interface DriverContext {
    /** The kind of storage in the argument `storage`, if any. */
    readonly storageKind: string | undefined;
    /** The drivers in `config` that were known before any resource was created. */
    readonly knownDrivers: readonly string[];
    /** The registry's image, if it is known. */
    readonly image: string | undefined;
    readonly hasChart: boolean;
}

/** Overrides of config.yml in which `storage` is a section. The registry also accepts the name of a driver. */
export function withStorageSection(config: Record<string, unknown>): Record<string, unknown> {
    const storage = lookUp(config, "storage");
    return typeof storage === "string" ? { ...config, storage: { [storage]: {} } } : config;
}

/** The storage drivers in overrides of config.yml. */
export function driverNames(config: unknown): string[] {
    const storage = lookUp(config, "storage");
    if (typeof storage === "string") return [storage];
    if (!isSection(storage)) return [];
    return Object.keys(storage).filter((name) => !otherSections.includes(name) && (storage[name] ?? null) !== null);
}

/** The storage driver that `config` chooses instead of the argument `storage`; undefined if it chooses none. */
export function chosenDriver(config: unknown, storageKind: string | undefined): string | undefined {
    return storageKind === undefined ? driverNames(config).find((name) => name !== "filesystem") : undefined;
}

/** The driver that the component configures for a kind of storage. */
function ownDriver({ storageKind, knownDrivers }: DriverContext): string {
    if (storageKind === "s3" || storageKind === "minio") return "s3";
    return storageKind === undefined
        ? (knownDrivers.find((name) => name !== "filesystem") ?? "filesystem")
        : "filesystem";
}

/** Problems with the choice of a storage driver, and with the chosen driver's parameters. */
export function driverProblems(config: unknown, context: DriverContext): Problem[] {
    const { storageKind, knownDrivers } = context;
    const names = driverNames(config);
    const own = ownDriver(context);
    const late = names.filter((name) => name !== own && !knownDrivers.includes(name));
    if (late.length > 0) return late.map(choosesTooLate);
    if (storageKind === undefined && names.length > 1) {
        const reason = `has the storage drivers ${names.join(" and ")}; keep exactly one`;
        return [{ path: "config.storage", reason }];
    }
    const second = names.filter((name) => name !== own);
    if (second.length > 0) {
        const reason = `is a second storage driver in addition to storage.${storageKind}; remove one of the two`;
        return second.map((name) => ({ path: `config.storage.${name}`, reason }));
    }
    if (lookUp(config, `storage.${own}`) === null) {
        const reason = "removes the storage driver, and the registry needs one; remove this null";
        return [{ path: lookUp(config, "storage") === null ? "config.storage" : `config.storage.${own}`, reason }];
    }
    const chosen = chosenDriver(config, storageKind);
    return [
        ...tagProblems(config, context),
        ...(chosen === undefined
            ? []
            : [...nameProblems(chosen, context), ...parameterProblems(chosen, config, context)]),
    ];
}

function choosesTooLate(name: string): Problem {
    const reason =
        "decides which resources exist, so it must be known before any of them is created; only the values below it can be Outputs";
    return { path: `config.storage.${name}`, reason };
}

/** The drivers in an image with a known version of the registry; undefined for other images, which may have any driver. */
function driversIn(image: string | undefined): { version: number; names: readonly string[] } | undefined {
    const version = image !== undefined && /(^|\/)(registry|distribution):/.test(image) && imageVersion(image);
    const names = version ? driversOf[version.major] : undefined;
    return version && names ? { version: version.major, names } : undefined;
}

function nameProblems(driver: string, { image }: DriverContext): Problem[] {
    const known = driversIn(image);
    if (known === undefined || known.names.includes(driver)) return [];
    const nearest = nearestName(driver, known.names);
    const isInOther = Object.values(driversOf).some((names) => names.includes(driver));
    const hint =
        nearest === undefined || isInOther
            ? `its drivers are ${known.names.join(", ")}`
            : `did you mean \`${nearest}\`?`;
    return [{ path: `config.storage.${driver}`, reason: `is no storage driver of registry ${known.version}; ${hint}` }];
}

/** Registry 2 takes the section `tag` for a second driver. */
function tagProblems(config: unknown, { image }: DriverContext): Problem[] {
    if (driversIn(image)?.version !== 2 || (lookUp(config, "storage.tag") ?? null) === null) return [];
    const reason = "is a section of registry 3, and a second storage driver for registry 2; remove it";
    return [{ path: "config.storage.tag", reason }];
}

/** The value of one of the driver's parameters. */
type Parameter = (name: string) => unknown;

function parameterProblems(driver: string, config: unknown, { hasChart, image }: DriverContext): Problem[] {
    const parameter = (name: string) => lookUp(config, `storage.${driver}.${name}`);
    const needed = { ...requiredParameters[driver], ...(driver === "azure" && neededByAzure(parameter, image)) };
    const missing = Object.keys(needed).filter((name) => isMissing(parameter(name)));
    const checks: Readonly<Record<string, typeof gcsProblems>> = { azure: azureProblems, gcs: gcsProblems };
    const wrong = checks[driver]?.(parameter, hasChart) ?? {};
    return Object.entries<string>({
        // The chart's environment variables can also set parameters.
        ...(!hasChart && Object.fromEntries(missing.map((name) => [name, `is missing; ${needed[name]}`]))),
        ...wrong,
    }).map(([name, reason]) => ({ path: `config.storage.${driver}.${name}`, reason }));
}

const isMissing = (value: unknown) => value === undefined || value === null || value === "";

/** The parameters that Azure's type of credentials requires: as given, or as the component derives it. */
function neededByAzure(parameter: Parameter, image: string | undefined): Readonly<Record<string, string>> {
    const hasSecret = parameter("credentials.secret") !== undefined;
    const other = hasSecret ? "client_secret" : "default_credentials";
    const derived = parameter("accountkey") === undefined ? other : "shared_key";
    const type = driversIn(image)?.version === 2 ? "shared_key" : (parameter("credentials.type") ?? derived);
    return azureCredentials[String(type)] ?? {};
}

function azureProblems(parameter: Parameter): Record<string, string> {
    const type = parameter("credentials.type");
    const types = Object.keys(azureCredentials);
    const isRight = type === undefined || type === notYetKnown || types.includes(String(type));
    return isRight ? {} : { "credentials.type": `must be one of ${types.join(", ")}` };
}

function gcsProblems(parameter: Parameter, hasChart: boolean): Record<string, string> {
    const credentials = parameter("credentials");
    const isWrong = !isMissing(credentials) && credentials !== notYetKnown && !isSection(credentials);
    // The chart can mount a file.
    const isNoFile = !hasChart && typeof parameter("keyfile") === "string";
    return {
        ...(isNoFile && { keyfile: `names a file that the pods do not have; ${contentOfKeyFile}` }),
        ...(isWrong && { credentials: `must be an object; ${contentOfKeyFile}` }),
    };
}

const contentOfKeyFile =
    "set `credentials` to the content of the key file, in a stack's configuration with `pulumi config set --secret config-storage.gcs.credentials <key.json`";
