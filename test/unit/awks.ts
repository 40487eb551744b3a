import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { unpackDebianPackage } from "../../sandbox/debian";

/** The result of an awk program: of busybox, which the images have, and of mawk. */
export interface Result {
    readonly awk: string;
    readonly status: number | null;
    readonly output: string;
    readonly errors: string;
}

/** Runs a program on both awks, one after the other. Fails if one of them is missing or takes 20 seconds. */
export async function onEachAwk(args: readonly string[], input = (_awk: string) => ""): Promise<Result[]> {
    const busybox = path.join(await unpackDebianPackage("busybox-static", () => {}), "bin/busybox");
    return [[busybox, "awk"], ["mawk"]].map(([command, ...applet]) => {
        const env = { PATH: process.env.PATH, LC_ALL: "C" };
        const awk = path.basename(command);
        const settings = { input: input(awk), env, encoding: "utf8", maxBuffer: 2 ** 28, timeout: 20_000 } as const;
        const { status, stdout, stderr, error } = spawnSync(command, [...applet, ...args], settings);
        if (error !== undefined) throw error;
        return { awk, status, output: stdout, errors: stderr };
    });
}
