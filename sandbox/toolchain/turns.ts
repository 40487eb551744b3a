/** Runs one action or a few at a time: of those that wait, the one with the lowest priority number, then the first one. */
export class Turns {
    private readonly waiting: { readonly priority: number; readonly begin: () => void }[] = [];

    /** `free` is how many actions run at a time. */
    constructor(private free = 1) {}

    /** Waits for a turn; the function that it returns ends the turn, and may be called more than once. */
    async take(priority: number): Promise<() => void> {
        if (this.free > 0) this.free -= 1;
        else await new Promise<void>((begin) => this.waiting.push({ priority, begin }));
        let isMine = true;
        return () => {
            if (isMine) this.pass();
            isMine = false;
        };
    }

    private pass(): void {
        this.waiting.sort((a, b) => a.priority - b.priority);
        const next = this.waiting.shift();
        // The turn passes on immediately, so that no newcomer can take it in between.
        if (next) next.begin();
        else this.free += 1;
    }
}
