/** One sentence or two that say what a chart shows, for those who do not see it. */
import { amountsOf, fieldById, fieldOf, ids, isEmpty, isNatural, nameOf, readGrid, valuesOf, type Grid } from './data';
import { formatEvolution } from './format';
import { full } from './marks';
import { fill, messages } from './messages';
import type { Chart, Field, Frame, Frames, Value } from './types';

interface Entry {
	name: string;
	value: number;
}

export function summarise(chart: Chart, frames: Frames, locale: string): string {
	const words = messages(locale);
	const main = frames.main;
	const type = words.type[chart.type] ?? chart.type;
	if (!main || isEmpty(chart, frames)) return `${type}. ${words.noData}.`;
	switch (chart.type) {
		case 'kpi':
			return figure(chart, frames, locale);
		case 'table':
			return fill(words.summary.table, { rows: main.rows, columns: chart.fields.length });
		case 'point-map': {
			const size = fieldOf(chart, 'size');
			const label = fieldOf(chart, 'label') ?? fieldOf(chart, 'group');
			const ends = extremes(entries(chart, main, label, size, locale));
			if (!ends || !size) return `${type}.`;
			return `${fill(words.summary.plain, { type, measure: size.label })} ${fill(words.summary.points, { count: main.rows, max: ends.max.name, maxValue: full(ends.max.value, size, locale) })}`;
		}
		case 'donut':
		case 'leaderboard':
			return described(chart, main, type, fieldOf(chart, 'group'), fieldOf(chart, 'value'), locale);
		case 'heatmap':
			return heat(chart, main, type, locale);
		default:
			return axes(chart, main, type, locale);
	}
}

function figure(chart: Chart, frames: Frames, locale: string): string {
	const field = fieldOf(chart, 'value') ?? chart.fields[0];
	if (!field) return '';
	if (frames.main?.rows === 0) return `${field.label}: ${messages(locale).noFigure}.`;
	const value = valuesOf(chart, frames.main, field.id)[0] ?? null;
	const said = fill(messages(locale).summary.single, { name: field.label, value: full(value, field, locale) });
	const previous = frames.previous ? valuesOf(chart, frames.previous, field.id)[0] : undefined;
	const evolution = formatEvolution(value, previous, field.format, {
		locale,
		unit: field.unit,
		higherIs: field.higher_is,
	});
	return evolution ? `${said} ${evolution.text} ${chart.options.compare_label ?? ''}`.trim() : said;
}

function entries(
	chart: Chart,
	frame: Frame,
	group: Field | undefined,
	measure: Field | undefined,
	locale: string,
): Entry[] {
	if (!group || !measure) return [];
	const names = valuesOf(chart, frame, group.id);
	return amountsOf(chart, frame, measure.id)
		.map((value, row) => ({ name: nameOf(names[row] ?? null, group, locale), value }))
		.filter((entry): entry is Entry => entry.value !== null);
}

/** A dimension by its grain where it has one: "month (Day)", or only "day" where the label says it. */
function dimensionOf(field: Field, locale: string): string {
	const words = messages(locale);
	const grain = words.grains[field.by ?? ''];
	if (!grain) return field.label;
	if (field.label.toLocaleLowerCase(locale) === grain) return grain;
	return fill(words.summary.grain, { grain, dimension: field.label });
}

/** The highest series where it matters: at the last point of time, or in the first of the ordered categories. */
function leaderOf(grid: Grid): { series: Grid['series'][number]; at: number; value: number } | null {
	const places = grid.keys.map((_, index) => index);
	if (grid.natural) places.reverse();
	const at = places.find((index) => grid.series.some((one) => one.values[index] !== null));
	if (at === undefined) return null;
	const size = (series: Grid['series'][number]): number => series.values[at] ?? -Infinity;
	const series = grid.series.reduce((best, one) => (size(one) > size(best) ? one : best));
	return { series, at, value: size(series) };
}

function extremes(list: Entry[]): { min: Entry; max: Entry } | null {
	if (list.length === 0) return null;
	return list.reduce(
		(ends, entry) => ({
			min: entry.value < ends.min.value ? entry : ends.min,
			max: entry.value > ends.max.value ? entry : ends.max,
		}),
		{ min: list[0]!, max: list[0]! },
	);
}

