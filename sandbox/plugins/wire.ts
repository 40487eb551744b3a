import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isUnder } from "./changes";
import type { Difference } from "./resourceType";
import { type Properties, plainCopy, secret } from "./values";

/** Reads the engine's form of properties; missing ones are empty. */
export function fromStruct(struct: Struct | undefined): Properties {
    return struct ? (struct.toJavaScript() as Properties) : {};
}

export function toStruct(properties: Properties): Struct {
    return Struct.fromJavaScript(plainCopy(properties) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Outputs for the engine, with marks on those that are always secret. */
export function toOutputs(state: Properties, secretOutputs: string[] = []): Struct {
    const marked = Object.entries(state).map(([key, value]) => [
        key,
        secretOutputs.includes(key) && value !== undefined && value !== null ? secret(value) : value,
    ]);
    return toStruct(Object.fromEntries(marked));
}

const kinds = {
    add: [messages.PropertyDiff.Kind.ADD, messages.PropertyDiff.Kind.ADD_REPLACE],
    delete: [messages.PropertyDiff.Kind.DELETE, messages.PropertyDiff.Kind.DELETE_REPLACE],
    update: [messages.PropertyDiff.Kind.UPDATE, messages.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** A difference for the engine: the top-level keys, which of them replace, and every leaf. */
export function toDiffResponse({ changes, replaces }: Difference): messages.DiffResponse {
    const response = new messages.DiffResponse();
    const topLevel = (path: string) => path.split(/[.[]/)[0];
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
    response.setHasdetaileddiff(true);
    const replacing = new Set<string>();
    for (const { path, kind } of changes) {
        const replace = replaces.some((prefix) => isUnder(path, prefix));
        if (replace) replacing.add(topLevel(path));
        const leaf = new messages.PropertyDiff();
        leaf.setKind(kinds[kind][replace ? 1 : 0]);
        leaf.setInputdiff(true);
        response.getDetaileddiffMap().set(path, leaf);
    }
    response.setReplacesList([...replacing]);
    return response;
}
