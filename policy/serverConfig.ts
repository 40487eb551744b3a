import { programOf } from "./images";
import { registryContainers } from "./recognition";
import { find, type Registry } from "./registries";
import { isZotConfig, parsed, registryConfig, texts } from "./registryConfig";
import { containsUnknown, entries, items, known, type Resource, type Tree, text } from "./resource";
import { containers } from "./workload";

/** What a registry is configured to do: its configuration file, and the environment variables that override it. */
export interface ServerConfig {
    readonly config: Tree;
    readonly isZot: boolean;
    /** Whether the stack shows all of it: nothing is unknown in a preview, in an object outside the stack, or in the image. */
    readonly isComplete: boolean;
}

/** The place of a value that a variable takes from a Secret, or that is unknown in a preview. */
const elsewhere = "(set elsewhere)";

/** The configuration files of the images of distribution 2 and 3, Harbor and zot. */
const defaultFiles = [
    "/etc/docker/registry/config.yml",
    "/etc/distribution/config.yml",
    "/etc/registry/config.yml",
    "/etc/zot/config.json",
];

export function serverConfig(registry: Registry, resources: readonly Resource[]): ServerConfig {
    const ofRegistry = registryContainers(registry.pod);
    const those = ofRegistry.length > 0 ? ofRegistry : containers(registry.pod);
    const files = those.flatMap((container) => configFiles(container, registry, resources));
    const variables = those.map((container) => environmentOf(container, registry, resources));
    let config: Tree = {};
    for (const file of files) if (isObject(file)) config = { ...config, ...file };
    const isZot = isZotConfig(config) || ofRegistry.some((one) => programOf(text(() => one.image) ?? "") === "zot");
    if (!isZot) {
        const all = variables.flatMap((some) => some.variables).sort(([one], [other]) => (one < other ? -1 : 1));
        for (const [name, value] of all) config = overridden(config, name, value);
    }
    return {
        config,
        isZot,
        isComplete: ofRegistry.length > 0 && files.every(isObject) && variables.every(({ isComplete }) => isComplete),
    };
}

/** The configurations that a container mounts; undefined in place of one that the stack does not show. */
function configFiles(container: Tree, { pod, namespace }: Registry, resources: readonly Resource[]): Tree[] {
    if ([() => container.volumeMounts, () => pod.volumes].some(containsUnknown)) return [undefined];
    const named = namedFiles(container);
    const paths = named.length > 0 ? named : defaultFiles;
    const mounts = items(() => container.volumeMounts);
    const found = mounts.flatMap((mount) => {
        const path = text(() => mount.mountPath)?.replace(/\/+$/, "");
        const isConfig = path === undefined || paths.some((file) => file === path || file.startsWith(`${path}/`));
        const volume = items(() => pod.volumes).find((one) => text(() => one.name) === text(() => mount.name));
        const configs = sources(volume).map(([kind, name]) => {
            const source = find(resources, kind, name, namespace);
            return source && registryConfig(source);
        });
        if (configs.some(isObject)) return configs.filter(isObject);
        return isConfig ? [undefined] : [];
    });
    // A file that the container names and no volume has is in the image.
    return found.length === 0 && named.length > 0 ? [undefined] : found;
}

/** The configuration files in a container's command, arguments and variables. */
function namedFiles(container: Tree): string[] {
    const words = [...items(() => container.command), ...items(() => container.args)].filter(
        (word) => typeof word === "string",
    );
    const variable = items(() => container.env).find((one) => text(() => one.name) === "REGISTRY_CONFIGURATION_PATH");
    const all = [...words, text(() => variable?.value) ?? ""].join(" ");
    return [...all.matchAll(/\/[\w./-]+\.(?:ya?ml|json)\b/g)].map(([file]) => file);
}

/** The Secrets and ConfigMaps in a volume. */
function sources(volume: Tree): [kind: string, name: string | undefined][] {
    const all = [volume, ...items(() => volume?.projected?.sources)];
    return all.flatMap((one): [string, string | undefined][] => [
        ["Secret", text(() => one?.secret?.secretName) ?? text(() => one?.secret?.name)],
        ["ConfigMap", text(() => one?.configMap?.name)],
    ]);
}

interface Environment {
    /** In the order in which they override each other. */
    readonly variables: [name: string, value: string][];
    readonly isComplete: boolean;
}

function environmentOf(container: Tree, { namespace }: Registry, resources: readonly Resource[]): Environment {
    const list = items(() => container.env);
    const own = list.map((one): [string, string] => [text(() => one.name) ?? "", text(() => one.value) ?? elsewhere]);
    const whole = items(() => container.envFrom).map((one) => {
        const secret = text(() => one.secretRef?.name);
        const source =
            secret === undefined
                ? find(
                      resources,
                      "ConfigMap",
                      text(() => one.configMapRef?.name),
                      namespace,
                  )
                : find(resources, "Secret", secret, namespace);
        const prefix = text(() => one.prefix) ?? "";
        return {
            variables: source ? texts(source).map(([key, value]): [string, string] => [`${prefix}${key}`, value]) : [],
            isComplete: source !== undefined && !hasUnknowns(source),
        };
    });
    const isKnown = ![() => container.env, () => container.envFrom].some(containsUnknown);
    return {
        variables: [...whole.flatMap(({ variables }) => variables), ...own],
        isComplete: isKnown && whole.every(({ isComplete }) => isComplete),
    };
}

