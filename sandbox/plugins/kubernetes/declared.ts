import { isObject, type Properties } from "../values";
import { sameQuantity } from "./quantity";

type Identity = (item: Properties) => unknown;

const byName: Identity = (item) => item.name;
const byPort: Identity = (item) => {
    const port = item.containerPort ?? item.port;
    return port === undefined ? undefined : `${port}/${item.protocol ?? "TCP"}`;
};

/** Lists whose items belong to whoever declared them, and what tells the items apart; of other lists the whole counts. */
const itemIdentities: Record<string, Identity> = {
    containers: byName,
    ephemeralContainers: byName,
    initContainers: byName,
    env: byName,
    volumes: byName,
    volumeMounts: (item) => item.mountPath,
    volumeDevices: (item) => item.devicePath,
    hostAliases: (item) => item.ip,
    ports: byPort,
};

/** Under these keys amounts are written, such as `resources.limits.memory`. */
const quantityParents = new Set(["limits", "requests", "capacity", "hard", "sizeLimit", "divisor"]);

/** What the server leaves out when it stores an object. */
function isEmpty(value: unknown): boolean {
    if (value === "" || value === false || value === 0 || value === null) return true;
    return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.values(value).every(isEmpty);
}

function declaredItems(want: unknown[], have: unknown[], path: string[]): unknown[] {
    const identity = itemIdentities[path[path.length - 1] ?? ""];
    if (identity && [...want, ...have].every((item) => isObject(item) && identity(item) !== undefined)) {
        return want.flatMap((item) => {
            const found = have.find((one) => identity(one as Properties) === identity(item as Properties));
            return found === undefined ? [] : [declared(item, found, path)];
        });
    }
    return have.map((item, i) => (i < want.length ? declared(want[i], item, path) : item));
}

/**
 * The declared part of what the cluster holds: what was declared and is still so comes back as it was written, what is
 * different comes back as it is, and what the server, or anybody else, has added does not appear.
 */
export function declared(want: unknown, have: unknown, path: string[] = []): unknown {
    if (have === undefined) return isEmpty(want) ? want : undefined;
    if (Array.isArray(want) && Array.isArray(have)) return declaredItems(want, have, path);
    if (isObject(want) && isObject(have)) {
        const entries = Object.entries(want).map(([key, value]) => [key, declared(value, have[key], [...path, key])]);
        return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    const isAmount = path.slice(-2).some((key) => quantityParents.has(key));
    return isAmount && sameQuantity(want, have) ? want : have;
}

/** A Secret's `stringData`, which the server never gives back, as far as `data` still says the same. */
function declaredText(want: Properties, data: Properties): Properties {
    const entries = Object.keys(want).filter((key) => typeof data[key] === "string");
    return Object.fromEntries(entries.map((key) => [key, Buffer.from(data[key] as string, "base64").toString()]));
}

/** The inputs that would describe an object as it is now, in the words of those that made it. */
export function declaredInputs(inputs: Properties, live: Properties): Properties {
    const { stringData, ...rest } = inputs;
    const found = declared(rest, live) as Properties;
    if (inputs.kind !== "Secret" || !isObject(stringData)) return found;
    return { ...found, stringData: declaredText(stringData, isObject(live.data) ? live.data : {}) };
}
