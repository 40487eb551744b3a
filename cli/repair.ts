/** What `pulumi stack export` prints, as far as a repair reads it. Other fields are passed on unchanged. */
export interface ExportedStack {
    readonly deployment: {
        readonly resources?: readonly StateResource[];
        readonly pending_operations?: readonly PendingOperation[];
    };
}

/** A resource in Pulumi's state. */
export interface StateResource {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    /** Whether Pulumi has replaced the resource, and has still to delete it. */
    readonly delete?: boolean;
}

/** An operation that a run of Pulumi began and did not end. */
export interface PendingOperation {
    readonly type: string;
    readonly resource: StateResource;
}

/** What a repair does with an interrupted operation. */
export enum Remedy {
    /** The object has a name, so the cluster can say whether it exists. */
    Adopt = "adopt",
    /** The next `pulumi up` does it again, without harm. */
    Forget = "forget",
    /** It may have created something that only its provider can find. */
    Leave = "leave",
}

/** An interrupted operation, and its remedy. */
export interface Repaired {
    readonly urn: string;
    readonly type: string;
    /** The object's ID, `<namespace>/<name>` or `<name>`; only with `Adopt`. */
    readonly id?: string;
    readonly remedy: Remedy;
}

export interface Repair {
    readonly operations: readonly Repaired[];
    /** URNs of pull secrets and of patches of service accounts, whose namespace may be gone. */
    readonly inOtherNamespaces: readonly string[];
    /** The repaired stack. What was adopted is in it, and has to be refreshed. */
    readonly stack: ExportedStack;
}

/** Providers whose resources exist in Pulumi's state only, or whose commands can be repeated. */
const repeatable = /^(random|tls|command):/;

/** The repair of a stack whose `pulumi up`, `refresh` or `destroy` was killed. */
export function repairOf(stack: ExportedStack): Repair {
    const { deployment } = stack;
    const pending = deployment.pending_operations ?? [];
    const known = deployment.resources ?? [];
    const operations = pending.map(({ type, resource }) => remedyFor(type, resource, known));
    const adopted = pending.flatMap(({ resource }, i) =>
        operations[i].remedy === Remedy.Adopt ? [{ ...resource, id: operations[i].id }] : [],
    );
    const isAdopted = new Set(adopted.map(({ urn }) => urn));
    // As the engine records the creation of a replacement.
    const before = known.map((resource) => (isAdopted.has(resource.urn) ? { ...resource, delete: true } : resource));
    return {
        operations,
        inOtherNamespaces: before.filter(isInOtherNamespace).map(({ urn }) => urn),
        stack: {
            ...stack,
            deployment: {
                ...deployment,
                resources: [...before, ...adopted],
                pending_operations: pending.filter((_, i) => operations[i].remedy === Remedy.Leave),
            },
        },
    };
}

function remedyFor(operation: string, resource: StateResource, known: readonly StateResource[]): Repaired {
    const { urn, type } = resource;
    // Pulumi repeats updates, deletions and patches without asking.
    if (operation !== "creating" || repeatable.test(type) || type.endsWith("Patch")) {
        return { urn, type, remedy: Remedy.Forget };
    }
    const id = type.startsWith("kubernetes:") ? objectId(resource) : undefined;
    if (id === undefined) return { urn, type, remedy: Remedy.Leave };
    // Pulumi keeps an interrupted creation on its list, also when a later run has created the object.
    const isKnown = known.some((one) => one.urn === urn && one.id === id && one.delete !== true);
    return isKnown ? { urn, type, remedy: Remedy.Forget } : { urn, type, id, remedy: Remedy.Adopt };
}

/** The provider's ID of an object; undefined if its name is not in the state in the clear. */
function objectId({ type, inputs = {} }: StateResource): string | undefined {
    const isRelease = type === "kubernetes:helm.sh/v3:Release";
    const { name, namespace } = (isRelease ? inputs : (inputs.metadata ?? {})) as {
        name?: unknown;
        namespace?: unknown;
    };
    if (typeof name !== "string") return undefined;
    return typeof namespace === "string" ? `${namespace}/${name}` : name;
}

/** Whether the component created it in a namespace that belongs to other users. */
function isInOtherNamespace({ urn, type }: StateResource): boolean {
    if (!urn.includes("private-registry:index:RegistryAccess$")) return false;
    const isPullSecret = type === "kubernetes:core/v1:Secret" && /::[^:]*-pull-secret-[^:]*$/.test(urn);
    return isPullSecret || type === "kubernetes:core/v1:ServiceAccountPatch";
}

/** What a repair does, a line for each operation. */
export function describe({ operations, inOtherNamespaces }: Repair): string[] {
    const what: Readonly<Record<Remedy, string>> = {
        [Remedy.Adopt]: "is taken into the state if it exists",
        [Remedy.Forget]: "is removed from the interrupted operations; the next `pulumi up` repeats it",
        [Remedy.Leave]: "is left; `pulumi refresh` in a terminal asks for its ID",
    };
    const kind = (type: string) => type.split(":").at(-1);
    const lines = operations.map(
        ({ urn, type, id, remedy }) => `${kind(type)} ${id ?? urn.split("::").at(-1)} ${what[remedy]}`,
    );
    if (inOtherNamespaces.length === 0) return lines;
    const count =
        inOtherNamespaces.length === 1
            ? "1 pull secret or patch"
            : `${inOtherNamespaces.length} pull secrets and patches`;
    return [...lines, `${count} of service accounts: removed from the state if gone, e.g. with the namespace`];
}
