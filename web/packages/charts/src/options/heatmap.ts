/** A heat map: one hue from little to much, missing cells outlined, values inside where they fit. */
import { LINE_HEIGHT, text, type Graphic } from '../cartesian';
import { amount, amountsOf, fieldOf, isNatural, nameOf, valuesOf } from '../data';
import { base, full, labels } from '../marks';
import { messages } from '../messages';
import { isPhone, type Context, type Mark, type Plan } from '../plan';
import { ramp, textOn } from '../tokens';
import { shorten, textWidth } from '../text';
import { timeLabels } from '../time-axis';
import type { Chart, Field, Frame, Value } from '../types';

const NONE: Field = { id: '', label: '', kind: 'dimension', format: { style: 'text' } };

/** Above this many cells a canvas draws faster than so many elements. */
const CANVAS_FROM = 2500;

interface Axis {
	field: Field;
	keys: Value[];
	place: Map<Value, number>;
}

function axisOf(chart: Chart, frame: Frame, role: string): Axis {
	const field = fieldOf(chart, role) ?? NONE;
	const keys = [...new Set(valuesOf(chart, frame, field.id))];
	if (isNatural(field, frame)) {
		keys.sort((a, b) =>
			a === null
				? 1
				: b === null
					? -1
					: typeof a === 'number' && typeof b === 'number'
						? a - b
						: String(a) < String(b)
							? -1
							: 1,
		);
		fillWhole(field, keys);
	}
	return { field, keys, place: new Map(keys.map((key, index) => [key, index])) };
}

