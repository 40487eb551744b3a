import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { machinePath } from "../paths";
import type { Tool } from "./families";

/** A tool that may already be installed: how it prints its version, and which versions are accepted. */
interface ClientTool {
    readonly versionArguments: readonly string[];
    readonly isSuitable: (major: number, minor: number) => boolean;
}

const clientTools: Readonly<Partial<Record<Tool, ClientTool>>> = {
    pulumi: {
        versionArguments: ["version"],
        isSuitable: (major, minor) => major === 3 && minor >= 230,
    },
    // Kubernetes supports a kubectl one minor version off the API server's.
    kubectl: {
        versionArguments: ["version", "--client"],
        isSuitable: (major, minor) => major === 1 && Math.abs(minor - 35) <= 1,
    },
    crane: {
        versionArguments: ["version"],
        isSuitable: (major, minor) => major === 0 && minor >= 20,
    },
};

/** The path of a client tool on PATH in an accepted version, if there is one. */
export async function findOnPath(tool: Tool): Promise<string | undefined> {
    const client = clientTools[tool];
    const file = locate(tool);
    if (client === undefined || file === undefined) {
        return undefined;
    }
    // A tool that does not print its version is rejected.
    const printed = await promisify(execFile)(file, client.versionArguments, { timeout: 20_000 }).catch(
        () => undefined,
    );
    return printed && isSuitable(tool, printed.stdout) ? file : undefined;
}

/** Whether a client tool's version output is an accepted version. */
export function isSuitable(tool: Tool, printed: string): boolean {
    const numbers = /\bv?(\d+)\.(\d+)\.\d+/.exec(printed);
    return numbers !== null && (clientTools[tool]?.isSuitable(Number(numbers[1]), Number(numbers[2])) ?? false);
}

function locate(tool: Tool): string | undefined {
    return machinePath()
        .map((folder) => path.join(folder, tool))
        .find((file) => fs.existsSync(file));
}
