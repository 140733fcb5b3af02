/** The frame of charts with two axes: room for labels, grid lines, labels of both axes. */
import type { EChartsOption } from 'echarts';
import { nameOf, type Grid } from './data';
import { formatValue, withUnit } from './format';
import { isPhone, type Context } from './plan';
import type { Scale } from './scale';
import { textWidth, wrap } from './text';
import { timeLabels } from './time-axis';
import type { Field, Value } from './types';

export const FONT_SIZE = 12;
export const LINE_HEIGHT = 16;

export type Graphic = Record<string, unknown>;

export interface Box {
	left: number;
	right: number;
	top: number;
	bottom: number;
	width: number;
	height: number;
}

export interface Frame {
	box: Box;
	/** Pixels from one category to the next. */
	pitch: number;
	xAt: (index: number) => number;
	yAt: (value: number) => number;
	graphic: Graphic[];
	option: Pick<EChartsOption, 'grid' | 'xAxis' | 'yAxis'>;
}

export interface FrameNeeds {
	grid: Grid;
	scale: Scale;
	field: Field;
	/** Bars stand in the middle of a band, lines run from edge to edge. */
	bands: boolean;
	right?: number;
	top?: number;
	/** Direct values take the place of the axis. */
	bare?: boolean;
	second?: { scale: Scale; field: Field; color: string };
}

export const wholeNumbers = (field: Field): boolean => field.format.style === 'decimal' && field.format.decimals === 0;

/** Number of ticks that suits a height. */
export function tickCount(context: Context): number {
	if (context.size === 'tile') return 2;
	return Math.max(2, Math.min(5, Math.round(context.height / (isPhone(context) ? 90 : 75))));
}

/** Short numbers; the unit is said once, at the top. */
export function tickText(value: number, scale: Scale, field: Field, locale: string): string {
	const among = Math.max(Math.abs(scale.min), Math.abs(scale.max));
	const text = formatValue(value, tickFormat(field, scale), { locale, short: true, among });
	const top = scale.ticks[scale.ticks.length - 1];
	return value === top && field.unit ? withUnit(text, field.unit) : text;
}

/** As many decimals as the ticks need to differ. */
function tickFormat(field: Field, scale: Scale): Field['format'] {
	const step = field.format.style === 'percent' ? scale.step * 100 : scale.step;
	const needed = Math.max(0, Math.min(3, -Math.floor(Math.log10(step) + 1e-9)));
	const decimals = Math.abs(step * 10 ** needed - Math.round(step * 10 ** needed)) > 1e-6 ? needed + 1 : needed;
	return { ...field.format, decimals };
}

export function text(context: Context, x: number, y: number, content: string, style: Graphic = {}): Graphic {
	// One `font` string: ECharts takes another family as soon as weight or size stand apart.
	const { fontWeight = '400', fontSize = FONT_SIZE, ...rest } = style;
	return {
		type: 'text',
		silent: true,
		x,
		y,
		z: 10,
		style: {
			text: harmless(content),
			fill: context.tokens.muted,
			font: `${String(fontWeight)} ${String(fontSize)}px ${context.tokens.font}`,
			textAlign: 'center',
			textVerticalAlign: 'top',
			...rest,
		},
	};
}

const WORD_JOINER = '\u2060';

/**
 * ZRender caches the widths of texts in a plain object: a text such as `__proto__` would be taken for an entry of that
 * cache, and writing to it would change every object of the page. An invisible character keeps such names apart.
 */
const harmless = (content: string): string => (content in {} ? WORD_JOINER + content : content);

export function rule(x1: number, y1: number, x2: number, y2: number, style: Graphic, z = 1): Graphic {
	return { type: 'line', silent: true, z, shape: { x1, y1, x2, y2 }, style: { lineWidth: 1, ...style } };
}

interface XLabel {
	at: number;
	lines: string[];
}

