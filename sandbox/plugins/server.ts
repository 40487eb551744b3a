import * as fs from "node:fs";
import * as grpc from "@grpc/grpc-js";

const largestMessage = 400 * 1024 * 1024;

/** The engine's address, which is the only argument of its form. */
export function engineArgument(args = process.argv.slice(2)): string | undefined {
    return args.find((argument) => /^[\w.[\]:-]+:\d+$/.test(argument));
}

/** Serves one gRPC service on a free port of the loopback and prints that port, which is what the engine waits for. */
export function serveOnLoopback(service: grpc.ServiceDefinition, handlers: grpc.UntypedServiceImplementation): void {
    const server = new grpc.Server({
        "grpc.max_receive_message_length": largestMessage,
        "grpc.max_send_message_length": largestMessage,
    });
    server.addService(service, handlers);
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        process.stdout.write(`${port}\n`);
    });
    exitWithEngine();
}

/** The engine holds the other end of our standard input: when it is killed, nothing of it stays behind. */
function exitWithEngine(): void {
    const input = fs.fstatSync(0);
    if (!input.isFIFO() && !input.isSocket()) return;
    process.stdin.resume();
    process.stdin.on("end", () => process.exit(0));
    process.stdin.on("error", () => process.exit(0));
}

/** A method that takes one message and answers with one; what it throws becomes the call's error. */
export function unary<Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return async (call, callback) => {
        try {
            callback(null, await answer(call.request));
        } catch (error) {
            if (process.env.STAND_IN_DEBUG) console.error(error);
            callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
        }
    };
}

/** For the methods that a stand-in does not have: the engine knows how to go on without them. */
export const unimplemented: grpc.handleUnaryCall<unknown, unknown> = (_call, callback) => {
    callback({ code: grpc.status.UNIMPLEMENTED, details: "not available in the stand-in plugin" });
};
