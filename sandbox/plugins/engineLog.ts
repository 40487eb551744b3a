import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { engineArgument } from "./server";

/** Shows a line next to a resource while the update runs. */
export type StatusLine = (urn: string, message: string) => void;

let engine: EngineClient | undefined;

export const showStatus: StatusLine = (urn, message) => {
    const address = engineArgument();
    if (address === undefined) return;
    engine ??= new EngineClient(address, grpc.credentials.createInsecure());
    const request = new messages.LogRequest();
    request.setSeverity(messages.LogSeverity.INFO);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(true);
    // A line that cannot be shown is no reason to fail.
    engine.log(request, () => undefined);
};
