/** Upright bars: single, grouped, stacked, percent; with a target and a stressed bar. */
import { frame, rule, text, tickCount, wholeNumbers, type Frame as Drawn, type Graphic } from '../cartesian';
import { fieldOf, isNatural, type Grid, type Series } from '../data';
import { base, full, legendOf, nameAt, rowsAt, labels, seriesColors, spread, stressed, targetText } from '../marks';
import { isPhone, type Context, type Plan } from '../plan';
import { niceScale, type Scale } from '../scale';
import { textWidth } from '../text';
import { readable, textOn } from '../tokens';
import { endLabels } from './line';
import type { Chart, Field, Frame } from '../types';

export type Stack = 'grouped' | 'stacked' | 'percent';

export const PERCENT: Field = { id: '', label: '', kind: 'measure', format: { style: 'percent', decimals: 0 } };

export function stackOf(chart: Chart, grid: Grid): Stack {
	const wish = chart.options.stack;
	if (grid.series.length < 2 && wish !== 'percent') return 'grouped';
	return wish === 'percent' ? 'percent' : wish === 'stacked' || wish === true ? 'stacked' : 'grouped';
}

/** Sums of the positive and of the negative parts of each category. */
export function stackEnds(series: Series[], count: number): number[] {
	const ends: number[] = [];
	for (let index = 0; index < count; index++) {
		let up = 0;
		let down = 0;
		for (const one of series) {
			const value = one.values[index] ?? 0;
			if (value >= 0) up += value;
			else down += value;
		}
		ends.push(up, down);
	}
	return ends;
}

/** Each value as a share of its category's whole. */
export function asShares(grid: Grid): Grid {
	const wholes = grid.keys.map((_, index) =>
		grid.series.reduce((sum, one) => sum + Math.abs(one.values[index] ?? 0), 0),
	);
	const share = (value: number | null, index: number): number | null =>
		value === null || !wholes[index] ? null : value / wholes[index]!;
	return { ...grid, series: grid.series.map((one) => ({ ...one, values: one.values.map(share) })) };
}

export function scaleFor(chart: Chart, grid: Grid, stack: Stack, count: number): Scale {
	if (stack === 'percent') return niceScale([0, 1], { zero: true, count: Math.min(count, 4) });
	const target = chart.options.target;
	const values =
		stack === 'stacked' ? stackEnds(grid.series, grid.keys.length) : grid.series.flatMap((one) => one.values);
	const field = grid.series[0]?.field;
	const cap = field?.format.style === 'percent' ? 1 : undefined;
	return niceScale(target === undefined ? values : [...values, target], {
		zero: true,
		count,
		whole: field ? wholeNumbers(field) : false,
		cap,
	});
}

/** Series in their own order where they have one, else the largest first: it lies on the axis. */
export function orderSeries(chart: Chart, frame: Frame, grid: Grid): Grid {
	const split = fieldOf(chart, 'series');
	const sum = (one: Series): number => one.values.reduce<number>((total, value) => total + (value ?? 0), 0);
	if (!split || isNatural(split, frame)) return grid;
	return { ...grid, series: [...grid.series].sort((a, b) => sum(b) - sum(a)) };
}

