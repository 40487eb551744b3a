import { type Change, changes, isUnder } from "./changes";
import { hasUnknown, type Properties } from "./values";

/** Says what is wrong with an input. */
export interface Failure {
    property: string;
    reason: string;
}

export interface DiffRequest {
    /** The inputs of the last update. */
    olds: Properties;
    news: Properties;
    /** The outputs of the last update. */
    state: Properties;
}

export interface Difference {
    changes: Change[];
    /** Paths, such as `subject`, whose change needs a new resource. */
    replaces: string[];
}

export interface CreateRequest {
    /** The name and the URN of the resource. */
    name: string;
    urn: string;
    news: Properties;
}

export interface UpdateRequest {
    urn: string;
    news: Properties;
    state: Properties;
}

export interface DeleteRequest {
    urn: string;
    state: Properties;
}

/** A resource's identifier and outputs. */
export interface Created {
    id: string;
    state: Properties;
}

/** One type of resource. Without the optional parts it is a value that is created once and never changes. */
export interface ResourceType {
    /** The inputs that the stand-in knows. It refuses any other, so that no program depends on one without effect. */
    inputs: string[];
    /** What the official provider fills in for an omitted input. */
    defaults?: Properties;
    /** Inputs whose change is an update in place. The change of any other replaces. */
    inPlace?: string[];
    /** Outputs that are not known before the resource is created, so that a preview says so. */
    computed: string[];
    /** Outputs that are secret whatever the inputs are. */
    secretOutputs?: string[];
    check?(news: Properties): Failure[];
    diff?(request: DiffRequest): Difference;
    create(request: CreateRequest): Promise<Created> | Created;
    /** The outputs as a refresh finds them. */
    read?(state: Properties): Properties;
    update?(request: UpdateRequest): Promise<Properties> | Properties;
    /** The outputs that an update may change, so that a preview says so. */
    changedByUpdate?: string[];
    delete?(request: DeleteRequest): Promise<void>;
}

/** The inputs that the official provider has and the stand-in has not. */
export function unavailable(supported: string[], given: Properties, property?: string): Failure[] {
    return Object.keys(given)
        .filter((key) => given[key] !== undefined && !supported.includes(key))
        .map((key) => ({ property: property ?? key, reason: `${key} is not available in the stand-in provider` }));
}

/** Requires an input that is known to satisfy a condition. */
export function expect(news: Properties, property: string, right: (value: unknown) => boolean, expected: string) {
    const value = news[property];
    if (value === undefined || hasUnknown(value) || right(value)) return [];
    return [{ property, reason: `${property} must be ${expected}, got ${JSON.stringify(value)}` }];
}

/** A condition for `expect`: an integer that is not below a minimum. */
export function atLeast(least: number): (value: unknown) => boolean {
    return (value) => Number.isInteger(value) && (value as number) >= least;
}

/** The difference of the inputs. To write a default where it was omitted is none. */
export function differenceOf(type: ResourceType, { olds, news }: DiffRequest): Difference {
    const found = changes({ ...type.defaults, ...olds }, { ...type.defaults, ...news });
    const replacing = found.filter(({ path }) => !(type.inPlace ?? []).some((prefix) => isUnder(path, prefix)));
    return { changes: found, replaces: replacing.map(({ path }) => path) };
}
