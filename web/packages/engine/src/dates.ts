//! Days as readers write them, always in UTC so that a date never shifts.

/** English dates are written the way all English readers understand: 3 Jan 2013, 18:00. */
const tongue = (locale: string): string => (locale === 'en' ? 'en-GB' : locale);

/** `1 Jan – 31 Mar 2013`, as short as the locale allows. */
export function formatDays(start: string, end: string, locale: string): string {
	const short = format(locale, { day: 'numeric', month: 'short', year: 'numeric' });
	return short.formatRange(Date.parse(`${start}T00:00:00Z`), Date.parse(`${end}T00:00:00Z`));
}

/** An instant in the reader's own time zone: when data was last updated. */
export function formatInstant(iso: string, locale: string, now = Date.now()): string {
	const time = Date.parse(iso);
	if (Number.isNaN(time)) return '';
	const options: Intl.DateTimeFormatOptions = isToday(time, now)
		? { timeStyle: 'short' }
		: { dateStyle: 'medium', timeStyle: 'short' };
	return new Intl.DateTimeFormat(tongue(locale), options).format(time);
}

/** An instant that stands alone says its day in any case: `today, 18:00`. */
export function formatUpdate(iso: string, locale: string, now = Date.now()): string {
	const instant = formatInstant(iso, locale, now);
	if (!isToday(Date.parse(iso), now)) return instant;
	return `${new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'day')}, ${instant}`;
}

const isToday = (time: number, now: number): boolean => new Date(time).toDateString() === new Date(now).toDateString();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat(tongue(locale), { ...options, timeZone: 'UTC' });
}
