/** The values of each field: minute, hour, day of the month, month and day of the week. */
const ranges: readonly [min: number, max: number][] = [
    [0, 59],
    [0, 23],
    [1, 31],
    [1, 12],
    [0, 6],
];

/** One field of a schedule. */
interface Field {
    /** In ascending order. */
    readonly values: readonly number[];
    /** Whether it is `*`, which for days leaves the choice to the other field of days. */
    readonly isEvery: boolean;
}

/** The fields of a schedule, as Kubernetes reads them; undefined if it is not one. Names such as `MON` are not supported. */
function fieldsOf(schedule: string): Field[] | undefined {
    const texts = schedule.split(/ +/);
    if (texts.length !== ranges.length) return undefined;
    const parsed = texts.flatMap((text, i) => fieldOf(text, ranges[i]) ?? []);
    return parsed.length === ranges.length ? parsed : undefined;
}

function fieldOf(text: string, range: readonly [number, number]): Field | undefined {
    const items = text.split(",");
    const values = items.map((item) => valuesOf(item, range));
    if (values.includes(undefined)) return undefined;
    const distinct = new Set(values.flatMap((some) => some ?? []));
    return {
        values: [...distinct].sort((a, b) => a - b),
        isEvery: items.some((item) => item === "*" || item === "*/1"),
    };
}

/** The values of `*`, `5`, `1-5` or one of them with a step, such as `*\/15`; `5/10` begins at 5. */
function valuesOf(item: string, [min, max]: readonly [number, number]): number[] | undefined {
    const [, first, last, step] = /^(\*|\d{1,2})(?:-(\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(item) ?? [];
    if (first === undefined || (first === "*" && last !== undefined)) return undefined;
    const from = first === "*" ? min : Number(first);
    const to = last === undefined ? (first === "*" || step !== undefined ? max : from) : Number(last);
    const by = Number(step ?? 1);
    if (from < min || to > max || from > to || by < 1) return undefined;
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
}

/** After 400 years, the calendar repeats, with the days of the week. */
const daysOfCalendar = 146_097;
const minutesOfDay = 1440;

/** The days on which a schedule runs, counted from 2000-01-01, a Saturday. */
function matchingDays([, , days, months, weekdays]: readonly Field[]): number[] {
    const found: number[] = [];
    for (let day = 0; day < daysOfCalendar; day++) {
        const date = new Date(Date.UTC(2000, 0, 1 + day));
        if (!months.values.includes(date.getUTCMonth() + 1)) continue;
        const byDay = days.values.includes(date.getUTCDate());
        const byWeekday = weekdays.values.includes(date.getUTCDay());
        // If both fields restrict the days, one of them is enough.
        if (days.isEvery || weekdays.isEvery ? byDay && byWeekday : byDay || byWeekday) found.push(day);
    }
    return found;
}

/** The longest time between two runs of a schedule, in minutes: Infinity if it never runs, undefined if it is not a schedule. */
export function longestGap(schedule: string): number | undefined {
    const fields = fieldsOf(schedule);
    if (fields === undefined) return undefined;
    const [minutes, hours] = fields;
    const times = hours.values.flatMap((hour) => minutes.values.map((minute) => hour * 60 + minute));
    const days = matchingDays(fields);
    if (days.length === 0) return Number.POSITIVE_INFINITY;
    const overnight = minutesOfDay - times[times.length - 1] + times[0];
    return Math.max(
        ...gaps(times),
        (longest(gaps([...days, days[0] + daysOfCalendar])) - 1) * minutesOfDay + overnight,
    );
}

function gaps(ascending: readonly number[]): number[] {
    return ascending.slice(1).map((value, i) => value - ascending[i]);
}

function longest(values: readonly number[]): number {
    return values.reduce((most, value) => Math.max(most, value), 0);
}