export function barVertical(chart: Chart, source: Grid, context: Context): Plan {
	const stack = stackOf(chart, source);
	const grid = stack === 'percent' ? asShares(source) : source;
	const field = stack === 'percent' ? PERCENT : (grid.series[0]?.field ?? PERCENT);
	const { tokens } = context;
	const bare = saysItsValues(chart, grid, context);
	const scale = bare ? exact(grid, chart.options.target) : scaleFor(chart, grid, stack, tickCount(context));
	const named = stack === 'grouped' || grid.series.some((one) => (one.values[grid.keys.length - 1] ?? 0) < 0);
	const names = named ? [] : endLabels(grid, context, field).texts;
	const target = stack === 'percent' ? undefined : chart.options.target;
	const targetLines =
		target === undefined ? [] : targetText(target, field, context.locale).split(/ (.*)/).filter(Boolean);
	const aside = [...names, ...targetLines].reduce((most, name) => Math.max(most, textWidth(name)), 0);
	const focus = stressed(chart, grid);
	const drawn = frame(context, {
		grid,
		scale,
		field,
		bands: true,
		bare,
		right: aside ? aside + 10 : undefined,
		top: focus && !bare ? 24 : undefined,
	});
	const { box, graphic, pitch } = drawn;
	const colors = seriesColors(chart, grid.series, context);
	if (names.length) graphic.push(...stackNames(context, grid, colors, names, drawn));
	const columns = stack === 'grouped' ? grid.series.length : 1;
	const thickness = Math.max(
		1,
		Math.min(columns === 1 ? 72 : 44, (pitch * (pitch < 8 ? 0.85 : columns === 1 ? 0.7 : 0.8)) / columns),
	);
	const round = stack === 'grouped' ? Math.min(3, thickness / 4) : 0;

	const series = grid.series.map((one, order) => ({
		id: one.id,
		name: one.label,
		type: 'bar' as const,
		silent: true,
		stack: stack === 'grouped' ? undefined : 'all',
		barWidth: thickness,
		barGap: '8%',
		emphasis: { disabled: true },
		itemStyle: { color: colors[order]! },
		data: one.values.map((value, index) => ({
			value: value ?? '-',
			itemStyle: {
				color: focus && !focus.has(index) ? tokens.quiet : colors[order]!,
				borderRadius: value !== null && value < 0 ? [0, 0, round, round] : [round, round, 0, 0],
				...(stack === 'grouped' ? {} : { borderColor: tokens.surface, borderWidth: thickness > 6 ? 0.5 : 0 }),
			},
		})),
	}));

	if (grid.series.length === 1) {
		const say = labels(grid.series[0]!.values, field, context.locale);
		grid.series[0]!.values.forEach((value, index) => {
			if (!bare && (value === null || !focus?.has(index))) return;
			const loud = focus?.has(index) ?? false;
			const y = drawn.yAt(value ?? 0);
			const down = value !== null && value < 0;
			// Under a target's line the value moves into its bar.
			const struck = target !== undefined && value !== null && Math.abs(y - 11 - drawn.yAt(target)) < 9;
			if (struck) {
				const on = textOn(focus && !loud ? tokens.quiet : tokens.accent);
				graphic.push(
					text(context, drawn.xAt(index), y + 12, say(value), {
						textVerticalAlign: 'middle',
						fill: on,
						fontWeight: '600',
					}),
				);
				return;
			}
			graphic.push(
				text(context, drawn.xAt(index), down ? y + 12 : y - 11, say(value), {
					textVerticalAlign: 'middle',
					fill: loud || !focus ? tokens.text : tokens.muted,
					fontWeight: loud ? '600' : '400',
					stroke: tokens.surface,
					lineWidth: 3,
				}),
			);
		});
	}
	if (target !== undefined) {
		const y = drawn.yAt(target);
		graphic.push(rule(box.left, y, box.right, y, { stroke: tokens.text, lineDash: [4, 3], lineWidth: 1.25 }, 6));
		targetLines.forEach((line, row) =>
			graphic.push(
				text(context, box.right + 6, Math.max(8, y + (row - (targetLines.length - 1) / 2) * 15), line, {
					textAlign: 'left',
					textVerticalAlign: 'middle',
					fill: tokens.text,
					fontWeight: '500',
				}),
			),
		);
	}

	return {
		option: { ...base, ...drawn.option, series, graphic },
		height: context.height,
		legend: grid.series.length > 1 && !names.length ? legendOf(grid.series, colors, context, 'square') : [],
		marks: grid.keys.map((_, index) => ({
			title: nameAt(grid, index, context),
			rows:
				stack === 'grouped'
					? rowsWithShares(source, grid, stack, index, context, colors)
					: rowsWithShares(source, grid, stack, index, context, colors).reverse(),
			x: drawn.xAt(index),
			y: Math.min(...grid.series.map((one) => drawn.yAt(Math.max(0, one.values[index] ?? 0)))),
		})),
		pointing: 'x',
		band: pitch,
		plot: box,
		renderer: 'svg',
	};
}

/** Bars that say their values need no round numbers: the highest fills the height. */
function exact(grid: Grid, target: number | undefined): Scale {
	const values = grid.series.flatMap((one) => one.values).map((value) => value ?? 0);
	const [min, max] = [Math.min(0, ...values), Math.max(0, target ?? 0, ...values)];
	const top = max > min ? max : min + 1;
	return { min, max: top, step: top - min, ticks: [min, top] };
}

/** Names of a stack's series beside its last bar. */
function stackNames(context: Context, grid: Grid, colors: string[], texts: string[], drawn: Drawn): Graphic[] {
	const last = grid.keys.length - 1;
	let floor = 0;
	const heights = grid.series.map((one) => {
		const value = one.values[last] ?? 0;
		floor += value;
		return drawn.yAt(floor - value / 2);
	});
	const placed = spread(heights, 15, drawn.box.top, drawn.box.bottom);
	return texts.map((label, order) =>
		text(context, drawn.box.right + 6, placed[order]!, label, {
			textAlign: 'left',
			textVerticalAlign: 'middle',
			fontWeight: '600',
			fill: readable(colors[order]!, context.tokens),
		}),
	);
}

/** The value in its own unit, and its share where the picture shows shares. */
export function rowsWithShares(
	source: Grid,
	shares: Grid,
	stack: Stack,
	index: number,
	context: Context,
	colors: string[],
) {
	const rows = rowsAt(source.series, index, context, colors);
	const shown =
		source.series.length > 10
			? rows.filter((_, order) => source.series[order]!.values[index] !== null).slice(0, 10)
			: rows;
	if (stack !== 'percent') return shown;
	return rows.map((row, order) => {
		const share = shares.series[order]!.values[index];
		return share === null || share === undefined
			? row
			: { ...row, value: `${row.value} (${full(share, PERCENT, context.locale)})` };
	});
}

/** Few bars carry their own values: the axis would say them twice. */
function saysItsValues(chart: Chart, grid: Grid, context: Context): boolean {
	if (grid.series.length !== 1 || chart.options.stack === 'percent' || context.size === 'tile') return false;
	const pitch = context.width / Math.max(1, grid.keys.length);
	const field = grid.series[0]!.field;
	const say = labels(grid.series[0]!.values, field, context.locale);
	const widest = Math.max(0, ...grid.series[0]!.values.map((value) => textWidth(say(value))));
	return grid.keys.length <= (isPhone(context) ? 8 : 13) && widest + 6 <= pitch;
}
