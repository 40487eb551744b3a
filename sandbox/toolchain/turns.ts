/** Runs one action at a time: of those that wait, the one with the lowest priority number, then the first one. */
export class Turns {
    private readonly waiting: { readonly priority: number; readonly begin: () => void }[] = [];
    private isTaken = false;

    /** Waits for a turn; the function that it returns ends the turn, and may be called more than once. */
    async take(priority: number): Promise<() => void> {
        if (this.isTaken) await new Promise<void>((begin) => this.waiting.push({ priority, begin }));
        this.isTaken = true;
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
        else this.isTaken = false;
    }
}