export function frame(context: Context, needs: FrameNeeds): Frame {
	const { grid, scale, field, bands } = needs;
	const { tokens, locale } = context;
	const ticks = scale.ticks.map((tick) => tickText(tick, scale, field, locale));
	const hideAxis = needs.bare ?? false;
	// The label at the top may be wider for its unit: it grows to the right, over the plot.
	const tickWidth = Math.max(
		0,
		...ticks.slice(0, -1).map((each) => textWidth(each)),
		field.unit ? 0 : textWidth(ticks[ticks.length - 1] ?? ''),
	);
	const left = hideAxis ? 1 : tickWidth + 10;
	const secondTicks =
		needs.second?.scale.ticks.map((tick) => tickText(tick, needs.second!.scale, needs.second!.field, locale)) ?? [];
	const secondWidth = needs.second ? Math.max(...secondTicks.map((each) => textWidth(each))) + 10 : 0;
	const right = context.width - Math.max(needs.right ?? 1, secondWidth);
	const width = Math.max(10, right - left);
	const count = Math.max(1, grid.keys.length);
	const pitch = bands ? width / count : count > 1 ? width / (count - 1) : width;
	const xAt = (index: number): number =>
		bands ? left + (index + 0.5) * pitch : count > 1 ? left + index * pitch : left + width / 2;

	const { labels, ticks: starts } = categoryLabels(context, grid, pitch, bands);
	const lines = Math.max(1, ...labels.map((label) => label.lines.length));
	const top = needs.top ?? (hideAxis ? 22 : 10);
	// Values of negative bars stand below them, above the names.
	const below = hideAxis && scale.min < 0 ? 18 : 0;
	const bottom = context.height - lines * LINE_HEIGHT - (bands ? 8 : 10) - below;
	const height = Math.max(10, bottom - top);
	const yAt = (value: number): number => bottom - ((value - scale.min) / (scale.max - scale.min)) * height;

	const graphic: Graphic[] = [];
	for (const label of labels)
		graphic.push(...xText(context, label, bottom + below + (bands ? 7 : 9), { left: 0, right: context.width, xAt }));
	if (!bands)
		for (const at of starts) graphic.push(rule(xAt(at), bottom, xAt(at), bottom + 5, { stroke: tokens.axis }));
	if (!hideAxis) {
		scale.ticks.forEach((tick, index) => {
			const y = yAt(tick);
			const base = tick === 0 || (index === 0 && scale.min > 0);
			graphic.push(
				rule(
					left,
					Math.round(y) + 0.5,
					right,
					Math.round(y) + 0.5,
					{ stroke: base ? tokens.axis : tokens.grid },
					base && scale.min < 0 ? 5 : 0,
				),
			);
			const unitHere = index === scale.ticks.length - 1 && field.unit !== undefined;
			if (unitHere) {
				graphic.push(
					text(context, 0, y, ticks[index]!, {
						textAlign: 'left',
						textVerticalAlign: 'middle',
						backgroundColor: tokens.surface,
						padding: [0, 6, 0, 0],
					}),
				);
			} else {
				graphic.push(text(context, left - 10, y, ticks[index]!, { textAlign: 'right', textVerticalAlign: 'middle' }));
			}
		});
	} else {
		graphic.push(rule(left, Math.round(yAt(0)) + 0.5, right, Math.round(yAt(0)) + 0.5, { stroke: tokens.axis }, 5));
	}
	needs.second?.scale.ticks.forEach((tick, index) => {
		const share = (tick - needs.second!.scale.min) / (needs.second!.scale.max - needs.second!.scale.min);
		graphic.push(
			text(context, right + 10, bottom - share * height, secondTicks[index]!, {
				textAlign: 'left',
				textVerticalAlign: 'middle',
				fill: needs.second!.color,
			}),
		);
	});

	const box: Box = { left, right, top, bottom, width, height };
	return { box, pitch, xAt, yAt, graphic, option: axes(box, grid, scale, bands, needs.second?.scale) };
}

/** Points on a line and between its points, in pixels. */
export function along(
	values: (number | null)[],
	xAt: (index: number) => number,
	yAt: (value: number) => number,
): [number, number][] {
	const out: [number, number][] = [];
	values.forEach((value, index) => {
		if (value === null) return;
		out.push([xAt(index), yAt(value)]);
		const next = values[index + 1] ?? null;
		if (next === null) return;
		for (const share of [0.25, 0.5, 0.75]) out.push([xAt(index + share), yAt(value + (next - value) * share)]);
	});
	return out;
}

