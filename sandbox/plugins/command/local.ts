import type { CheckRequest } from "../resourceType";
import type { Properties } from "../values";
import { commandType } from "./lifecycle";
import { run } from "./run";

interface LocalInputs {
    dir?: string;
    interpreter?: string[];
    stdin?: string;
}

const shell = ["/bin/sh", "-c"];

function check({ news }: CheckRequest) {
    const missing = ["assetPaths", "archivePaths"].filter((property) => news[property] !== undefined);
    const failures = missing.map((property) => ({
        property,
        reason: `${property} is not available in the stand-in for the command provider`,
    }));
    return { inputs: news, failures };
}

/** `command.local.Command`. */
export const localCommand = commandType((command, inputs: Properties, environment) => {
    const { dir, interpreter = shell, stdin } = inputs as LocalInputs;
    return run({ title: command, command: [...interpreter, command], folder: dir, environment, stdin });
}, check);