function hasUnknowns({ props }: Resource): boolean {
    return ["data", "stringData"].some((field) => containsUnknown(() => props[field]));
}

/** distribution reads `REGISTRY_HTTP_TLS_KEY` as `http.tls.key`, and its value as YAML. */
function overridden(config: Tree, name: string, value: string): Tree {
    const [prefix, ...keys] = name.split("_");
    if (prefix !== "REGISTRY" || keys.length === 0 || name === "REGISTRY_CONFIGURATION_PATH") return config;
    return withValue(
        config,
        keys.map((key) => key.toLowerCase()),
        parsed(value) ?? value,
    );
}

function withValue(config: Tree, [key, ...rest]: readonly string[], value: unknown): Tree {
    // The name of a driver alone, e.g. of `storage` or `auth`, is a section without settings.
    const base = typeof config === "string" ? { [config]: {} } : isObject(config) ? config : {};
    return { ...base, [key]: rest.length === 0 ? value : withValue(base[key], rest, value) };
}

function isObject(value: Tree): boolean {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of the drivers in a section, which is an object or the name of one. */
function drivers(section: Tree): string[] {
    if (typeof section === "string") return [section];
    return entries(() => section).map(([name]) => name);
}

/** A fact about a registry; undefined if the stack does not show it. */
type Known<T> = T | undefined;

export function servesTls({ config, isZot, isComplete }: ServerConfig): Known<boolean> {
    const tls = known(() => config.http?.tls);
    const found = isZot ? tls?.cert : (tls?.certificate ?? tls?.letsencrypt);
    return found ? true : isComplete ? false : undefined;
}

/** Whether a client needs a login, or a certificate. */
export function asksForLogin({ config, isZot, isComplete }: ServerConfig): Known<boolean> {
    const tls = known(() => config.http?.tls);
    const found = isZot
        ? drivers(config.http?.auth).some((name) => !["failDelay", "sessionKeysFile"].includes(name)) || tls?.cacert
        : drivers(config.auth).some((name) => !["silly", "none"].includes(name)) ||
          (drivers(tls?.clientcas).length > 0 &&
              ["undefined", "require-and-verify-client-cert"].includes(String(tls.clientauth)));
    return found ? true : isComplete ? false : undefined;
}

/** Whether the registry asks for passwords, which every request then carries. */
export function asksForPasswords({ config, isZot }: ServerConfig): boolean {
    const auth = isZot ? config.http?.auth : config.auth;
    return drivers(auth).some((name) => name === "htpasswd" || (isZot && name === "ldap"));
}

/** Whether the replicas share the key that signs upload addresses. zot has none. */
export function sharesSecret({ config, isZot, isComplete }: ServerConfig): Known<boolean> {
    return isZot || config.http?.secret ? true : isComplete ? false : undefined;
}

/** The port on which the registry listens. */
export function portOf({ config, isZot }: ServerConfig): number {
    const address = isZot ? config.http?.port : config.http?.addr;
    return Number(/(\d+)$/.exec(String(address ?? ""))?.[1] ?? 5000);
}

/** The port of distribution's debug server, if the configuration names it. */
export function debugPortOf({ config }: ServerConfig): Known<number> {
    const port = /(\d+)$/.exec(String(config.http?.debug?.addr ?? ""))?.[1];
    return port === undefined ? undefined : Number(port);
}

/** Sections of distribution's `storage` that are not a driver. */
const notDrivers = ["cache", "delete", "maintenance", "redirect", "tag"];

/** Where a registry keeps its images: in object storage, in memory, or in a folder. */
export type ImageStore =
    | { readonly in: "objects" }
    | { readonly in: "memory" }
    | { readonly in: "folder"; readonly path: string };

export function imageStore({ config, isZot, isComplete }: ServerConfig, defaultFolder: string): Known<ImageStore> {
    const { storage } = config;
    if (isZot) {
        if (storage?.storageDriver?.name !== undefined && storage.storageDriver.name !== "local")
            return { in: "objects" };
        return isComplete || storage !== undefined
            ? { in: "folder", path: String(storage?.rootDirectory ?? defaultFolder) }
            : undefined;
    }
    const names = drivers(storage).filter((name) => !notDrivers.includes(name));
    if (names.includes("inmemory")) return { in: "memory" };
    if (names.some((name) => name !== "filesystem")) return { in: "objects" };
    const path = storage?.filesystem?.rootdirectory;
    if (path === undefined && !isComplete) return undefined;
    return path === elsewhere ? undefined : { in: "folder", path: String(path ?? defaultFolder) };
}
