import { spawn } from "node:child_process";

export interface PortForward {
    readonly port: number;
    close(): void;
}

/** Forwards a free port of the machine to a port of a Service until it is closed. */
export function forwardPort(
    namespace: string,
    service: string,
    port: number,
    env: NodeJS.ProcessEnv,
): Promise<PortForward> {
    const child = spawn("kubectl", ["--namespace", namespace, "port-forward", `service/${service}`, `:${port}`], {
        env,
        stdio: ["ignore", "pipe", "pipe"],
    });
    return new Promise((resolve, reject) => {
        let complaints = "";
        child.stderr.on("data", (data) => (complaints += data));
        child.on("error", reject);
        child.on("exit", () => reject(new Error(`kubectl port-forward ended: ${complaints}`)));
        child.stdout.on("data", (data) => {
            const forwarded = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(String(data));
            if (forwarded) resolve({ port: Number(forwarded[1]), close: () => child.kill() });
        });
    });
}
