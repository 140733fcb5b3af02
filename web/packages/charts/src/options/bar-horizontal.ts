/** Lying bars: names on the left, or above the bar where there is little room; the value at the end. */
import { LINE_HEIGHT, rule, text, type Graphic } from '../cartesian';
import { reorder, type Grid } from '../data';
import { base, full, labels, legendOf, nameAt, seriesColors, short, stressed, targetText } from '../marks';
import { isPhone, type Context, type Plan } from '../plan';
import { textOn } from '../tokens';
import { shorten, textWidth, wrap } from '../text';
import type { Chart } from '../types';
import { asShares, PERCENT, rowsWithShares, scaleFor, stackOf } from './bar-vertical';

/** A story shows so many bars before it asks. */
const STORY_ROWS = 24;

export function barHorizontal(chart: Chart, everything: Grid, context: Context): Plan {
	const stack = stackOf(chart, everything);
	const columns = stack === 'grouped' ? everything.series.length : 1;
	const above = isPhone(context) && context.size === 'story' && longest(everything, context) > context.width * 0.3;
	const slim = context.size === 'tile' ? 24 : 30;
	const wished = columns > 1 ? columns * 15 + 14 : above ? 44 : slim;
	const target = chart.options.target;
	const top = target !== undefined && stack !== 'percent' ? 22 : 2;

	const fixed = context.size !== 'story' && !context.all;
	const room = Math.max(
		1,
		Math.floor((context.height - top - 2) / Math.min(wished, above ? 40 : columns > 1 ? wished : 22)),
	);
	const most = context.all ? everything.keys.length : fixed ? room : STORY_ROWS;
	const shown = Math.min(everything.keys.length, most);
	const source = shown < everything.keys.length ? reorder(everything, kept(chart, everything, shown)) : everything;
	const grid = stack === 'percent' ? asShares(source) : source;
	const height = fixed ? context.height : Math.max(72, shown * wished + top + 2);
	const pitch = Math.min((height - top - 2) / Math.max(1, shown), wished * (fixed ? (columns > 1 ? 1.6 : 2.2) : 1));
	const bottom = top + pitch * shown;

	const field = stack === 'percent' ? PERCENT : (grid.series[0]?.field ?? PERCENT);
	const { tokens, locale } = context;
	const scale = scaleFor(chart, grid, stack, 4);
	const says = stack === 'grouped';
	const within = target !== undefined && columns === 1;
	const values = grid.series.flatMap((one) => one.values);
	const say = labels(values, field, locale);
	const valueRoom = says ? Math.max(...values.map((value) => textWidth(say(value)))) + 8 : 2;
	const names = above
		? 0
		: Math.min(longest(grid, context) + 12, context.width * (context.size === 'tile' ? 0.42 : 0.34));
	const low = Math.min(0, ...values.map((value) => value ?? 0));
	const high = Math.max(0, target ?? 0, ...(stack === 'grouped' ? values.map((value) => value ?? 0) : [scale.max]));
	const min = stack === 'grouped' ? low : scale.min;
	const max = high > min ? high : min + 1;
	const left = names + (min < 0 && !within ? valueRoom : 0);
	const right = context.width - (high > 0 || min === 0 ? valueRoom : 2);
	const width = Math.max(10, right - left);
	const xAt = (value: number): number => left + ((value - min) / (max - min)) * width;
	const yAt = (index: number): number => top + (index + 0.5) * pitch;

	const colors = seriesColors(chart, grid.series, context);
	const focus = stressed(chart, grid);
	const nameHeight = above ? 18 : 0;
	const thickness = Math.max(
		2,
		Math.min(above ? 18 : 26, (Math.min(pitch - nameHeight, 48) * (columns > 1 ? 0.84 : 0.66)) / columns),
	);
	const graphic: Graphic[] = [];
	const middle = (index: number): number => yAt(index) + nameHeight / 2;

	grid.keys.forEach((_, index) => {
		const loud = focus?.has(index) ?? false;
		const style = { textAlign: 'left', fill: tokens.text, fontWeight: loud ? '600' : '400' };
		const name = nameAt(grid, index, context);
		if (above) {
			graphic.push(
				text(context, 0, middle(index) - (thickness * columns) / 2 - 5, shorten(name, context.width), {
					...style,
					textVerticalAlign: 'bottom',
				}),
			);
		} else {
			const lines = wrap(name, names - 12, pitch >= LINE_HEIGHT * 2 - 2 ? 2 : 1);
			const start = yAt(index) - ((lines.length - 1) * (LINE_HEIGHT - 2)) / 2;
			lines.forEach((line, row) =>
				graphic.push(
					text(context, 0, start + row * (LINE_HEIGHT - 2), line, { ...style, textVerticalAlign: 'middle' }),
				),
			);
		}
		grid.series.forEach((one, order) => {
			const value = one.values[index] ?? null;
			if (says) {
				const y = middle(index) + (order - (columns - 1) / 2) * thickness * 1.08;
				const at = value === null ? xAt(0) : xAt(value);
				const back = value !== null && value < 0;
				const label = say(value);
				// A target's line must not cross the values: these stand in a column at the right.
				if (within) {
					graphic.push(
						text(context, context.width, y, label, {
							textAlign: 'right',
							textVerticalAlign: 'middle',
							fill: loud || !focus ? tokens.text : tokens.muted,
							fontWeight: loud ? '600' : '400',
						}),
					);
					return;
				}
				graphic.push(
					text(context, back ? at - 6 : at + 6, y, label, {
						textAlign: back ? 'right' : 'left',
						textVerticalAlign: 'middle',
						fill: loud || !focus ? tokens.text : tokens.muted,
						fontWeight: loud ? '600' : '400',
						stroke: tokens.surface,
						lineWidth: 3,
					}),
				);
			}
		});
	});
	if (!says) graphic.push(...segmentLabels(grid, context, xAt, middle, colors, thickness));
	if (!above || min < 0)
		graphic.push(rule(Math.round(xAt(0)) + 0.5, top, Math.round(xAt(0)) + 0.5, bottom, { stroke: tokens.axis }, 5));
	if (target !== undefined && stack !== 'percent') {
		const x = xAt(target);
		const label = targetText(target, field, locale);
		const half = textWidth(label) / 2;
		graphic.push(rule(x, top - 4, x, bottom, { stroke: tokens.text, lineDash: [4, 3], lineWidth: 1.25 }, 6));
		graphic.push(
			text(context, Math.min(Math.max(x, half), context.width - half), top - 6, label, {
				textVerticalAlign: 'bottom',
				fill: tokens.text,
				fontWeight: '500',
			}),
		);
	}

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
				borderRadius: stack !== 'grouped' ? 0 : value !== null && value < 0 ? [2, 0, 0, 2] : [0, 2, 2, 0],
				...(stack === 'grouped' ? {} : { borderColor: tokens.surface, borderWidth: 0.5 }),
			},
		})),
	}));

	const plot = { left: 0, right: context.width, top, bottom };
	return {
		option: {
			...base,
			grid: { left, top: top + nameHeight / 2, width, height: pitch * shown, outerBoundsMode: 'none' },
			xAxis: { type: 'value', show: false, min, max },
			yAxis: { type: 'category', show: false, inverse: true, data: grid.keys.map((_, index) => String(index)) },
			series,
			graphic,
		},
		height,
		legend: grid.series.length > 1 ? legendOf(grid.series, colors, context, 'square') : [],
		marks: grid.keys.map((_, index) => ({
			title: nameAt(grid, index, context),
			rows: rowsWithShares(source, grid, stack, index, context, colors),
			x: xAt(Math.max(0, grid.series[0]?.values[index] ?? 0)),
			y: yAt(index),
		})),
		pointing: 'y',
		band: pitch,
		plot,
		left:
			everything.keys.length > shown ||
			(context.all && everything.keys.length > (context.size === 'story' ? STORY_ROWS : room))
				? { shown, all: everything.keys.length }
				: undefined,
		renderer: 'svg',
	};
}

