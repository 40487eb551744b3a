import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { dataFolder } from "../paths";

export interface Context {
    readonly name: string;
    readonly server: string;
}

interface Kubeconfig {
    "current-context"?: string;
    contexts?: { name: string; context?: { cluster?: string } }[];
    clusters?: { name: string; cluster?: { server?: string } }[];
}

/** The current context of the user's kubeconfig, found like kubectl does; undefined for a sandbox's kubeconfig. */
export function userContext(environment: NodeJS.ProcessEnv = process.env): Context | undefined {
    const files = (environment.KUBECONFIG ?? path.join(os.homedir(), ".kube", "config")).split(path.delimiter);
    const readable = files.filter((file) => file !== "" && fs.existsSync(file));
    const configs = readable
        .filter((file) => !path.resolve(file).startsWith(dataFolder + path.sep))
        .map((file) => (parse(fs.readFileSync(file, "utf8")) ?? {}) as Kubeconfig);
    const name = configs.map((config) => config["current-context"]).find(Boolean);
    if (name === undefined) return undefined;
    const context = configs.flatMap((config) => config.contexts ?? []).find((c) => c.name === name);
    const cluster = configs
        .flatMap((config) => config.clusters ?? [])
        .find((c) => c.name === context?.context?.cluster);
    return { name, server: cluster?.cluster?.server ?? "an unknown server" };
}
