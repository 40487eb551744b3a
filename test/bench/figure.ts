import { inWords } from "./measured";

/** A number that the project promises, and its measurement. */
export interface Figure {
    readonly title: string;
    readonly limit: number;
    readonly measured: number;
    /** `s` for seconds, `x` for a ratio, `scripts` for a number of scripts. */
    readonly unit: "s" | "x" | "scripts";
    /** How the number was measured. */
    readonly detail: string;
}

/** Times of two alternating measurements. */
export interface Comparison {
    readonly ours: readonly number[];
    readonly peer: readonly number[];
}

/** The ratio of our best time to the peer's best. */
export function ratio(title: string, limit: number, { ours, peer }: Comparison): Figure {
    const measured = Math.min(...ours) / Math.min(...peer);
    return { title, limit, measured, unit: "x", detail: `best of ${inWords(ours)} s, peer ${inWords(peer)} s` };
}

export function isReached({ measured, limit }: Figure): boolean {
    return measured <= limit;
}

/** The figures as a table, one per line. */
export function table(figures: readonly Figure[]): string {
    const rows = [["figure", "limit", "measured", "ok?", "how"], ...figures.map(row)];
    const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
    const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column])).join("  ");
    return rows.map((cells) => line(cells).trimEnd()).join("\n");
}

function row(figure: Figure): string[] {
    const { title, limit, measured, unit, detail } = figure;
    const digits = { s: 1, x: 2, scripts: 0 }[unit];
    return [title, `${limit} ${unit}`, `${measured.toFixed(digits)} ${unit}`, isReached(figure) ? "yes" : "NO", detail];
}
