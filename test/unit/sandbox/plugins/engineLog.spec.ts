import * as assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { showStatus } from "../../../../sandbox/plugins/engineLog";

describe("a line that a stand-in logs while it runs", () => {
    const server = new grpc.Server();
    const { argv } = process;
    after(() => {
        process.argv = argv;
        server.forceShutdown();
    });

    it("is sent to the engine as an info message about the resource, and is not stored", async () => {
        const received = new Promise<LogRequest.AsObject>((resolve) => {
            const log: grpc.handleUnaryCall<LogRequest, Empty> = (call, answer) => {
                answer(null, new Empty());
                resolve(call.request.toObject());
            };
            server.addService({ log: EngineService.log }, { log });
        });
        const credentials = grpc.ServerCredentials.createInsecure();
        const port = await new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
        );
        process.argv = [...argv.slice(0, 2), "-v=3", `127.0.0.1:${port}`];
        showStatus("urn:x", "a line");
        const { urn, message, severity, ephemeral } = await received;
        assert.deepEqual(
            { urn, message, severity, ephemeral },
            { urn: "urn:x", message: "a line", severity: 1, ephemeral: true },
        );
    });
});
