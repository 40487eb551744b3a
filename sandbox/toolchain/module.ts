import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder, repositoryRoot } from "../paths";
import type { Family, Tool } from "./families";
import { architecture } from "./go";

/**
 * Go's build tags, those that upstream's own release builds set. All families have all of them: a package that is compiled with
 * other tags is compiled again, with everything that imports it.
 */
const tags = ["selinux", "notest", "grpcnotrace", "osusergo"];

/** Without debug information, which the linker drops and which takes a tenth of the compile time. */
const compilerFlags = { all: "-dwarf=false" };

/** A family, as its directory pins it: what is built, and where the result is stored. */
export interface PinnedModule {
    readonly family: Family;
    /** Directory with go.mod, go.sum and an optional main.go. */
    readonly folder: string;
    /** The version of the family's module, e.g. `v1.35.8`; `local` if the program is part of this project. */
    readonly version: string;
    /** The least version of Go that go.mod accepts, e.g. `1.26`. */
    readonly goVersion: string;
    /** Flags of `go build` that decide what is built. */
    readonly flags: readonly string[];
    /** Directory of the executables; its name changes with everything that could change them. */
    readonly target: string;
}

/** Reads what a family's folder pins. */
export function pinnedModule(family: Family): PinnedModule {
    const folder = path.join(repositoryRoot, "sandbox", "toolchain", family.name);
    const goMod = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
    const version = family.module ? requiredVersion(goMod, family.module) : "local";
    const flags = buildFlags(family, version);
    const key = cacheKey(folder, [...flags, ...Object.values(family.packages), architecture]);
    return {
        family,
        folder,
        version,
        goVersion: /^go (\S+)$/m.exec(goMod)?.[1] ?? "",
        flags,
        target: path.join(cacheFolder, "tools", `${family.name}-${version}-${key}`),
    };
}

/** The one executable of a family that builds only one: several tools may be the same program under different names. */
export function executableName({ name, packages }: Family): string {
    const tools = Object.keys(packages);
    return tools.length === 1 ? tools[0] : name;
}

/** The path of each tool of a module after it is built. */
export function executables(module: PinnedModule): Partial<Record<Tool, string>> {
    const tools = Object.keys(module.family.packages);
    return Object.fromEntries(tools.map((tool) => [tool, path.join(module.target, tool)]));
}

/** The version in which a go.mod requires a module. */
export function requiredVersion(goMod: string, module: string): string {
    for (const line of goMod.split("\n")) {
        const [name, version] = line
            .replace(/^require\s/, "")
            .trim()
            .split(/\s+/);
        if (name === module && version !== undefined) {
            return version;
        }
    }
    throw new Error(`The go.mod file does not require ${module}.`);
}

/** A short name of everything that could change the executables: all files of the folder, and the settings. */
export function cacheKey(folder: string, settings: readonly string[]): string {
    const hash = createHash("sha256");
    for (const file of fs.readdirSync(folder).sort()) {
        hash.update(`${file}\n`).update(fs.readFileSync(path.join(folder, file)));
    }
    return hash.update(settings.join("\n")).digest("hex").slice(0, 12);
}

function buildFlags(family: Family, version: string): string[] {
    const variables = Object.entries(family.variables?.(version) ?? {});
    const linkerFlags = ["-s", "-w", ...variables.map(([name, value]) => `-X ${name}=${value}`)];
    return [
        "-mod=readonly",
        "-trimpath",
        "-buildvcs=false",
        `-tags=${tags.join(",")}`,
        ...Object.entries({ ...compilerFlags, ...family.compilerFlags }).map(
            ([packages, set]) => `-gcflags=${packages}=${set}`,
        ),
        `-ldflags=${linkerFlags.join(" ")}`,
    ];
}
