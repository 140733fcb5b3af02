/** Lines over time or ordered categories: named at their ends when four or fewer, the last point marked. */
import { along, frame, text, tickCount, wholeNumbers, type Graphic } from '../cartesian';
import { ids, lastValue, readGrid, type Grid, type Series } from '../data';
import {
	base,
	colored,
	labels,
	legendOf,
	nameAt,
	rowsAt,
	seriesColors,
	spread,
	targetAcross,
	targetText,
} from '../marks';
import type { Context, Plan } from '../plan';
import { farFromZero, niceScale, type Scale } from '../scale';
import { textWidth } from '../text';
import { readable } from '../tokens';
import type { Chart, Field, Frame } from '../types';

const PLAIN: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

/** Series in the order of their last values, highest first: the order of the ends, and of the legend. */
export function byLastValue(series: Series[]): Series[] {
	const height = (one: Series): number => lastValue(one.values) ?? -Infinity;
	return [...series].sort((a, b) => height(b) - height(a));
}

export function lineScale(grid: Grid, target: number | undefined, count: number): Scale {
	const values: (number | null)[] = grid.series.flatMap((one) => one.values);
	if (target !== undefined) values.push(target);
	const field = grid.series[0]?.field ?? PLAIN;
	const cap = field.format.style === 'percent' ? 1 : undefined;
	return niceScale(values, {
		zero: grid.keys.length < 2 || !farFromZero(values),
		count,
		whole: wholeNumbers(field),
		cap,
	});
}

/** A point between two gaps would vanish as a line: it is drawn as a dot. */
export function points(values: (number | null)[], size = 5) {
	return values.map((value, index) => {
		const alone = value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
		return { value: value ?? '-', symbol: alone ? 'circle' : 'none', symbolSize: size };
	});
}

export function line(chart: Chart, source: Frame, context: Context): Plan {
	const read = readGrid(chart, source, ids(chart, 'y'), context.locale);
	const grid: Grid = { ...read, series: byLastValue(read.series) };
	const { locale } = context;
	const field = grid.series[0]?.field ?? PLAIN;
	const many = grid.series.length > 1;
	const most = colored(context, grid.series.length);
	const { target } = chart.options;
	const scale = lineScale(grid, target, tickCount(context));
	const colors = seriesColors(chart, grid.series, context);
	const ends = endLabels(grid, context, field);
	const drawn = frame(context, { grid, scale, field, bands: false, right: ends.room });
	const { box, graphic } = drawn;

	graphic.push(...drawEnds(context, grid, colors, ends.texts, drawn));
	if (target !== undefined)
		graphic.push(
			...targetAcross(context, box, drawn.yAt(target), targetText(target, field, locale), places(grid, drawn)),
		);

	const series = grid.series.map((one, order) => ({
		id: one.id,
		name: one.label,
		type: 'line' as const,
		silent: true,
		showSymbol: true,
		showAllSymbol: true,
		z: 20 - Math.min(order, 9),
		emphasis: { disabled: true },
		lineStyle: {
			color: colors[order]!,
			width: order >= most ? 1 : context.size === 'tile' ? 1.75 : 2,
			cap: 'round' as const,
			join: 'round' as const,
			...(order >= most ? { opacity: 0.6 } : {}),
		},
		itemStyle: { color: colors[order]! },
		data: points(one.values),
	}));

	return {
		option: { ...base, ...drawn.option, series, graphic },
		height: context.height,
		legend: many && ends.texts.length === 0 ? legendOf(grid.series, colors, context, 'line') : [],
		marks: lineMarks(grid, context, colors, drawn),
		pointing: 'x',
		plot: box,
		renderer: 'svg',
	};
}

/** Where the lines run, in pixels. */
function places(
	grid: Grid,
	drawn: { xAt: (index: number) => number; yAt: (value: number) => number },
): [number, number][] {
	return grid.series.flatMap((one) => along(one.values, drawn.xAt, drawn.yAt));
}

export function lineMarks(
	grid: Grid,
	context: Context,
	colors: string[],
	drawn: { xAt: (index: number) => number; yAt: (value: number) => number; box: { top: number } },
) {
	return grid.keys.map((_, index) => {
		const shown = grid.series.slice(0, 10);
		const rows = rowsAt(shown, index, context, colors, drawn.yAt);
		if (shown.length === 1 && rows[0]) rows[0].color = colors[0];
		if (grid.series.length > 4) {
			const rank = (order: number): number => shown[order]!.values[index] ?? -Infinity;
			const order = rows.map((_, at) => at).sort((a, b) => rank(b) - rank(a));
			return {
				title: nameAt(grid, index, context),
				rows: order.map((at) => rows[at]!),
				x: drawn.xAt(index),
				y: drawn.box.top,
			};
		}
		return { title: nameAt(grid, index, context), rows, x: drawn.xAt(index), y: drawn.box.top };
	});
}

interface Ends {
	texts: string[];
	room: number;
}

/** One series says its last value; two to four say their names, if these are not too long for the room. */
export function endLabels(grid: Grid, context: Context, field: Field): Ends {
	if (grid.series.length === 1) {
		const value = lastValue(grid.series[0]!.values);
		if (value === null || context.size === 'tile') return { texts: [], room: 8 };
		const said = labels(grid.series[0]!.values, field, context.locale)(value);
		return { texts: [said], room: textWidth(said) + 14 };
	}
	if (grid.series.length > 4 || context.size === 'tile') return { texts: [], room: 8 };
	const widest = Math.max(...grid.series.map((one) => textWidth(one.label)));
	// A name that would be cut says more in a legend.
	if (widest > context.width * 0.23) return { texts: [], room: 8 };
	return { texts: grid.series.map((one) => one.label), room: widest + 16 };
}

function drawEnds(
	context: Context,
	grid: Grid,
	colors: string[],
	texts: string[],
	drawn: {
		xAt: (index: number) => number;
		yAt: (value: number) => number;
		box: { top: number; bottom: number; right: number };
	},
): Graphic[] {
	const out: Graphic[] = [];
	const heights = grid.series.map((one) => drawn.yAt(lastValue(one.values) ?? 0));
	const placed = spread(heights, 15, drawn.box.top, drawn.box.bottom);
	grid.series.forEach((one, order) => {
		const value = lastValue(one.values);
		if (value === null || order >= colored(context, grid.series.length)) return;
		const index = one.values.lastIndexOf(value);
		out.push({
			type: 'circle',
			silent: true,
			z: 30,
			shape: { cx: drawn.xAt(index), cy: drawn.yAt(value), r: 4 },
			style: { fill: colors[order], stroke: context.tokens.surface, lineWidth: 1.5 },
		});
		const label = texts[order];
		if (!label) return;
		out.push(
			text(context, (grid.series.length === 1 ? drawn.xAt(index) : drawn.box.right) + 9, placed[order]!, label, {
				textAlign: 'left',
				textVerticalAlign: 'middle',
				fill: grid.series.length > 1 ? readable(colors[order]!, context.tokens) : context.tokens.text,
				fontWeight: '600',
			}),
		);
	});
	return out;
}