function axes(box: Box, grid: Grid, scale: Scale, bands: boolean, second?: Scale): Frame['option'] {
	const value = (one: Scale) => ({
		type: 'value' as const,
		show: false,
		min: one.min,
		max: one.max,
		interval: one.step,
	});
	return {
		grid: { left: box.left, top: box.top, width: box.width, height: box.height, outerBoundsMode: 'none' },
		xAxis: { type: 'category', show: false, boundaryGap: bands, data: grid.keys.map((_, index) => String(index)) },
		yAxis: second ? [value(scale), { ...value(second), position: 'right' }] : value(scale),
	};
}

/** Labels of one line are centred at their category, and never leave the picture. */
function xText(
	context: Context,
	label: XLabel,
	y: number,
	area: { left: number; right: number; xAt: (at: number) => number },
): Graphic[] {
	const x = area.xAt(label.at);
	return label.lines
		.map((line, row): Graphic | null => {
			if (!line) return null;
			const half = textWidth(line) / 2;
			const inside = Math.min(Math.max(x, area.left + half), area.right - half);
			return text(context, inside, y + row * LINE_HEIGHT, line);
		})
		.filter((each): each is Graphic => each !== null);
}

function categoryLabels(
	context: Context,
	grid: Grid,
	pitch: number,
	bands: boolean,
): { labels: XLabel[]; ticks: number[] } {
	if (grid.time) {
		const made = timeLabels(grid.keys as (number | null)[], grid.x.by, context.locale, pitch);
		return {
			labels: made.labels.map((label) => ({
				at: label.at,
				lines: label.below ? [label.text, label.below] : [label.text],
			})),
			ticks: made.ticks,
		};
	}
	const names = grid.keys.map((key) => nameOf(key, grid.x, context.locale));
	const room = pitch - 6;
	if (names.every((name) => textWidth(name) <= room)) return each(names);
	const short = grid.keys.map((key) => nameOf(key, grid.x, context.locale, true));
	if (grid.natural) return every(short, pitch, grid.keys);
	if (bands || names.length <= 12) return each(names, room);
	return every(short, pitch, grid.keys);

	function each(list: string[], width?: number): { labels: XLabel[]; ticks: number[] } {
		return {
			labels: list.map((name, at) => ({ at, lines: width === undefined ? [name] : wrap(name, width, 3) })),
			ticks: bands ? [] : list.map((_, at) => at),
		};
	}
	/** Every second, third, sixth … label, so that none touches the next. */
	function every(list: string[], step: number, keys: Value[]): { labels: XLabel[]; ticks: number[] } {
		const widest = Math.max(...list.map((name) => textWidth(name))) + 8;
		const wish = Math.max(1, Math.ceil(widest / Math.max(step, 0.1)));
		const stride = [1, 2, 3, 4, 6, 12, 24].find((one) => one >= wish) ?? Math.ceil(wish / 10) * 10;
		// Hours are labelled on round ones: 6, 9, 12.
		const round = stride > 1 && (grid.x.format.style === 'hour' || grid.x.by === 'hour');
		const first = round ? keys.findIndex((key) => typeof key === 'number' && key % stride === 0) : 0;
		const labels: XLabel[] = [];
		for (let at = Math.max(0, first); at < list.length; at += stride) labels.push({ at, lines: [list[at]!] });
		return { labels, ticks: labels.map((label) => label.at) };
	}
}

/** Whether every name finds room under its bar, on at most three lines of whole words. */
export function namesFit(context: Context, grid: Grid, pitch: number): boolean {
	if (grid.natural) return true;
	const room = pitch - 6;
	return grid.keys.every((key) => {
		const name = nameOf(key, grid.x, context.locale);
		const longest = Math.max(...name.split(/\s+/).map((word) => textWidth(word)));
		return longest <= room && wrap(name, room, 3).join(' ').length >= name.length;
	});
}
