const hour = 3_600_000;

/** When a certificate created now begins and ends: for itself, which knows whole seconds, and for the state. */
export function validity(hours: number, now = new Date()) {
    const wholeSecond = Math.floor(now.getTime() / 1000) * 1000;
    const beyondMilliseconds = String(process.hrtime.bigint() % 1_000_000n).padStart(6, "0");
    return {
        notBefore: new Date(wholeSecond),
        notAfter: new Date(wholeSecond + hours * hour),
        validityStartTime: timestamp(now, beyondMilliseconds),
        validityEndTime: timestamp(new Date(now.getTime() + hours * hour), beyondMilliseconds),
    };
}

/** As Go writes a time (RFC 3339): the local time with its offset, and nine digits of a second. */
function timestamp(time: Date, beyondMilliseconds: string): string {
    const offset = -time.getTimezoneOffset();
    const local = new Date(time.getTime() + offset * 60_000).toISOString().slice(0, -1);
    const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, "0");
    const zone = `${offset < 0 ? "-" : "+"}${twoDigits(Math.abs(offset) / 60)}:${twoDigits(Math.abs(offset) % 60)}`;
    return `${local}${beyondMilliseconds}${offset === 0 ? "Z" : zone}`;
}

/** True in the last hours of a certificate's life, when the next update creates a new one. */
export function isDueForRenewal(validityEndTime: unknown, earlyRenewalHours: unknown, now = Date.now()): boolean {
    if (typeof validityEndTime !== "string") return false;
    return now >= Date.parse(validityEndTime) - Number(earlyRenewalHours ?? 0) * hour;
}
