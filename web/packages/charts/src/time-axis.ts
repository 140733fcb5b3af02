/** Labels of time axes as on a calendar: few, with the year where it changes. */
import { dateFormat, isFrench } from './format';
import { fill, messages } from './messages';
import { textWidth } from './text';

export interface AxisLabel {
	/** Index of the category under which it stands; may lie between two. */
	at: number;
	text: string;
	/** Second line: the month or the year, where it begins. */
	below?: string;
}

export interface TimeLabels {
	labels: AxisLabel[];
	/** Indexes at which a unit begins. */
	ticks: number[];
	lines: 1 | 2;
}

type Unit = { name: 'hour' | 'day' | 'month' | 'quarter' | 'year'; every: number };

const UNITS: Unit[] = [
	{ name: 'hour', every: 1 },
	{ name: 'hour', every: 3 },
	{ name: 'hour', every: 6 },
	{ name: 'hour', every: 12 },
	{ name: 'day', every: 1 },
	{ name: 'day', every: 2 },
	{ name: 'day', every: 7 },
	{ name: 'day', every: 14 },
	{ name: 'month', every: 1 },
	{ name: 'month', every: 2 },
	{ name: 'quarter', every: 1 },
	{ name: 'month', every: 3 },
	{ name: 'month', every: 6 },
	{ name: 'year', every: 1 },
	{ name: 'year', every: 2 },
	{ name: 'year', every: 5 },
	{ name: 'year', every: 10 },
	{ name: 'year', every: 25 },
];

const GRAIN_ORDER = ['hour', 'day', 'isoWeek', 'month', 'quarter', 'year'];

export function monthName(time: number, locale: string): string {
	const tongue = isFrench(locale) ? locale : 'en-US';
	const name = dateFormat(tongue, { month: 'short' }).format(new Date(time));
	return name.charAt(0).toLocaleUpperCase() + name.slice(1).replace(/\.$/, '');
}

/** Number of the unit a time falls in; two times with the same number share a label. */
function place(time: number, unit: Unit): number {
	const date = new Date(time);
	const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
	switch (unit.name) {
		case 'hour':
			return Math.floor(time / 3_600_000 / unit.every);
		case 'day':
			if (unit.every < 7) return months * 40 + Math.floor((date.getUTCDate() - 1) / unit.every);
			// Seven or fourteen days, counted from Mondays.
			return Math.floor((time / 86_400_000 + 3) / unit.every);
		case 'month':
			return Math.floor(months / unit.every);
		case 'quarter':
			return Math.floor(months / 3);
		case 'year':
			return Math.floor(date.getUTCFullYear() / unit.every);
	}
}

function wording(time: number, unit: Unit, locale: string): { text: string; group: string } {
	const date = new Date(time);
	const year = String(date.getUTCFullYear());
	const month = monthName(time, locale);
	switch (unit.name) {
		case 'hour': {
			const hour = date.getUTCHours();
			return {
				text: isFrench(locale) ? `${hour}\u00a0h` : `${String(hour).padStart(2, '0')}:00`,
				group: `${date.getUTCDate()} ${month}`,
			};
		}
		case 'day':
			return { text: String(date.getUTCDate()), group: `${month} ${year}` };
		case 'month':
			return { text: month, group: year };
		case 'quarter':
			return {
				text: fill(messages(locale).quarterShort, { quarter: Math.floor(date.getUTCMonth() / 3) + 1 }),
				group: year,
			};
		case 'year':
			return { text: year, group: '' };
	}
}

/** The densest labels that stay apart at so many pixels between two categories. */
export function timeLabels(
	times: (number | null)[],
	by: string | undefined,
	locale: string,
	pitch: number,
): TimeLabels {
	const grain = by ? GRAIN_ORDER.indexOf(by) : 0;
	const finest = Math.max(
		0,
		UNITS.findIndex((unit) => unit.name === grainUnit(by)),
	);
	let fallback: TimeLabels = { labels: [], ticks: [], lines: 1 };
	for (const unit of UNITS.slice(finest)) {
		// Only quarters are labelled as quarters; months by their first month.
		if (unit.name === 'quarter' && by !== 'quarter') continue;
		const made = labelsOf(
			times,
			unit,
			grain < GRAIN_ORDER.indexOf(unit.name === 'day' && unit.every > 1 ? 'isoWeek' : unit.name),
			locale,
			pitch,
		);
		if (made.labels.length === 0) continue;
		fallback = made;
		if (fits(made.labels, pitch)) return made;
	}
	return { ...fallback, labels: fallback.labels.slice(0, 1) };
}

function grainUnit(by: string | undefined): Unit['name'] {
	if (by === 'isoWeek') return 'day';
	if (by === 'hour' || by === 'day' || by === 'month' || by === 'quarter' || by === 'year') return by;
	return 'day';
}

function labelsOf(times: (number | null)[], unit: Unit, spans: boolean, locale: string, pitch: number): TimeLabels {
	const starts: number[] = [];
	let before: number | null = null;
	times.forEach((time, index) => {
		if (time === null) return;
		const now = place(time, unit);
		if (now !== before) starts.push(index);
		before = now;
	});
	const labels: AxisLabel[] = [];
	const ticks = [...starts];
	let group = '';
	let narrow = false;
	starts.forEach((start, order) => {
		const time = times[start];
		if (time === null || time === undefined) return;
		const end = starts[order + 1] ?? times.length;
		const middle =
			spans && (unit.name === 'month' || unit.name === 'year' || unit.name === 'quarter') && unit.every === 1;
		const words = wording(time, unit, locale);
		const room = (end - start) * pitch;
		// The first span may be cut short, as December is by a year of weeks: it then gives way to the next.
		const next = starts[order + 2];
		const cut = order === 0 && next !== undefined && end - start < next - end;
		// A span cut short by the edge says its name only where there is room.
		if ((middle && room < textWidth(words.text) + 4) || (cut && room < textWidth(words.text) + 12)) {
			narrow ||= order > 0 && order < starts.length - 1;
			if (cut) ticks.shift();
			return;
		}
		const label: AxisLabel = { at: middle ? (start + end - 1) / 2 : start, text: words.text };
		if (words.group && words.group !== group) label.below = words.group;
		group = words.group;
		labels.push(label);
	});
	return { labels: narrow ? [] : labels, ticks, lines: labels.some((label) => label.below) ? 2 : 1 };
}

function fits(labels: AxisLabel[], pitch: number): boolean {
	for (const [line, gap] of [
		['text', 10],
		['below', 8],
	] as const) {
		let edge = -Infinity;
		for (const label of labels) {
			const text = label[line];
			if (!text) continue;
			const half = textWidth(text) / 2;
			const middle = label.at * pitch;
			if (middle - half < edge + gap) return false;
			edge = middle + half;
		}
	}
	return true;
}
