/**
 * The generations of a rotated credential or CA that are valid at the same time: the previous one, so that clients that still use it
 * keep working; the current one; and the next one, so that every server already accepts it when it is handed out.
 */
export function validGenerations(current: number): number[] {
    return [current - 1, current, current + 1].filter((generation) => generation >= 1);
}
