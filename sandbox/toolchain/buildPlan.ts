/** The planned and completed work of a build, by the modules' titles and packages. */
export class BuildPlan {
    /** The packages of each module; undefined until they are known. */
    private readonly packages = new Map<string, ReadonlySet<string> | undefined>();
    private readonly left = new Set<string>();
    private readonly compiled = new Set<string>();
    private now = "";
    private started: number | undefined;

    /** `clock` returns milliseconds. */
    constructor(private readonly clock: () => number = Date.now) {}

    get modulesLeft(): number {
        return this.left.size;
    }

    add(module: string): void {
        this.packages.set(module, undefined);
        this.left.add(module);
    }

    /** Packages that several modules have in the same version count once: Go compiles them once. */
    expect(module: string, packages: Iterable<string>): void {
        this.packages.set(module, new Set(packages));
    }

    begin(module: string): void {
        this.now = module;
        this.started ??= this.clock();
    }

    compile(name: string): void {
        this.compiled.add(name);
    }

    /** Packages that were not compiled were in Go's cache. */
    finish(module: string): void {
        for (const name of this.packages.get(module) ?? []) this.compiled.add(name);
        this.left.delete(module);
    }

    /** E.g. `Building kubernetes v1.35.8: 812 of 3105 packages compiled, 6 tools left, about 5 min`. */
    describe(): string {
        const packageSets = [...this.packages.values()];
        const all = new Set(packageSets.flatMap((packages) => [...(packages ?? [])]));
        const done = [...all].filter((name) => this.compiled.has(name)).length;
        const isKnown = packageSets.every((packages) => packages !== undefined);
        const count = isKnown ? `${done} of ${all.size} packages compiled` : `${done} packages compiled`;
        const seconds = this.started === undefined ? 0 : (this.clock() - this.started) / 1000;
        const tools = `${this.left.size} ${this.left.size === 1 ? "tool" : "tools"} left`;
        const parts = [count, tools, ...(isKnown ? estimate(done, all.size, seconds) : [])];
        return `${this.now === "" ? "Fetching modules" : `Building ${this.now}`}: ${parts.join(", ")}`;
    }
}

/** The estimated remaining time at the current rate, as text; empty without an estimate. */
export function estimate(done: number, total: number, seconds: number): string[] {
    if (done < 50 || seconds < 10) return [];
    const left = (seconds * (total - done)) / done;
    return [left < 60 ? "less than a minute" : `about ${Math.round(left / 60)} min`];
}
