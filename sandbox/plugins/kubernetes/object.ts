import { changes, isUnder } from "../changes";
import {
    type CheckRequest,
    type CreateRequest,
    type DeleteRequest,
    type DiffRequest,
    InitializationError,
    type ReadRequest,
    type ResourceType,
    type UpdateRequest,
} from "../resourceType";
import { hasUnknown, isObject, type Properties, plainCopy, textAt } from "../values";
import { type Cluster, isNotFound, type PropagationPolicy } from "./cluster";
import { declaredInputs } from "./declared";
import { explain } from "./explain";
import { kindOf } from "./kinds";
import { annotation, autoName, autonamed, earlierAutoName, idOf, isAutonamed, parseId } from "./names";
import { readiness } from "./readiness";
import { replacingFields } from "./replace";
import type { Settings } from "./settings";
import { fieldManagerOf, inputsOf, stateOf, toSend, withSecretsMarked } from "./state";
import { patience, skipsAwait, skipsAwaitOfDeletion, untilGone } from "./wait";
import { create, preview, update } from "./write";

/** Every kind of object, custom resources included, and its Patch resource: they differ in data only. */
export function objectType(cluster: Cluster, settings: Settings): ResourceType {
    /** The namespace of an object that names none; the same as before, so that nobody needs to be asked twice. */
    async function namespaceFor(object: Properties, olds: Properties): Promise<string | undefined> {
        const { apiVersion, kind } = object as { apiVersion: string; kind: string };
        const before = olds.apiVersion === apiVersion && olds.kind === kind ? olds : undefined;
        if (before && !textAt(before, "metadata.namespace")) return undefined;
        // A kind that does not exist yet is taken to be namespaced; creating it finds out.
        const endpoint = await cluster.endpoint({ apiVersion, kind }).catch(() => ({ namespaced: true }));
        if (!endpoint.namespaced) return undefined;
        return settings.namespace ?? (await cluster.contextNamespace().catch(() => undefined)) ?? "default";
    }

    async function check({ name, type, olds, news, seed }: CheckRequest) {
        const { apiVersion, kind, isPatch } = kindOf(type, news);
        const inputs: Properties = { ...plainCopy(news), apiVersion, kind };
        if (hasUnknown(news.metadata) && !isObject(news.metadata)) return { inputs: withSecretsMarked(inputs) };
        const metadata: Properties = isObject(inputs.metadata) ? inputs.metadata : {};
        inputs.metadata = metadata;
        if (!metadata.name) {
            if (isPatch) {
                const reason = `the resource to patch must be named: set metadata.name of ${kind}Patch ${name}`;
                return { inputs, failures: [{ property: "metadata.name", reason }] };
            }
            metadata.name = earlierAutoName(olds) ?? autoName(String(metadata.generateName ?? `${name}-`), seed);
            if (metadata.annotations === undefined || isObject(metadata.annotations)) {
                metadata.annotations = { ...metadata.annotations, [autonamed]: "true" };
            }
        }
        if (!metadata.namespace) {
            const namespace = await namespaceFor(inputs, olds);
            if (namespace) metadata.namespace = namespace;
        }
        return { inputs: withSecretsMarked(inputs) };
    }

    function diff({ type, olds, news }: DiffRequest) {
        const found = changes(olds, news);
        const fields = replacingFields(kindOf(type, news), olds, settings.mutability);
        const replaces = found.some(({ path }) => fields.some((field) => isUnder(path, field) || isUnder(field, path)));
        const staysInPlace = idOf(olds) === idOf(news) && !isAutonamed(news);
        return { changes: found, replaces: fields, deleteBeforeReplace: replaces && staysInPlace };
    }

    /** Takes back the namespace that was assumed for a kind that turned out to have none. */
    async function placed(inputs: Properties): Promise<Properties> {
        const { apiVersion, kind } = inputs as { apiVersion: string; kind: string };
        const endpoint = await cluster.endpoint({ apiVersion, kind }).catch(() => undefined);
        if (endpoint?.namespaced !== false || !textAt(inputs, "metadata.namespace")) return inputs;
        const { namespace, ...metadata } = inputs.metadata as Properties;
        return { ...inputs, metadata };
    }

    async function createObject({ type, news, preview: isPreview, timeoutSeconds }: CreateRequest) {
        const inputs = isPreview ? news : await placed(news);
        const write = { inputs, timeoutSeconds, fieldManager: fieldManagerOf(inputs) };
        if (isPreview) return { id: "", state: await preview(cluster, write, settings, true) };
        const state = await create(cluster, write, settings, !kindOf(type, inputs).isPatch);
        return { id: idOf(state), state };
    }

    async function updateObject({ news, state, preview: isPreview, timeoutSeconds }: UpdateRequest) {
        const write = { inputs: news, timeoutSeconds, fieldManager: fieldManagerOf(news, state) };
        return isPreview ? preview(cluster, write, settings, false) : update(cluster, write, settings);
    }

    /** The object of an id, for `.get` and import, which know nothing else. */
    function looked({ id, type, state }: ReadRequest): Properties {
        const { apiVersion, kind } = kindOf(type, state);
        return { apiVersion, kind, metadata: parseId(id) };
    }

    async function read(request: ReadRequest) {
        const { id, inputs, state } = request;
        const isDeclared = Object.keys(inputs).length > 0;
        const live = await cluster.read(isDeclared ? inputs : looked(request)).catch((error) => {
            if (isNotFound(error)) return undefined;
            throw error;
        });
        if (!live) return undefined;
        const found = {
            id,
            inputs: withSecretsMarked(isDeclared ? declaredInputs(inputs, live) : inputsOf(live)),
            state: stateOf(live, textAt(state, "__fieldManager")),
        };
        if (!isDeclared || skipsAwait(inputs)) return found;
        const { ready, reason } = await readiness(live, cluster);
        if (ready) return found;
        throw new InitializationError(id, found.state, found.inputs, [reason, ...(await explain(live, cluster))]);
    }

    async function remove({ type, inputs, state, timeoutSeconds }: DeleteRequest) {
        const object = Object.keys(inputs).length > 0 ? inputs : state;
        try {
            if (kindOf(type, object).isPatch) await relinquish(object, state);
            else {
                await cluster.delete(object, propagation(object));
                if (skipsAwaitOfDeletion(object)) return;
                await untilGone(object, textAt(state, "metadata.uid"), cluster, patience(object, timeoutSeconds));
            }
        } catch (error) {
            if (!isNotFound(error)) throw error;
        }
    }

    /** Gives up the fields of a Patch: what it alone has set goes, what others set as well stays. */
    async function relinquish(inputs: Properties, state: Properties): Promise<void> {
        if (!(await cluster.read(inputs))) return;
        const { apiVersion, kind } = inputs;
        const { name, namespace } = inputs.metadata as Properties;
        const fieldManager = fieldManagerOf(inputs, state);
        await cluster.apply(toSend({ apiVersion, kind, metadata: { name, namespace } }), {
            fieldManager,
            force: true,
            dryRun: false,
        });
    }

    return { check, diff, create: createObject, update: updateObject, read, delete: remove };
}

/** Dependents go first, as in the official provider, unless the object says otherwise. */
function propagation(object: Properties): PropagationPolicy {
    const asked = annotation(object, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
    if (asked === "background") return "Background";
    return asked === "orphan" ? "Orphan" : "Foreground";
}
