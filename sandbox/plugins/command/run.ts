import { spawn } from "node:child_process";
import type { Printed } from "./lifecycle";

export interface Invocation {
    /** What the user calls it, for the error. */
    title: string;
    command: string[];
    folder?: string;
    environment?: Record<string, string>;
    stdin?: string;
}

/** Runs a process to its end; what it printed, or an error that holds it. */
export function run({
    title,
    command: [file, ...args],
    folder,
    environment,
    stdin = "",
}: Invocation): Promise<Printed> {
    return new Promise((resolve, reject) => {
        const child = spawn(file, args, { cwd: folder, env: { ...process.env, ...environment } });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        child.stdout.on("data", (data: Buffer) => stdout.push(data));
        child.stderr.on("data", (data: Buffer) => stderr.push(data));
        child.on("error", (error) => reject(new Error(`${error.message}: running ${JSON.stringify(title)}`)));
        child.on("close", (code, signal) => {
            const [out, err] = [stdout, stderr].map((chunks) => Buffer.concat(chunks).toString().replace(/\n$/, ""));
            if (code === 0) resolve({ stdout: out, stderr: err });
            else {
                const ending = signal ? `ended by ${signal}` : `exit status ${code}`;
                reject(
                    new Error(`${ending}: running ${JSON.stringify(title)}:\n${[err, out].filter(Boolean).join("\n")}`),
                );
            }
        });
        // A command that does not read its input has the right to.
        child.stdin.on("error", () => undefined);
        child.stdin.end(stdin);
    });
}
