/** Reads a figure, what it is compared with, its target and its trend. */
import { amount, fieldOf, valuesOf } from './data';
import { formatEvolution, formatValue, timeOf, type Evolution } from './format';
import { messages } from './messages';
import { textWidth } from './text';
import type { Chart, Field, FormatStyle, Frame, Frames, Value } from './types';

export interface Figure {
	field: Field;
	/** There is no row to measure. */
	none: boolean;
	/** The figure without its unit, as wide as the tile allows. */
	text: string;
	/** Its size in pixels: smaller where even the short figure is too wide. */
	size: number;
	/** The full figure, where the text is the short one. */
	full: string;
	unit: string;
	evolution: Evolution | null;
	compare: string;
	target: { text: string; met: boolean | null } | null;
	trend: (number | null)[];
	/** Where the trend starts and ends, if its points are dates. */
	ends: [string, string] | null;
}

const LARGEST = 40;
const SMALLEST = 22;

const UNKNOWN: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

interface Point {
	value: number | null;
	time: number;
}

/** Points of the trend in the order of time. */
function trendOf(field: Field, frame: Frame | undefined): Point[] {
	if (!frame || frame.columns.length < 2) return [];
	const values = frame.columns.find((column) => column.name === field.id) ?? frame.columns[frame.columns.length - 1]!;
	const dates = frame.columns.find((column) => column !== values)!;
	return values.values
		.map((value, row) => ({ value: amount(value), time: timeOf(dates.values[row]) ?? row }))
		.sort((a, b) => a.time - b.time);
}

const styleOf = (by: string): FormatStyle => (by === 'month' ? 'month' : by === 'year' ? 'year' : 'date');

function endsOf(chart: Chart, points: Point[], locale: string): [string, string] | null {
	const by = chart.options.trend?.by;
	const [first, last] = [points[0], points.at(-1)];
	if (!by || !first || !last) return null;
	const name = ({ time }: Point): string => formatValue(time, { style: styleOf(by) }, { locale, short: true, by });
	return [name(first), name(last)];
}

/** What the change of the last point is compared with: "Dec vs Nov" where the points are months. */
function pointLabel(chart: Chart, points: Point[], locale: string): string {
	const { trend } = chart.options;
	const [before, last] = points.slice(-2);
	if (!before || !last || !trend?.by) return messages(locale).previousPoint;
	const style = styleOf(trend.by);
	const [from, to] = [new Date(before.time), new Date(last.time)];
	const sameYear = from.getUTCFullYear() === to.getUTCFullYear();
	// Within a year the month's number is enough to name it.
	const name = (time: number): string =>
		trend.by === 'month' && sameYear
			? formatValue(new Date(time).getUTCMonth() + 1, { style: 'month' }, { locale, short: true })
			: formatValue(time, { style }, { locale, short: true, by: trend.by });
	return `${name(last.time)} vs ${name(before.time)}`;
}

/** A duration says its own units; a percentage its sign. Both stay with the figure. */
export function figureOf(chart: Chart, frames: Frames, locale: string, width: number): Figure {
	const field = fieldOf(chart, 'value') ?? chart.fields[0] ?? UNKNOWN;
	const { options } = chart;
	const none = frames.main?.rows === 0;
	const value: Value = valuesOf(chart, frames.main, field.id)[0] ?? null;
	const points = trendOf(field, frames.trend);
	const byPoint = options.compare === 'previous-point';
	const before = byPoint
		? points.at(-2)?.value
		: frames.previous
			? valuesOf(chart, frames.previous, field.id)[0]
			: undefined;
	const words = messages(locale);

	const full = formatValue(value, field.format, { locale });
	const unit = value === null ? '' : (field.unit ?? '');
	const wide = (figure: string): number => textWidth(figure, LARGEST) + (unit ? textWidth(unit, LARGEST / 2) + 8 : 0);
	const text = width > 0 && wide(full) > width ? formatValue(value, field.format, { locale, short: true }) : full;
	const fit = width > 0 ? Math.min(1, width / wide(text)) : 1;

	const options_ = { locale, unit: field.unit, higherIs: field.higher_is };
	const number = amount(value);
	const { target } = options;
	const met =
		target === undefined || number === null || !field.higher_is || field.higher_is === 'neutral'
			? null
			: field.higher_is === 'worse'
				? number <= target
				: number >= target;
	return {
		field,
		none,
		text,
		size: Math.max(SMALLEST, Math.floor(LARGEST * fit)),
		full: formatValue(value, field.format, { locale, unit: field.unit }),
		unit,
		evolution: formatEvolution(byPoint ? points.at(-1)?.value : number, before, field.format, options_),
		compare: options.compare_label ?? (byPoint ? pointLabel(chart, points, locale) : words.previous),
		target:
			target === undefined || none
				? null
				: {
						text: `${words.target} ${formatValue(target, field.format, { locale, unit: field.unit, trim: true })}`,
						met,
					},
		trend: points.map((point) => point.value),
		ends: endsOf(chart, points, locale),
	};
}
