/** What all charts share: tooltips of a category, colours of series, targets. */
import { ColorMemory } from './colors';
import { fieldOf, nameOf, type Grid, type Series } from './data';
import { rule, text, type Graphic } from './cartesian';
import { formatValue } from './format';
import { fill, messages } from './messages';
import type { Context, LegendItem, MarkRow } from './plan';
import { textWidth } from './text';
import type { Chart, Field, Value } from './types';

/** Full value with its unit. */
export function full(value: Value | undefined, field: Field, locale: string): string {
	return formatValue(value, field.format, { locale, unit: value === null ? undefined : field.unit });
}

export const short = (value: Value | undefined, field: Field, locale: string): string =>
	formatValue(value, field.format, { locale, short: true });

/** Short values of one chart: the same magnitude and decimals in all. */
export function labels(values: (number | null)[], field: Field, locale: string): (value: number | null) => string {
	const among = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
	const { style } = field.format;
	const whole = values.every((value) => value === null || Number.isInteger(value));
	const suited = whole ? 0 : among < 1 ? 2 : 1;
	// Beside thousands a fraction says nothing.
	const decimals =
		style !== 'decimal' ? field.format.decimals : among >= 10_000 ? 0 : (field.format.decimals ?? suited);
	const format = { ...field.format, decimals };
	return (value) => formatValue(value, format, { locale, short: true, among, even: true });
}

export const nameAt = (grid: Grid, index: number, context: Context): string =>
	nameOf(grid.keys[index] ?? null, grid.x, context.locale);

/** Eight series have a colour, three where many crowd a small picture; the rest are context. */
export const colored = (context: Context, count: number): number =>
	count > 4 && (context.size === 'tile' || (context.size === 'dashboard' && context.width < 560)) ? 3 : 8;

/** Colours of series: those of their values, where a dimension splits them; else of the measures in the chart's order. */
export function seriesColors(chart: Chart, series: Series[], context: Context): string[] {
	const { tokens } = context;
	const most = colored(context, series.length);
	const shown = series.slice(0, tokens.palette.length);
	const split = fieldOf(chart, 'series');
	if (!split && series.length === 1) return [tokens.accent];
	const at = split
		? valuePlaces(
				split,
				shown.map((one) => one.part ?? one.id),
				context,
			)
		: shown.map((one) => chart.fields.filter((field) => field.kind === 'measure').indexOf(one.field));
	return series.map((_, index) => (index < most ? tokens.palette[at[index] ?? -1] : undefined) ?? tokens.quiet);
}

/** Places in the palette for values of a dimension. */
export function valuePlaces(dimension: Field, values: string[], context: Context): number[] {
	return (context.colors ?? new ColorMemory()).places(dimension.id, values, context.tokens.palette.length);
}

export function rowsAt(
	series: Series[],
	index: number,
	context: Context,
	colors: string[],
	at?: (value: number) => number,
): MarkRow[] {
	return series.map((one, order) => {
		const value = one.values[index] ?? null;
		const row: MarkRow = { label: one.label, value: full(value, one.field, context.locale) };
		if (series.length > 1) row.color = colors[order];
		if (at && value !== null) row.at = at(value);
		return row;
	});
}

export function legendOf(
	series: Series[],
	colors: string[],
	context: Context,
	shape: LegendItem['shape'],
): LegendItem[] {
	const most = colored(context, series.length);
	const named = series
		.slice(0, most)
		.map((one, index): LegendItem => ({ label: one.label, color: colors[index]!, shape }));
	if (series.length > most) {
		const label = fill(messages(context.locale).othersMuted, { count: series.length - most });
		named.push({ label, color: context.tokens.quiet, shape });
	}
	return named;
}

/** Which categories the chart stresses; none means all alike. */
export function stressed(chart: Chart, grid: Grid): Set<number> | null {
	const wish = chart.options.highlight;
	if (wish === undefined || wish === null || grid.series.length !== 1) return null;
	const values = grid.series[0]!.values;
	if (wish === 'max' || wish === 'min') {
		let best = -1;
		values.forEach((value, index) => {
			if (value === null) return;
			const held = best < 0 ? null : values[best]!;
			if (held === null || (wish === 'max' ? value > held : value < held)) best = index;
		});
		return best < 0 ? null : new Set([best]);
	}
	const found = grid.keys.findIndex((key) => String(key) === String(wish));
	return found < 0 ? null : new Set([found]);
}

export function targetText(target: number, field: Field, locale: string): string {
	return `${messages(locale).target} ${formatValue(target, field.format, { locale, short: true, unit: field.unit })}`;
}

/** A dashed line across the plot, named at the end and on the side where the fewest marks lie. */
export function targetAcross(
	context: Context,
	box: { left: number; right: number },
	y: number,
	label: string,
	points: [number, number][] = [],
): Graphic[] {
	const { tokens } = context;
	const width = textWidth(label) + 8;
	const span = box.right - box.left - width;
	let best = { left: box.right - width, dy: -10, room: -1 };
	for (const dy of [-10, 12]) {
		for (const share of [1, 0, 0.75, 0.5, 0.25]) {
			const left = box.left + span * share;
			const near = points.filter(([x]) => x >= left - 8 && x <= left + width + 8);
			const room = Math.min(24, ...near.map(([, at]) => Math.abs(at - (y + dy))));
			if (room > best.room + 4) best = { left, dy, room };
		}
	}
	return [
		rule(box.left, y, box.right, y, { stroke: tokens.text, lineDash: [4, 3], lineWidth: 1.25 }, 6),
		{
			...text(context, best.left + width / 2, y + best.dy, label, {
				textAlign: 'center',
				textVerticalAlign: 'middle',
				fill: tokens.text,
				fontWeight: '500',
				stroke: tokens.surface,
				lineWidth: 3,
			}),
			// Where there is no clear place, the words stand before the marks.
			z: 40,
		},
	];
}

/** Places labels at heights, moved apart by at least a line, kept between two edges. */
export function spread(heights: number[], gap: number, top: number, bottom: number): number[] {
	const order = heights.map((_, index) => index).sort((a, b) => heights[a]! - heights[b]!);
	const placed = [...heights];
	let edge = top;
	for (const index of order) {
		placed[index] = Math.max(placed[index]!, edge);
		edge = placed[index]! + gap;
	}
	let floor = bottom;
	for (const index of [...order].reverse()) {
		placed[index] = Math.min(placed[index]!, floor);
		floor = placed[index]! - gap;
	}
	return placed;
}

/** Shared start of every option: no motion but to explain a change. */
export const base = { animationDuration: 0, animationDurationUpdate: 180, animationEasingUpdate: 'cubicOut' as const };
