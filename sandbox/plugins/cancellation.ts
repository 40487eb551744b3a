const controller = new AbortController();

/** Fires when the user interrupts the update: nothing is waited for any longer. */
export const cancellation = controller.signal;

export function cancel(): void {
    controller.abort();
}
