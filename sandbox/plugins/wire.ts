import * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import * as statuses from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isUnder } from "./changes";
import { type Difference, InitializationError } from "./resourceType";
import { type Properties, plainCopy, secret } from "./values";

/** The engine's form of properties, read; a missing one is empty. */
export function fromStruct(struct: Struct | undefined): Properties {
    return struct ? (struct.toJavaScript() as Properties) : {};
}

export function toStruct(properties: Properties): Struct {
    return Struct.fromJavaScript(plainCopy(properties) as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Outputs for the engine, with those marked that are secret by their nature. */
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

/** A difference as the engine wants it: which top-level keys, which of them replace, and every leaf. */
export function toDiffResponse({ changes, replaces, deleteBeforeReplace = false }: Difference): messages.DiffResponse {
    const response = new messages.DiffResponse();
    const topLevel = (path: string) => path.split(/[.[]/)[0];
    response.setChanges(
        changes.length > 0 ? messages.DiffResponse.DiffChanges.DIFF_SOME : messages.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
    response.setDeletebeforereplace(deleteBeforeReplace);
    response.setHasdetaileddiff(true);
    const replacing = new Set<string>();
    for (const { path, kind } of changes) {
        const replace = replaces.some((prefix) => isUnder(path, prefix) || isUnder(prefix, path));
        if (replace) replacing.add(topLevel(path));
        const leaf = new messages.PropertyDiff();
        leaf.setKind(kinds[kind][replace ? 1 : 0]);
        leaf.setInputdiff(true);
        response.getDetaileddiffMap().set(path, leaf);
    }
    response.setReplacesList([...replacing]);
    return response;
}

/** An error as the engine wants it; for a resource that exists but is not in order, with what is known of it. */
export function toGrpcError(error: Error): Partial<grpc.StatusObject> {
    const metadata = new grpc.Metadata();
    if (error instanceof InitializationError) {
        const detail = new messages.ErrorResourceInitFailed();
        detail.setId(error.id);
        detail.setProperties(toStruct(error.state));
        detail.setInputs(toStruct(error.inputs));
        detail.setReasonsList(error.reasons);
        const packed = new Any();
        packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new statuses.Status();
        status.setCode(grpc.status.UNKNOWN);
        status.setMessage(error.message);
        status.addDetails(packed);
        metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}