function spread(list: Entry[], measure: Field, locale: string): string {
	const words = messages(locale).summary;
	const ends = extremes(list);
	if (!ends) return '';
	if (list.length === 1)
		return fill(words.single, { name: ends.max.name, value: full(ends.max.value, measure, locale) });
	return fill(words.extremes, {
		max: ends.max.name,
		maxValue: full(ends.max.value, measure, locale),
		min: ends.min.name,
		minValue: full(ends.min.value, measure, locale),
	});
}

function described(
	chart: Chart,
	frame: Frame,
	type: string,
	group: Field | undefined,
	measure: Field | undefined,
	locale: string,
): string {
	if (!group || !measure) return `${type}.`;
	const lead = fill(messages(locale).summary.by, {
		type,
		measure: measure.label,
		dimension: dimensionOf(group, locale),
	});
	return `${lead} ${spread(entries(chart, frame, group, measure, locale), measure, locale)}`;
}

function heat(chart: Chart, frame: Frame, type: string, locale: string): string {
	const [x, y, measure] = [fieldOf(chart, 'x'), fieldOf(chart, 'y'), fieldOf(chart, 'value')];
	if (!x || !y || !measure) return `${type}.`;
	const [columns, rows] = [valuesOf(chart, frame, x.id), valuesOf(chart, frame, y.id)];
	const at = (row: number): string =>
		`${nameOf(rows[row] as Value, y, locale)}, ${nameOf(columns[row] as Value, x, locale)}`;
	const list = amountsOf(chart, frame, measure.id)
		.map((value, row) => ({ name: at(row), value }))
		.filter((entry): entry is Entry => entry.value !== null);
	const dimension = fill(messages(locale).summary.and, {
		list: dimensionOf(y, locale),
		last: dimensionOf(x, locale),
	});
	return `${fill(messages(locale).summary.by, { type, measure: measure.label, dimension })} ${spread(list, measure, locale)}`;
}

function axes(chart: Chart, frame: Frame, type: string, locale: string): string {
	const words = messages(locale).summary;
	const measures = chart.type === 'bar-line' ? [...ids(chart, 'bars'), ...ids(chart, 'lines')] : ids(chart, 'y');
	const x = fieldOf(chart, 'x');
	if (!x || measures.length === 0) return `${type}.`;
	const grid = readGrid(chart, frame, measures, locale);
	const names = measures.map((id) => fieldById(chart, id).label);
	const measure =
		names.length > 1
			? fill(words.and, { list: names.slice(0, -1).join(', '), last: names[names.length - 1]! })
			: names[0]!;
	const parts = [fill(words.by, { type, measure, dimension: dimensionOf(x, locale) })];
	if (grid.series.length > 1) {
		const leader = measures.length === 1 ? leaderOf(grid) : null;
		if (leader)
			parts.push(
				fill(words.series, {
					count: grid.series.length,
					at: nameOf(grid.keys[leader.at] ?? null, x, locale),
					leader: leader.series.label,
					value: full(leader.value, leader.series.field, locale),
				}),
			);
	} else if (grid.series[0]) {
		const { field, values } = grid.series[0];
		const list = values
			.map((value, index) => ({ name: nameOf(grid.keys[index] ?? null, x, locale), value }))
			.filter((entry): entry is Entry => entry.value !== null);
		const ends = extremes(list);
		const say = (value: number): string => full(value, field, locale);
		if (ends && list.length > 2 && isNatural(x, frame) && grid.time) {
			const [first, last] = [list[0]!, list[list.length - 1]!];
			parts.push(
				fill(words.trend, {
					first: first.name,
					firstValue: say(first.value),
					last: last.name,
					lastValue: say(last.value),
					max: ends.max.name,
					maxValue: say(ends.max.value),
					min: ends.min.name,
					minValue: say(ends.min.value),
				}),
			);
		} else parts.push(spread(list, field, locale));
	}
	const field = grid.series[0]?.field;
	if (chart.options.target !== undefined && field)
		parts.push(fill(words.target, { target: full(chart.options.target, field, locale) }));
	return parts.filter(Boolean).join(' ');
}