/** Hours and weekdays without a row stay visible between those that have one. */
function fillWhole(field: Field, keys: Value[]): void {
	const style = field.format.style;
	if (style !== 'hour' && style !== 'weekday') return;
	const known = keys.filter((key): key is number => amount(key) !== null);
	if (known.length === 0 || known.length !== keys.length) return;
	const [from, to] = style === 'weekday' ? [1, 7] : [Math.min(...known), Math.max(...known)];
	if (known.some((key) => !Number.isInteger(key) || key < from || key > to)) return;
	keys.splice(0, keys.length, ...Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

export function heatmap(chart: Chart, source: Frame, context: Context): Plan {
	const { tokens, locale } = context;
	const x = axisOf(chart, source, 'x');
	const y = axisOf(chart, source, 'y');
	const field = fieldOf(chart, 'value') ?? NONE;
	const values = amountsOf(chart, source, field.id);
	const xs = valuesOf(chart, source, x.field.id);
	const ys = valuesOf(chart, source, y.field.id);
	const cells = new Map<number, number>();
	values.forEach((value, row) => {
		if (value !== null) cells.set(y.place.get(ys[row]!)! * x.keys.length + x.place.get(xs[row]!)!, value);
	});
	const known = [...cells.values()];
	const low = Math.min(...known);
	const high = Math.max(...known);
	const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.6);

	const tight = isPhone(context) || context.size === 'tile';
	const yNames = y.keys.map((key) => nameOf(key, y.field, locale, tight));
	const left = Math.min(context.width * 0.3, Math.max(0, ...yNames.map((name) => textWidth(name)))) + 10;
	const foot = x.field.by && x.field.by !== 'hour' && x.field.by !== 'isoDayOfWeek' ? 40 : 24;
	const tallest = context.size === 'story' ? y.keys.length * 44 + foot : Infinity;
	const shortest = y.keys.length * 17 + foot;
	const height = context.size === 'story' ? Math.max(shortest, Math.min(context.height, tallest)) : context.height;
	const box = {
		left,
		right: context.width,
		top: (height - foot) / Math.max(1, y.keys.length) < 15 ? 7 : 0,
		bottom: height - foot,
	};
	const cellWidth = (box.right - box.left) / Math.max(1, x.keys.length);
	const cellHeight = (box.bottom - box.top) / Math.max(1, y.keys.length);
	const gap = cellWidth > 8 && cellHeight > 8 ? 2 : cellWidth > 4 ? 1 : 0;
	const centre = (column: number, row: number): [number, number] => [
		box.left + (column + 0.5) * cellWidth,
		box.top + (row + 0.5) * cellHeight,
	];

	const graphic: Graphic[] = [];
	yNames.forEach((name, row) => {
		if (cellHeight < 11 && row % Math.ceil(13 / cellHeight) !== 0) return;
		graphic.push(
			text(context, 0, centre(0, row)[1], shorten(name, left - 10), { textAlign: 'left', textVerticalAlign: 'middle' }),
		);
	});
	graphic.push(...columnNames(context, x, cellWidth, box));

	const say = labels(known, field, locale);
	const labelled =
		cellHeight >= 16 && known.length <= 400 && known.every((value) => textWidth(say(value), 11) <= cellWidth - 6);
	const data: { value: [number, number]; symbolSize: [number, number]; itemStyle: Record<string, unknown> }[] = [];
	const marks: Mark[] = [];
	let missing = false;
	for (let row = 0; row < y.keys.length; row++) {
		for (let column = 0; column < x.keys.length; column++) {
			const value = cells.get(row * x.keys.length + column) ?? null;
			const color = value === null ? null : ramp(tokens.sequential, share(value));
			missing ||= value === null;
			data.push({
				value: [column, row],
				symbolSize: [Math.max(1, cellWidth - gap - (color ? 0 : 1)), Math.max(1, cellHeight - gap - (color ? 0 : 1))],
				itemStyle: color
					? { color }
					: { color: 'transparent', borderColor: tokens.axis, borderWidth: 1, borderType: 'dashed' },
			});
			const [cx, cy] = centre(column, row);
			if (labelled && value !== null && color)
				graphic.push(
					text(context, cx, cy, say(value), { fontSize: 11, textVerticalAlign: 'middle', fill: textOn(color) }),
				);
			marks.push({
				title: `${nameOf(y.keys[row]!, y.field, locale)}, ${nameOf(x.keys[column]!, x.field, locale)}`,
				rows: [
					{
						label: field.label,
						value: value === null ? messages(locale).missing : full(value, field, locale),
						color: color ?? undefined,
					},
				],
				x: cx,
				y: cy,
				reach: [cellWidth / 2, cellHeight / 2],
			});
		}
	}

	return {
		option: {
			...base,
			grid: {
				left: box.left,
				top: box.top,
				width: box.right - box.left,
				height: box.bottom - box.top,
				outerBoundsMode: 'none',
			},
			xAxis: { type: 'category', show: false, data: x.keys.map((_, index) => String(index)) },
			yAxis: { type: 'category', show: false, inverse: true, data: y.keys.map((_, index) => String(index)) },
			series: [{ id: 'cells', type: 'scatter', silent: true, symbol: 'rect', emphasis: { disabled: true }, data }],
			graphic,
		},
		height,
		legend: [],
		marks,
		pointing: (px, py) => {
			const column = Math.floor((px - box.left) / cellWidth);
			const row = Math.floor((py - box.top) / cellHeight);
			return column < 0 || row < 0 || column >= x.keys.length || row >= y.keys.length
				? -1
				: row * x.keys.length + column;
		},
		plot: box,
		valueKey: known.length
			? {
					label: field.label,
					low: full(low, field, locale),
					high: full(high, field, locale),
					colors: [...tokens.sequential],
					missing: missing ? messages(locale).missing : undefined,
				}
			: undefined,
		renderer: data.length > CANVAS_FROM ? 'canvas' : 'svg',
	};
}

function columnNames(context: Context, x: Axis, cellWidth: number, box: { left: number; bottom: number }): Graphic[] {
	if (x.field.by && x.field.by !== 'hour' && x.keys.every((key) => typeof key === 'number' && key > 10_000)) {
		const made = timeLabels(x.keys as number[], x.field.by, context.locale, cellWidth);
		return made.labels.flatMap((label) =>
			[label.text, label.below].flatMap((line, row) =>
				line ? [text(context, box.left + (label.at + 0.5) * cellWidth, box.bottom + 7 + row * LINE_HEIGHT, line)] : [],
			),
		);
	}
	const long = x.keys.map((key) => nameOf(key, x.field, context.locale));
	const names = long.every((name) => textWidth(name) <= cellWidth - 6)
		? long
		: x.keys.map((key) => nameOf(key, x.field, context.locale, true));
	const widest = Math.max(1, ...names.map((name) => textWidth(name)));
	const ordered = x.field.by !== undefined || typeof x.keys[0] === 'number';
	const wish = Math.max(1, Math.ceil((widest + 8) / cellWidth));
	const stride = ordered ? ([1, 2, 3, 4, 6, 12].find((one) => one >= wish) ?? wish) : widest > cellWidth * 3 ? 1 : wish;
	const out: Graphic[] = [];
	names.forEach((name, column) => {
		const key = x.keys[column];
		const on = typeof key === 'number' && key < 1000 && stride > 1 ? key % stride === 0 : column % stride === 0;
		if (!on) return;
		const cut = shorten(name, Math.max(cellWidth * stride - 6, 14));
		out.push(text(context, box.left + (column + 0.5) * cellWidth, box.bottom + 7, cut));
	});
	return out;
}
