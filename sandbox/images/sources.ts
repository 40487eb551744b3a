import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { repositoryRoot } from "../paths";
import type { Tool } from "../toolchain/toolchain";
import type { TarEntry } from "./tar";

/** The sources of images' files on this machine. */
export interface Sources {
    /** The statically linked executable of a tool. */
    readonly tools: Readonly<Partial<Record<Tool, string>>>;
    /** The statically linked busybox. */
    readonly busybox: string;
    /** The directory of installed Debian packages' executables, which need the machine's libraries. */
    readonly installed: string;
    /** The files of Debian packages that are not installed, by name. */
    readonly unpacked: Readonly<Record<string, string>>;
    /** The CA certificates that the machine trusts, in one file. */
    readonly authorities: string;
}

/** A user of an image besides root, with a group of the same name and number. */
interface User {
    readonly name: string;
    readonly id: number;
    readonly home: string;
}

/** A small system with busybox as its shell and commands, a directory for temporary files and, if needed, another user. */
export function shell(sources: Sources, user?: User): TarEntry[] {
    const applets = execFileSync(sources.busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
    const passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n";
    const group = "root:x:0:\nnobody:x:65534:\n";
    return [
        program("bin/busybox", sources.busybox),
        ...applets.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, link: "busybox" })),
        {
            path: "etc/passwd",
            content: user ? `${passwd}${user.name}:x:${user.id}:${user.id}::${user.home}:/bin/false\n` : passwd,
        },
        { path: "etc/group", content: user ? `${group}${user.name}:x:${user.id}:\n` : group },
        { path: "root", folder: true, mode: 0o700 },
        { path: "tmp", folder: true, mode: 0o1777 },
    ];
}

export function ownFile(name: string): string {
    return path.join(repositoryRoot, "sandbox/images", name);
}

export function unpacked(sources: Sources, name: string, file: string): string {
    return path.join(sources.unpacked[name], file);
}

export function authorities(sources: Sources): TarEntry {
    return { path: "etc/ssl/certs/ca-certificates.crt", source: sources.authorities };
}

export function program(target: string, source: string | undefined): TarEntry {
    if (source === undefined) {
        throw new Error(`The program for /${target} of an image is not in the toolchain.`);
    }
    return { path: target, source: fs.realpathSync(source), mode: 0o755 };
}

/** An executable with the shared libraries that the machine's loader finds for it, at their paths. */
export function withLibraries(target: string, executable: string): TarEntry[] {
    const listing = execFileSync("ldd", [executable], { encoding: "utf8" });
    const libraries = [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file]) => file);
    return [program(target, executable), ...libraries.map((file) => program(file.slice(1), file))];
}
