import { PrivateRegistry } from "../../components";
import { type Declared, declareInOldStack } from "../unit/mocks";
import { registries } from "./registries";

/** A resource whose replacement would lose images, a password or a CA that nodes trust. */
export interface DataHolder {
    readonly type: string;
    readonly name: string;
    readonly parent: string;
    /** The inputs whose change makes the provider replace it. */
    readonly identity: unknown;
    readonly protect: boolean;
}

export type DataHolders = Readonly<Record<string, readonly DataHolder[]>>;

/** The registries whose data is compared between releases. */
const compared = ["default", "dev", "prod", "hostPath", "rotated"];

/** The inputs that decide whether a resource is replaced; undefined if it contains no data. Every change of a random value or a key replaces it. */
function identityOf({ type, inputs, ignoreChanges }: Declared): unknown {
    const { metadata, spec } = inputs;
    switch (type.split(":").at(-1)) {
        case "PersistentVolumeClaim": {
            const { accessModes, storageClassName, volumeName, selector } = spec;
            return {
                name: metadata.name,
                namespace: metadata.namespace,
                accessModes,
                storageClassName,
                volumeName,
                selector,
            };
        }
        case "PersistentVolume":
            // A name that the engine ignores is only that of a new volume.
            return {
                ...(!ignoreChanges.includes("metadata.name") && { name: metadata.name }),
                hostPath: spec.hostPath,
            };
        case "Namespace":
            return { name: metadata.name };
        case "RandomPassword":
        case "RandomBytes":
        case "PrivateKey":
            return inputs;
        case "SelfSignedCert":
            return { ...inputs, privateKeyPem: undefined };
        default:
            return undefined;
    }
}

/** The resources with data in all registries, as the current source declares them. */
export async function presentDataHolders(): Promise<DataHolders> {
    const all: Record<string, DataHolder[]> = {};
    for (const registry of compared) {
        const { all: declared } = await declareInOldStack(() => new PrivateRegistry("registry", registries[registry]));
        all[registry] = declared.flatMap((resource) => holdersOf(resource));
    }
    return JSON.parse(JSON.stringify(all));
}

function holdersOf(resource: Declared): DataHolder[] {
    const identity = identityOf(resource);
    if (identity === undefined) return [];
    const { type, name, parent, protect } = resource;
    // With an alias, the engine finds a resource by its former name.
    return [name, ...resource.aliases.map((alias) => alias.split("::").at(-1) as string)].map((known) => ({
        type,
        name: known,
        parent,
        identity,
        protect,
    }));
}

/** One sentence for each resource of an earlier release that `pulumi up` would delete, replace or no longer protect. */
export function losses(before: DataHolders, after: DataHolders): string[] {
    return Object.entries(before).flatMap(([registry, holders]) =>
        holders.flatMap((holder) => {
            const what = `${registry}: ${holder.type} ${holder.name}`;
            const now = after[registry]?.find(
                ({ type, name, parent }) => type === holder.type && name === holder.name && parent === holder.parent,
            );
            if (now === undefined) return [`${what} would be deleted`];
            if (JSON.stringify(now.identity) !== JSON.stringify(holder.identity)) return [`${what} would be replaced`];
            return holder.protect && !now.protect ? [`${what} would no longer be protected`] : [];
        }),
    );
}
