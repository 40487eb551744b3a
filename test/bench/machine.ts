/** The sandbox that is measured in; nobody else's. */
export const sandboxName = "bench";
