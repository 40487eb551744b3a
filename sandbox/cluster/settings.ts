import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withLock } from "../lock";
import { dataFolder } from "../paths";
import { interfaceExists } from "./network";
import { largestIndex, planNetwork } from "./plan";

/** The settings of a sandbox, from its first start until it is purged. */
export interface Settings {
    /** Determines the sandbox's subnet and the names of its interfaces. */
    index: number;
    /** Number of nodes. */
    nodes: number;
}

/** A sandbox's directory; throws for an invalid name. */
export function sandboxFolder(name: string): string {
    if (!/^[a-z0-9][a-z0-9-]{0,29}$/.test(name)) {
        throw new Error(
            `"${name}" cannot name a sandbox; use at most 30 lower-case letters, digits and hyphens, starting with a letter or digit.`,
        );
    }
    return path.join(dataFolder, name);
}

/** The directory of a sandbox's node. */
export function nodeFolder(folder: string, number: number): string {
    return path.join(folder, `node${number}`);
}

/** The settings of an existing sandbox. */
export function readSettings(folder: string): Settings | undefined {
    const file = settingsFile(folder);
    return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** The settings of a sandbox, created at its first start. Its index never changes, and its number of nodes never decreases. */
export function ensureSettings(folder: string, nodes = 1): Promise<Settings> {
    return withLock("sandboxes", async () => {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
        const current = readSettings(folder);
        const settings = {
            index: current?.index ?? smallestFreeIndex(),
            nodes: Math.max(nodes, current?.nodes ?? 1),
        };
        fs.writeFileSync(settingsFile(folder), `${JSON.stringify(settings)}\n`);
        return settings;
    });
}

function settingsFile(folder: string): string {
    return path.join(folder, "sandbox.json");
}

/** The first index that no sandbox in the data directory has, and whose subnet is unused on the machine. */
function smallestFreeIndex(): number {
    const taken = new Set(fs.readdirSync(dataFolder).map((name) => readSettings(path.join(dataFolder, name))?.index));
    const addresses = Object.values(os.networkInterfaces()).flatMap((all) => all ?? []);
    for (let index = 1; index <= largestIndex; index++) {
        const { bridge, gateway } = planNetwork(index);
        const subnet = gateway.replace(/1$/, "");
        // A bridge without a connected node has no address that the machine reports.
        const isUsed = interfaceExists(bridge) || addresses.some(({ address }) => address.startsWith(subnet));
        if (!taken.has(index) && !isUsed) return index;
    }
    throw new Error(
        `All ${largestIndex} sandboxes are taken; remove some with \`npm run sandbox -- down --purge --name NAME\`.`,
    );
}
