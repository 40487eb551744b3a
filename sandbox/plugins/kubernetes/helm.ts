import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cancellation } from "../cancellation";
import type { ClusterChoice } from "./kubeconfig";

/** What helm said when it failed, in its own words. */
export class HelmError extends Error {}

/** The helm command line for one cluster: the one on PATH, or the sandbox's own, which is built when a release first asks for it. */
export class Helm {
    private file: Promise<string> | undefined;
    private kubeconfig: string | undefined;

    constructor(private readonly choice: ClusterChoice) {}

    /** Runs helm to its end and returns what it wrote to standard output. */
    async run(args: string[], input = ""): Promise<string> {
        const file = await this.executable();
        const options = [...this.clusterOptions(), ...args];
        return new Promise((resolve, reject) => {
            const child = spawn(file, options, { stdio: "pipe" });
            const interrupt = () => child.kill("SIGINT");
            if (cancellation.aborted) interrupt();
            cancellation.addEventListener("abort", interrupt);
            const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
                const chunks: Buffer[] = [];
                stream.on("data", (data: Buffer) => chunks.push(data));
                return () => Buffer.concat(chunks).toString();
            });
            child.on("error", reject);
            child.on("close", (code) => {
                cancellation.removeEventListener("abort", interrupt);
                if (code === 0) resolve(stdout());
                else reject(new HelmError(errorOf(stderr())));
            });
            child.stdin.on("error", () => undefined);
            child.stdin.end(input);
        });
    }

    /** The answer of a command that knows `--output json`. */
    async ask(args: string[]): Promise<unknown> {
        return JSON.parse(await this.run([...args, "--output", "json"]));
    }

    private executable(): Promise<string> {
        this.file ??= (async () => {
            const { ensureTools } = await import("../../toolchain/toolchain");
            return (await ensureTools(["helm"], (text) => console.error(text))).helm;
        })();
        return this.file;
    }

    private clusterOptions(): string[] {
        const { kubeconfig, context, cluster } = this.choice;
        if (cluster) throw new Error("helm cannot be told a cluster of the kubeconfig; give the provider a context");
        const file = kubeconfig && (isContent(kubeconfig) ? this.written(kubeconfig) : kubeconfig);
        return [...(file ? ["--kubeconfig", file] : []), ...(context ? ["--kube-context", context] : [])];
    }

    /** A kubeconfig that is given as text, as the file that helm wants; it ends with this process. */
    private written(content: string): string {
        if (this.kubeconfig === undefined) {
            const folder = fs.mkdtempSync(path.join(os.tmpdir(), "helm-"));
            process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
            this.kubeconfig = path.join(folder, "kubeconfig");
            fs.writeFileSync(this.kubeconfig, content, { mode: 0o600 });
        }
        return this.kubeconfig;
    }
}

function isContent(kubeconfig: string): boolean {
    return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}

/** The error among warnings, without what helm shouts before it. */
export function errorOf(stderr: string): string {
    const start = stderr.search(/^Error: /m);
    const text = start < 0 ? stderr : stderr.slice(start);
    return text.trim().replace(/^Error: ((UPGRADE|INSTALLATION) FAILED: )?/, "") || "helm ended without a word";
}
