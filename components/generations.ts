/**
 * The generations of something rotated that are valid at the same time: the previous one, so that what still holds it
 * goes on working, the current one, and the next one, so that by the time it is handed out everyone already knows it.
 */
export function validGenerations(current: number): number[] {
    return [current - 1, current, current + 1].filter((generation) => generation >= 1);
}
