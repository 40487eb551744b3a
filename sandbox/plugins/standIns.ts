import * as path from "node:path";
import { installedVersion } from "./installed";

/** The version of the command provider while its npm package is not installed. (npm's latest, 4.5.0, is a stray old build.) */
export const commandVersion = "1.2.1";

export interface StandIn {
    /** The compiled program that the executable runs with node. */
    script: string;
    kind: "language" | "resource";
    name: string;
    /** The version of the npm package in use, which is what the engine asks for. */
    version: string;
}

function resource(name: string, script: string, otherwise?: string): StandIn {
    return {
        script: path.join(compiledFolder(), script),
        kind: "resource",
        name,
        version: installedVersion(`@pulumi/${name}`, otherwise),
    };
}

/** dist/sandbox/plugins, also when this file itself runs through ts-node. */
function compiledFolder(): string {
    return __filename.endsWith(".ts") ? path.resolve(__dirname, "../../dist/sandbox/plugins") : __dirname;
}

/** The Pulumi plugins that this machine can be given where the official ones cannot be had, by executable. */
export const standIns: Record<string, StandIn> = {
    "pulumi-language-nodejs": {
        script: path.join(compiledFolder(), "languageHost.js"),
        kind: "language",
        name: "nodejs",
        version: installedVersion("@pulumi/pulumi"),
    },
    "pulumi-resource-tls": resource("tls", "tls/index.js"),
    "pulumi-resource-random": resource("random", "random.js"),
    "pulumi-resource-command": resource("command", "command/index.js", commandVersion),
};
