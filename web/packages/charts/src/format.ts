/** Numbers, dates and durations as a reader of the locale writes them. */
import { fill, messages } from './messages';
import type { Format, HigherIs, Value } from './types';

export interface FormatOptions {
	locale: string;
	/** Unit word said after the number, such as `min`. */
	unit?: string;
	/** Short form for axes and tiles: 12.4k, €3.2M. */
	short?: boolean;
	/** Without decimals that are zero: 80%, not 80.0%. */
	trim?: boolean;
	/** Always with a sign; zero has none. */
	signed?: boolean;
	/** Largest amount shown beside it: short forms then share its magnitude, 5k beside 15k. */
	among?: number;
	/** As many digits as those beside it: 3.90k beside 3.95k. */
	even?: boolean;
	/** Grain of a date: day, isoWeek, month, quarter, year. */
	by?: string;
}

export interface Evolution {
	/** With its sign, such as `+4.2%` or `−1.3 pts`. */
	text: string;
	direction: 'up' | 'down' | 'flat';
	sentiment: 'positive' | 'negative' | 'neutral';
}

/** What stands for a value that is not there. */
export const MISSING = '–';
const NBSP = '\u00a0';
/** Before a percent sign in French; browsers differ on its width. */
const NARROW_NBSP = '\u202f';

const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = locale + JSON.stringify(options);
	let format = numberFormats.get(key);
	if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(locale, options)));
	return format;
}

export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale + JSON.stringify(options);
	let format = dateFormats.get(key);
	if (!format) dateFormats.set(key, (format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })));
	return format;
}

export const isFrench = (locale: string): boolean => locale.toLowerCase().startsWith('fr');

/** Values of these styles are positions in time or words, not amounts. */
export function isAmount(format: Format): boolean {
	return ['decimal', 'percent', 'currency', 'compact', 'duration-minutes'].includes(format.style);
}

/** English dates are written the way all English readers understand: 3 Jan 2013. */
const dateLocale = (locale: string): string => (locale === 'en' ? 'en-GB' : locale);

function capitalised(text: string): string {
	return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** Time of a value: epoch milliseconds, or an ISO date in a text. */
export function timeOf(value: Value | undefined): number | null {
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value !== 'string') return null;
	const time = Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value);
	return Number.isNaN(time) ? null : time;
}

export function formatDate(value: Value, by: string | undefined, locale: string, short = false): string {
	const time = timeOf(value);
	if (time === null) return String(value);
	const words = messages(locale);
	const date = new Date(time);
	const tongue = dateLocale(locale);
	if (by === 'year') return String(date.getUTCFullYear());
	if (by === 'quarter') {
		const quarter = Math.floor(date.getUTCMonth() / 3) + 1;
		return fill(words.quarter, { quarter, year: date.getUTCFullYear() });
	}
	if (by === 'month') {
		const text = dateFormat(tongue, { month: short ? 'short' : 'long', year: 'numeric' }).format(date);
		return capitalised(short ? text.replace('Sept', 'Sep') : text);
	}
	const day = dateFormat(tongue, { day: 'numeric', month: 'short', year: 'numeric' })
		.format(date)
		.replace('Sept', 'Sep');
	if (by === 'isoWeek') return short ? day : fill(words.week, { date: day });
	if (by === 'hour' || date.getTime() % 86_400_000 !== 0) {
		const clock = dateFormat(tongue, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date);
		return `${day}, ${clock}`;
	}
	if (short || by === undefined) return day;
	return capitalised(
		dateFormat(tongue, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
			.format(date)
			.replace('Sept', 'Sep'),
	);
}

function formatWeekday(value: Value, locale: string, short: boolean): string {
	const day = Number(value);
	if (!Number.isInteger(day) || day < 1 || day > 7) return String(value);
	// 1 January 2024 was a Monday.
	const date = new Date(Date.UTC(2024, 0, day));
	return capitalised(
		dateFormat(locale, { weekday: short ? 'short' : 'long' })
			.format(date)
			.replace(/\.$/, ''),
	);
}

/** A month is a date, or a number from 1 to 12. */
function formatMonth(value: Value, locale: string, short: boolean): string {
	if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 12) {
		const date = new Date(Date.UTC(2024, value - 1, 1));
		return capitalised(dateFormat(dateLocale(locale), { month: short ? 'short' : 'long' }).format(date));
	}
	return formatDate(value, 'month', locale, short);
}

