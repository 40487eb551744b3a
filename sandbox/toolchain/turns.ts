/** Lets one in at a time: of those who wait, the one with the lowest priority number, then the one who came first. */
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
        // The turn goes on without a gap, in which a newcomer could take it too.
        if (next) next.begin();
        else this.isTaken = false;
    }
}
