/** A number that the project promises, and what came out. */
export interface Figure {
    readonly title: string;
    readonly limit: number;
    readonly measured: number;
    /** `s` for seconds, `x` for a ratio. */
    readonly unit: "s" | "x";
    /** What the number is made of. */
    readonly detail: string;
}

export function isReached({ measured, limit }: Figure): boolean {
    return measured <= limit;
}

/** The figures as a table, a line each. */
export function table(figures: readonly Figure[]): string {
    const rows = [
        ["figure", "limit", "measured", "ok?", ""],
        ...figures.map((figure) => [
            figure.title,
            `${figure.limit} ${figure.unit}`,
            `${figure.measured.toFixed(figure.unit === "s" ? 1 : 2)} ${figure.unit}`,
            isReached(figure) ? "yes" : "NO",
            figure.detail,
        ]),
    ];
    const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column]))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