function formatHour(value: Value, locale: string): string {
	const hour = Number(value);
	if (!Number.isFinite(hour)) return String(value);
	return isFrench(locale) ? `${hour}${NBSP}h` : `${String(hour).padStart(2, '0')}:00`;
}

/** 95 minutes are `1 h 35 min`; below an hour, minutes with one decimal. */
function formatMinutes(value: number, locale: string, decimals: number | undefined, short: boolean): string {
	const size = Math.abs(value);
	// What rounds to sixty minutes is an hour.
	const fine = decimals ?? (short || Number.isInteger(value) ? 0 : 1);
	if (Number(size.toFixed(fine)) < 60) {
		const text = plain(size, locale, fine, fine);
		return `${text}${NBSP}min`;
	}
	const minutes = Math.round(size);
	const hours = Math.floor(minutes / 60);
	const rest = minutes % 60;
	const shownHours = plain(hours, locale, 0, 0);
	if (short || hours >= 100 || rest === 0) {
		return short && rest !== 0 && hours < 10 ? `${plain(minutes / 60, locale, 0, 1)}${NBSP}h` : `${shownHours}${NBSP}h`;
	}
	return `${shownHours}${NBSP}h${NBSP}${String(rest).padStart(2, '0')}${NBSP}min`;
}

function plain(value: number, locale: string, least: number, most: number): string {
	return numberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most }).format(value);
}

const STEPS: [number, string][] = [
	[1e12, 'T'],
	[1e9, 'B'],
	[1e6, 'M'],
	[1e3, 'k'],
];

/** Three digits that count: 1.03M, 12.4k, 344M; French keeps its space: 1,03 M, 12,4 k, 1 Md. */
function compact(value: number, locale: string, currency?: string, even = false): string {
	const size = Math.abs(value);
	// 999,600 rounds to 1M, not to 1,000k.
	const step = STEPS.find(([amount]) => size >= amount * 0.9995);
	const scaled = step ? value / step[0] : value;
	const french = isFrench(locale);
	let suffix = step ? step[1] : '';
	if (french && suffix === 'B') suffix = 'Md';
	if (french && suffix) suffix = NBSP + suffix;
	const whole = Math.abs(scaled);
	const most = !step && Number.isInteger(value) ? 0 : whole >= 99.95 ? 0 : whole >= 9.995 ? 1 : 2;
	const least = even && step ? most : 0;
	if (!currency) return plain(scaled, locale, least, most) + suffix;
	const parts = numberFormat(locale, {
		style: 'currency',
		currency,
		currencyDisplay: 'narrowSymbol',
		minimumFractionDigits: least,
		maximumFractionDigits: most,
	}).formatToParts(scaled);
	let last = -1;
	parts.forEach((part, index) => {
		if (part.type === 'integer' || part.type === 'fraction') last = index;
	});
	return parts.map((part, index) => part.value + (index === last ? suffix : '')).join('');
}

function formatAmount(value: number, format: Format, options: FormatOptions): string {
	const { locale, short = false } = options;
	const decimals = format.decimals;
	const { even } = options;
	switch (format.style) {
		case 'percent': {
			const digits = decimals ?? 0;
			const least = options.trim || (short && !options.even) ? 0 : digits;
			return numberFormat(locale, {
				style: 'percent',
				minimumFractionDigits: least,
				maximumFractionDigits: digits,
			})
				.format(value)
				.replace(`${NBSP}%`, `${NARROW_NBSP}%`);
		}
		case 'currency': {
			const currency = format.currency ?? 'EUR';
			if (short) return compact(value, locale, currency, even);
			const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
			return numberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...digits }).format(
				value,
			);
		}
		case 'compact':
			return compact(value, locale, undefined, even);
		case 'duration-minutes':
			return formatMinutes(value, locale, decimals, short);
		default: {
			const large = Math.abs(value) >= 10_000 || (Math.abs(value) >= 1000 && Math.abs(options.among ?? 0) >= 10_000);
			if (short && large) return compact(value, locale, undefined, even);
			if (decimals !== undefined)
				return plain(value, locale, options.trim || (short && !options.even) ? 0 : decimals, decimals);
			return plain(value, locale, 0, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 3 : 2);
		}
	}
}

