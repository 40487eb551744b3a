import * as crypto from "node:crypto";
import { isObject, type Properties, plainCopy, secret, textAt } from "../values";
import { annotation } from "./names";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** A Secret's content is secret, whatever way it comes in. */
const secretContent = ["data", "stringData"];

/** Marks what is secret by its kind. */
export function withSecretsMarked(object: Properties): Properties {
    if (object.kind !== "Secret") return object;
    const marked = Object.entries(object).map(([key, value]) => [
        key,
        secretContent.includes(key) ? secret(value) : value,
    ]);
    return Object.fromEntries(marked);
}

/** Who wrote which field is the server's business; and kubectl keeps a copy of a Secret's content in an annotation. */
export function withoutBookkeeping(live: Properties): Properties {
    const object = plainCopy(live);
    if (!isObject(object.metadata)) return object;
    delete object.metadata.managedFields;
    if (object.kind === "Secret" && isObject(object.metadata.annotations))
        delete object.metadata.annotations[lastApplied];
    return object;
}

/** What goes into the state: the object as the cluster has it, and who manages its fields. */
export function stateOf(live: Properties, fieldManager?: string): Properties {
    return withSecretsMarked({
        ...withoutBookkeeping(live),
        ...(fieldManager ? { __fieldManager: fieldManager } : {}),
    });
}

/** The inputs of an object that no program has declared yet: all of it but what the server writes. */
export function inputsOf(live: Properties): Properties {
    const { status, ...object } = withoutBookkeeping(live);
    if (isObject(object.metadata)) {
        for (const key of ["uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"]) {
            delete object.metadata[key];
        }
    }
    return object;
}

/** The object to send: `stringData`, which cannot be taken back field by field, becomes `data`. */
export function toSend(inputs: Properties): Properties {
    const { stringData, ...object } = plainCopy(inputs);
    if (object.kind !== "Secret" || !isObject(stringData)) return plainCopy(inputs);
    const encoded = Object.entries(stringData).map(([key, text]) => [
        key,
        Buffer.from(String(text)).toString("base64"),
    ]);
    return { ...object, data: { ...(isObject(object.data) ? object.data : {}), ...Object.fromEntries(encoded) } };
}

/** Each resource manages its fields under a name of its own, so that two that want the same field meet a conflict. */
export function fieldManagerOf(inputs: Properties, state: Properties = {}): string {
    return (
        annotation(inputs, "pulumi.com/patchFieldManager") ??
        textAt(state, "__fieldManager") ??
        `pulumi-kubernetes-${crypto.randomBytes(4).toString("hex")}`
    );
}
