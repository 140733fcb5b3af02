/** Areas: one over zero, or several stacked to a whole, each named at its end. */
import { frame, text, tickCount, wholeNumbers, type Graphic } from '../cartesian';
import { ids, lastValue, readGrid, type Grid } from '../data';
import { base, legendOf, seriesColors, spread, targetAcross, targetText } from '../marks';
import type { Context, Plan } from '../plan';
import { niceScale } from '../scale';
import { readable } from '../tokens';
import type { Chart, Field, Frame } from '../types';
import { asShares, PERCENT, rowsWithShares, stackEnds, type Stack } from './bar-vertical';
import { endLabels, lineMarks, points } from './line';

const PLAIN: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

export function area(chart: Chart, source: Frame, context: Context): Plan {
	const read = readGrid(chart, source, ids(chart, 'y'), context.locale);
	const whole = largestFirst(read);
	const many = whole.series.length > 1;
	const stack: Stack = !many ? 'grouped' : chart.options.stack === 'percent' ? 'percent' : 'stacked';
	const grid = stack === 'percent' ? asShares(whole) : whole;
	const { tokens, locale } = context;
	const field = stack === 'percent' ? PERCENT : (grid.series[0]?.field ?? PLAIN);
	const { target } = chart.options;
	const values: (number | null)[] = many
		? stackEnds(grid.series, grid.keys.length)
		: [...(grid.series[0]?.values ?? [])];
	if (target !== undefined) values.push(target);
	const cap = field.format.style === 'percent' ? 1 : undefined;
	const scale = niceScale(stack === 'percent' ? [0, 1] : values, {
		zero: true,
		count: tickCount(context),
		whole: wholeNumbers(field),
		cap,
	});
	const colors = seriesColors(chart, grid.series, context);
	const ends = endLabels(grid, context, field);
	const drawn = frame(context, { grid, scale, field, bands: false, right: ends.room });
	const { box, graphic } = drawn;

	graphic.push(...namesAtEnds(grid, context, colors, ends.texts, drawn));
	if (target !== undefined)
		graphic.push(...targetAcross(context, box, drawn.yAt(target), targetText(target, field, locale)));

	const series = grid.series.map((one, order) => ({
		id: one.id,
		name: one.label,
		type: 'line' as const,
		silent: true,
		stack: many ? 'all' : undefined,
		showSymbol: true,
		showAllSymbol: true,
		emphasis: { disabled: true },
		lineStyle: { color: many ? tokens.surface : colors[order]!, width: many ? 1 : 2 },
		itemStyle: { color: colors[order]! },
		areaStyle: { color: colors[order]!, opacity: many ? 0.9 : 0.16 },
		// In a stack a missing part is nothing, or all above it would fall.
		data: many ? points(one.values.map((value) => value ?? 0)) : points(one.values),
	}));

	return {
		option: { ...base, ...drawn.option, series, graphic },
		height: context.height,
		legend: many && ends.texts.length === 0 ? legendOf(grid.series, colors, context, 'square').reverse() : [],
		marks: many
			? lineMarks(grid, context, colors, drawn).map((mark, index) => ({
					...mark,
					rows: rowsWithShares(whole, grid, stack, index, context, colors).reverse(),
				}))
			: lineMarks(grid, context, colors, drawn),
		pointing: 'x',
		plot: box,
		renderer: 'svg',
	};
}

/** The steadiest ground lies at the bottom: the largest part. */
function largestFirst(grid: Grid): Grid {
	const sum = (values: (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
	return { ...grid, series: [...grid.series].sort((a, b) => sum(b.values) - sum(a.values)) };
}

function namesAtEnds(
	grid: Grid,
	context: Context,
	colors: string[],
	texts: string[],
	drawn: {
		xAt: (index: number) => number;
		yAt: (value: number) => number;
		box: { top: number; bottom: number; right: number };
	},
): Graphic[] {
	if (texts.length === 0) return [];
	const last = grid.keys.length - 1;
	let floor = 0;
	const heights = grid.series.map((one) => {
		const value = (grid.series.length > 1 ? one.values[last] : lastValue(one.values)) ?? 0;
		const middle = grid.series.length > 1 ? floor + value / 2 : value;
		floor += value;
		return drawn.yAt(middle);
	});
	const placed = spread(heights, 15, drawn.box.top, drawn.box.bottom);
	const out: Graphic[] = texts.map((label, order) =>
		text(context, drawn.box.right + 9, placed[order]!, label, {
			textAlign: 'left',
			textVerticalAlign: 'middle',
			fontWeight: '600',
			fill: grid.series.length > 1 ? readable(colors[order]!, context.tokens) : context.tokens.text,
		}),
	);
	if (grid.series.length === 1) {
		const value = lastValue(grid.series[0]!.values);
		if (value !== null) {
			const index = grid.series[0]!.values.lastIndexOf(value);
			out.push({
				type: 'circle',
				silent: true,
				z: 30,
				shape: { cx: drawn.xAt(index), cy: drawn.yAt(value), r: 4 },
				style: { fill: colors[0], stroke: context.tokens.surface, lineWidth: 1.5 },
			});
		}
	}
	return out;
}