/** A true minus, as wide as a digit, not a hyphen; no sign before nothing. */
function withSign(text: string, value: number, signed: boolean): string {
	const bare = text.replace(/^[-−]/, '').replace(/^([^\d-−]*)[-−]/, '$1');
	if (!/[1-9]/.test(bare)) return bare;
	if (value < 0) return `−${bare}`;
	return signed ? `+${bare}` : bare;
}

/** The unit after a number, with the space of the locale. */
export function withUnit(text: string, unit: string | undefined): string {
	if (!unit) return text;
	return unit === '%' || unit === '°' ? text + unit : `${text}${NBSP}${unit}`;
}

export function formatValue(value: Value | undefined, format: Format, options: FormatOptions): string {
	if (value === null || value === undefined || value === '') return MISSING;
	const { locale, short = false } = options;
	const words = messages(locale);
	if (typeof value === 'boolean') return value ? words.yes : words.no;
	switch (format.style) {
		case 'text':
			// Numbers as text are names, of flights or accounts: no grouping.
			return String(value);
		case 'date':
			return formatDate(value, options.by, locale, short);
		case 'month':
			return formatMonth(value, locale, short);
		case 'year':
			return typeof value === 'number' && Math.abs(value) < 10_000 ? String(value) : formatDate(value, 'year', locale);
		case 'weekday':
			return formatWeekday(value, locale, short);
		case 'hour':
			return formatHour(value, locale);
	}
	const amount = typeof value === 'number' ? value : Number(value);
	if (!Number.isFinite(amount)) return typeof value === 'string' ? value : MISSING;
	const text = withSign(formatAmount(amount, format, options), amount, options.signed ?? false);
	return withUnit(text, options.unit);
}

/** Change from `previous` to `current`: relative, or in points where the value is itself a share. */
export function formatEvolution(
	current: Value | undefined,
	previous: Value | undefined,
	format: Format,
	options: FormatOptions & { higherIs?: HigherIs },
): Evolution | null {
	if (typeof current !== 'number' || typeof previous !== 'number') return null;
	if (!Number.isFinite(current) || !Number.isFinite(previous)) return null;
	const { locale } = options;
	let change: number;
	let bare: string;
	if (format.style === 'percent') {
		change = (current - previous) * 100;
		bare = withUnit(plain(Math.abs(change), locale, 1, 1), messages(locale).points);
	} else if (previous === 0 || current < 0 !== previous < 0) {
		// A ratio to nothing, or across zero, says nothing: give the difference itself.
		change = current - previous;
		bare = formatValue(Math.abs(change), format, { ...options, signed: false });
	} else {
		change = (current - previous) / Math.abs(previous);
		const digits = Math.abs(change) >= 1 ? 0 : 1;
		bare = numberFormat(locale, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits })
			.format(Math.abs(change))
			.replace(`${NBSP}%`, `${NARROW_NBSP}%`);
	}
	// What rounds to nothing is no change.
	if (!/[1-9]/.test(bare)) return { text: bare, direction: 'flat', sentiment: 'neutral' };
	const direction = change > 0 ? 'up' : 'down';
	const higherIs = options.higherIs ?? 'neutral';
	const good = higherIs === 'better' ? direction === 'up' : direction === 'down';
	const sentiment = higherIs === 'neutral' ? 'neutral' : good ? 'positive' : 'negative';
	return { text: (change > 0 ? '+' : '−') + bare, direction, sentiment };
}
