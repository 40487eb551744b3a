/** Milliseconds. */
export const hour = 3_600_000;
export const day = 24 * hour;

export function ago(milliseconds: number): string {
    if (milliseconds < hour) return `${Math.max(0, Math.floor(milliseconds / 60_000))} minutes ago`;
    const hours = Math.floor(milliseconds / hour);
    return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`;
}

export function size(bytes: number): string {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
    const value = bytes / 1024 ** power;
    return `${value >= 10 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