/** The first ones, and the stressed one even when it comes later. */
function kept(chart: Chart, grid: Grid, count: number): number[] {
	const first = Array.from({ length: count }, (_, index) => index);
	const focus = stressed(chart, grid);
	for (const index of focus ?? []) if (index >= count) first[count - 1] = index;
	return first;
}

function longest(grid: Grid, context: Context): number {
	return Math.max(0, ...grid.keys.map((_, index) => textWidth(nameAt(grid, index, context))));
}

/** Values inside the parts of a stack that are long enough to hold them. */
function segmentLabels(
	grid: Grid,
	context: Context,
	xAt: (value: number) => number,
	yAt: (index: number) => number,
	colors: string[],
	thickness: number,
): Graphic[] {
	const out: Graphic[] = [];
	if (thickness < 14) return out;
	grid.keys.forEach((_, index) => {
		let up = 0;
		let down = 0;
		grid.series.forEach((one, order) => {
			const value = one.values[index] ?? null;
			if (value === null || value === 0) return;
			const from = value < 0 ? down : up;
			if (value < 0) down += value;
			else up += value;
			const field = grid.series[0]!.field;
			const label =
				one.values === undefined
					? ''
					: isShare(grid)
						? full(value, PERCENT, context.locale)
						: short(value, field, context.locale);
			if (Math.abs(xAt(from + value) - xAt(from)) < textWidth(label) + 8) return;
			out.push(
				text(context, (xAt(from) + xAt(from + value)) / 2, yAt(index), label, {
					textVerticalAlign: 'middle',
					fill: textOn(colors[order]!),
				}),
			);
		});
	});
	return out;
}

const isShare = (grid: Grid): boolean =>
	grid.keys.every(
		(_, index) =>
			Math.abs(grid.series.reduce((sum, one) => sum + Math.abs(one.values[index] ?? 0), 0) - 1) < 1e-9 ||
			grid.series.every((one) => one.values[index] === null),
	);
