import { type Change, changes, isUnder } from "./changes";
import type { Properties } from "./values";

/** What every request about one resource carries. */
export interface ResourceRequest {
    /** The name that the program gave it. */
    name: string;
    /** The type token, e.g. `tls:index/privateKey:PrivateKey`. */
    type: string;
}

export interface CheckRequest extends ResourceRequest {
    /** The checked inputs of the last update; empty for a new resource. */
    olds: Properties;
    news: Properties;
    /** Randomness from the engine: the same in a preview and in the update that follows its plan. */
    seed: Uint8Array;
}

export interface Checked {
    inputs: Properties;
    failures?: { property: string; reason: string }[];
}

export interface DiffRequest extends ResourceRequest {
    olds: Properties;
    news: Properties;
    /** The outputs of the last update. */
    state: Properties;
}

export interface Difference {
    changes: Change[];
    /** Prefixes of paths, such as `spec.selector`, whose change cannot be made in place. */
    replaces: string[];
    /** True where the new one cannot exist beside the old one. */
    deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceRequest {
    news: Properties;
    /** In a preview nothing may be written. */
    preview: boolean;
    /** From `customTimeouts`; 0 when the program sets none. */
    timeoutSeconds: number;
}

export interface UpdateRequest extends CreateRequest {
    id: string;
    olds: Properties;
    state: Properties;
}

export interface ReadRequest extends ResourceRequest {
    id: string;
    /** Empty when the resource is looked up by its id alone (`.get`, import). */
    inputs: Properties;
    state: Properties;
}

export interface DeleteRequest extends ResourceRequest {
    id: string;
    inputs: Properties;
    state: Properties;
    timeoutSeconds: number;
}

/** One type of resource. What is left out behaves as for a value that is made once and never changes. */
export interface ResourceType {
    /** Fills in defaults and says what is wrong. Without it the inputs are taken as they are. */
    check?(request: CheckRequest): Checked | Promise<Checked>;
    /** Without it every change replaces. */
    diff?(request: DiffRequest): Difference;
    create(request: CreateRequest): Promise<{ id: string; state: Properties }> | { id: string; state: Properties };
    /** Without it the state in hand is the truth. Undefined: it is gone. */
    read?(request: ReadRequest): Promise<{ id: string; inputs: Properties; state: Properties } | undefined>;
    /** Without it the state takes over the new inputs. */
    update?(request: UpdateRequest): Promise<Properties> | Properties;
    /** Without it there is nothing to delete. */
    delete?(request: DeleteRequest): Promise<void>;
    /** Outputs that are not known before the resource is made, so that a preview says so. */
    computed?: string[];
    /** Outputs that are secret whatever the inputs are. */
    secretOutputs?: string[];
}

/** The difference for types where any change of some inputs replaces, and of the others updates in place. */
export function replaceUnless(request: DiffRequest, inPlace: string[] = []): Difference {
    const found = changes(request.olds, request.news);
    const replacing = found.filter(({ path }) => !inPlace.some((prefix) => isUnder(path, prefix)));
    return { changes: found, replaces: replacing.map(({ path }) => path) };
}

/** The resource was made but is not in order: the engine records it and tries again with the next update. */
export class InitializationError extends Error {
    constructor(
        readonly id: string,
        readonly state: Properties,
        readonly inputs: Properties,
        readonly reasons: string[],
    ) {
        super(reasons.join("\n"));
    }
}
