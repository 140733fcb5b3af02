//! Days as readers write them, always in UTC so that a date never shifts.

export function formatDay(day: string, locale: string): string {
	return format(locale, { dateStyle: 'medium' }).format(Date.parse(`${day}T00:00:00Z`));
}

/** `1 Jan – 31 Mar 2013`, as short as the locale allows. */
export function formatDays(start: string, end: string, locale: string): string {
	const short = format(locale, { day: 'numeric', month: 'short', year: 'numeric' });
	return short.formatRange(Date.parse(`${start}T00:00:00Z`), Date.parse(`${end}T00:00:00Z`));
}

/** An instant in the reader's own time zone: when data was last updated. */
export function formatInstant(iso: string, locale: string, now = Date.now()): string {
	const time = Date.parse(iso);
	if (Number.isNaN(time)) return '';
	const today = new Date(time).toDateString() === new Date(now).toDateString();
	const options: Intl.DateTimeFormatOptions = today
		? { timeStyle: 'short' }
		: { dateStyle: 'medium', timeStyle: 'short' };
	return new Intl.DateTimeFormat(locale, options).format(time);
}

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
}
