/** A donut: largest part first, small parts gathered, the total in the middle, parts named beside them. */
import { text, type Graphic } from '../cartesian';
import { amountsOf, fieldOf, keyOf, nameOf, valuesOf } from '../data';
import { base, full, short, valuePlaces } from '../marks';
import { messages } from '../messages';
import type { Context, LegendItem, Mark, Plan } from '../plan';
import { shorten, textWidth, wrap } from '../text';
import type { Chart, Field, Frame } from '../types';
import { PERCENT } from './bar-vertical';

interface Part {
	name: string;
	value: number;
	color: string;
}

/** Radius of a ring beside its list, of the width. */
const SIDE = 0.2;
/** Pixels of a line under the ring, of the air between them, and of the widest list. */
const LINE = 22;
const GAP = 20;
const LIST = 280;

const NONE: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

/** Parts in order of size; the rest summed only where sums have a meaning. */
export function partsOf(chart: Chart, frame: Frame, context: Context): Part[] {
	const group = fieldOf(chart, 'group') ?? NONE;
	const field = fieldOf(chart, 'value') ?? NONE;
	const names = valuesOf(chart, frame, group.id);
	const values = amountsOf(chart, frame, field.id);
	const found = values
		.map((value, index) => ({
			name: nameOf(names[index] ?? null, group, context.locale),
			key: keyOf(names[index] ?? null),
			value: value ?? 0,
		}))
		.filter((part) => part.value > 0)
		.sort((a, b) => b.value - a.value);
	const most = Math.max(1, chart.options.others_after ?? (context.size === 'tile' ? 4 : 6));
	const additive = field.additive !== false;
	const { palette, quiet } = context.tokens;
	const colored = additive && found.length > most + 1 ? most : found.length;
	const keys = found.slice(0, Math.min(colored, palette.length)).map((part) => part.key);
	const places = valuePlaces(group, keys, context);
	const parts: Part[] = found.map(({ name, value }, index) => ({
		name,
		value,
		color: palette[places[index] ?? -1] ?? quiet,
	}));
	if (!additive || parts.length <= most + 1) return parts;
	const rest = parts.slice(most).reduce((sum, part) => sum + part.value, 0);
	return [...parts.slice(0, most), { name: messages(context.locale).others, value: rest, color: context.tokens.quiet }];
}

export function donut(chart: Chart, source: Frame, context: Context): Plan {
	const { tokens, locale } = context;
	const field = fieldOf(chart, 'value') ?? NONE;
	const parts = partsOf(chart, source, context);
	const total = parts.reduce((sum, part) => sum + part.value, 0);
	const share = (part: Part): string =>
		full(total ? part.value / total : 0, { ...PERCENT, format: { style: 'percent', decimals: 0 } }, locale);
	const beside = context.width >= 460 && parts.length <= 10 && context.height >= 200;

	const widest = Math.max(60, ...parts.map((part) => Math.min(170, textWidth(part.name, 13))));
	const line = context.size === 'tile' ? 21 : 26;
	const under = beside ? null : listUnder(context, parts, share);
	const height = under
		? under.height
		: beside || context.size !== 'story'
			? context.height
			: Math.max(140, Math.min(context.height, parts.length * line + 12));
	const listed = !beside && !under && context.width >= 210 && parts.length * line <= height;
	const radius = under
		? under.radius
		: Math.max(
				30,
				Math.min(
					height / 2 - (beside ? 22 : 4),
					listed ? context.width * SIDE : (context.width - (beside ? widest * 2 + 90 : 8)) / 2,
					170,
				),
			);
	const inner = radius * 0.64;
	const cx = listed ? radius + 4 : context.width / 2;
	const cy = under ? radius + 4 : height / 2;

	const graphic: Graphic[] = [];
	if (field.additive !== false) {
		const figure = short(total, field, locale);
		const size = Math.max(14, Math.min(28, (inner * 1.5) / Math.max(1, textWidth(figure, 1))));
		graphic.push(
			text(context, cx, cy - 8, figure, {
				fontSize: size,
				fontWeight: '600',
				fill: tokens.text,
				textVerticalAlign: 'middle',
			}),
		);
		const word = [field.label, messages(locale).total].find((one) => one && textWidth(one) <= inner * 1.6);
		if (word) graphic.push(text(context, cx, cy + size * 0.5 + 2, word, { textVerticalAlign: 'middle' }));
	}

	let start = 0;
	const marks: Mark[] = parts.map((part, index) => {
		const middle = total ? (start + part.value / 2) / total : 0;
		start += part.value;
		const angle = middle * 2 * Math.PI - Math.PI / 2;
		const reach = (radius + inner) / 2;
		return {
			title: part.name,
			rows: [{ label: field.label, value: `${full(part.value, field, locale)} (${share(part)})`, color: part.color }],
			x: cx + Math.cos(angle) * reach,
			y: cy + Math.sin(angle) * reach,
			item: [0, index],
		};
	});
	if (beside) graphic.push(...sideLabels(context, parts, share, total, { cx, cy, radius }));

	if (listed) {
		const place = { left: radius * 2 + 28, right: context.width, middle: cy, line, height };
		graphic.push(...list(context, parts, share, place));
	}
	if (under) {
		const left = Math.max(0, (context.width - LIST) / 2);
		const room = height - radius * 2 - GAP;
		const place = { left, right: context.width - left, middle: height - room / 2, line: LINE, height: room };
		graphic.push(...list(context, parts, share, place));
	}

	const legend: LegendItem[] =
		beside || listed || under
			? []
			: parts.map((part) => ({ label: part.name, color: part.color, shape: 'square', value: share(part) }));
	return {
		option: {
			...base,
			series: [
				{
					id: 'parts',
					type: 'pie',
					silent: true,
					center: [cx, cy],
					radius: [inner, radius],
					startAngle: 90,
					label: { show: false },
					labelLine: { show: false },
					emphasis: { scale: true, scaleSize: 4 },
					itemStyle: { borderColor: tokens.surface, borderWidth: parts.length > 1 ? 2 : 0 },
					data: parts.map((part, index) => ({
						value: part.value,
						id: `${index}:${part.name}`,
						itemStyle: { color: part.color },
					})),
				},
			],
			graphic,
		},
		height,
		legend,
		marks,
		pointing: (x, y) => partAt(parts, total, x - cx, y - cy, inner - 8, radius + 8),
		plot: { left: 0, right: context.width, top: 0, bottom: height },
		renderer: 'svg',
	};
}

/** A list under the ring, where names would be cut or broken beside one that is no larger. */
function listUnder(
	context: Context,
	parts: Part[],
	share: (part: Part) => string,
): { radius: number; height: number } | null {
	if (context.size === 'tile' || parts.length < 2) return null;
	const side = Math.min(context.width * SIDE, context.height / 2 - 4);
	const shares = Math.max(...parts.map((part) => textWidth(share(part), 13)));
	const room = context.width - side * 2 - 28 - 16 - shares - 8;
	if (parts.every((part) => textWidth(part.name, 13) <= room)) return null;
	const lines = parts.length * LINE + GAP;
	const ring = context.size === 'story' ? 200 : Math.min(240, context.height - lines);
	const radius = Math.min(ring, context.width) / 2 - 4;
	if (radius < Math.max(48, side * 0.95)) return null;
	return { radius, height: context.size === 'story' ? ring + lines : context.height };
}

/** Names and shares in lines beside a small ring, or under it. */
function list(
	context: Context,
	parts: Part[],
	share: (part: Part) => string,
	at: { left: number; right: number; middle: number; line: number; height: number },
): Graphic[] {
	const { tokens } = context;
	const shares = Math.max(...parts.map((part) => textWidth(share(part), 13)));
	const room = at.right - at.left - 16 - shares - 8;
	// Long names take two lines where there is height for them.
	const high = Math.min(38, (at.height - 12) / parts.length);
	const lines = high >= 34 && parts.some((part) => textWidth(part.name, 13) > room) ? 2 : 1;
	const pitch = lines === 2 ? high : at.line;
	return parts.flatMap((part, index) => {
		const y = at.middle + (index - (parts.length - 1) / 2) * pitch;
		const name = wrap(part.name, room, lines, 13);
		return [
			{
				type: 'rect',
				silent: true,
				z: 5,
				shape: { x: at.left, y: y - 5, width: 10, height: 10, r: 2 },
				style: { fill: part.color },
			},
			...name.map((line, row) =>
				text(context, at.left + 16, y + (row - (name.length - 1) / 2) * 15, line, {
					textAlign: 'left',
					textVerticalAlign: 'middle',
					fontSize: 13,
					fill: tokens.text,
				}),
			),
			text(context, at.right, y, share(part), {
				textAlign: 'right',
				textVerticalAlign: 'middle',
				fontSize: 13,
				fontWeight: '600',
				fill: tokens.text,
			}),
		];
	});
}

function partAt(parts: Part[], total: number, dx: number, dy: number, inner: number, outer: number): number {
	const distance = Math.hypot(dx, dy);
	if (distance < inner || distance > outer || !total) return -1;
	const turn = (Math.atan2(dy, dx) + Math.PI / 2 + 2 * Math.PI) % (2 * Math.PI);
	let rest = (turn / (2 * Math.PI)) * total;
	return parts.findIndex((part) => (rest -= part.value) <= 0);
}

/** Names at the left and right of the ring, kept apart, each with a thin lead to its part. */
function sideLabels(
	context: Context,
	parts: Part[],
	share: (part: Part) => string,
	total: number,
	ring: { cx: number; cy: number; radius: number },
): Graphic[] {
	const { tokens } = context;
	const out: Graphic[] = [];
	let start = 0;
	const sides: { part: Part; x: number; y: number; right: boolean }[] = parts.map((part) => {
		const angle = ((start + part.value / 2) / total) * 2 * Math.PI - Math.PI / 2;
		start += part.value;
		return {
			part,
			x: ring.cx + Math.cos(angle) * ring.radius,
			y: ring.cy + Math.sin(angle) * (ring.radius + 10),
			right: Math.cos(angle) >= -1e-9,
		};
	});
	const line = 34;
	for (const right of [true, false]) {
		const here = sides.filter((side) => side.right === right).sort((a, b) => a.y - b.y);
		const heights = apart(
			here.map((side) => side.y),
			line,
			16,
			context.height - 16,
		);
		here.forEach((side, index) => {
			const y = heights[index]!;
			// Labels follow the ring: near its top and foot they stand closer to the middle.
			const half = Math.sqrt(Math.max(0, (ring.radius + 12) ** 2 - (y - ring.cy) ** 2));
			const away = Math.min(ring.radius + 22, Math.max(half + 12, Math.abs(side.x - ring.cx) + 18));
			const edge = ring.cx + (right ? 1 : -1) * away;
			const room = right ? context.width - edge - 8 : edge - 8;
			const from = ring.cy + (side.y - ring.cy) * (ring.radius / (ring.radius + 10));
			out.push({
				type: 'polyline',
				silent: true,
				z: 5,
				shape: {
					points: [
						[side.x + (right ? 2 : -2), from],
						[edge - (right ? 8 : -8), y],
						[edge, y],
					],
				},
				style: { stroke: tokens.axis, lineWidth: 1, fill: 'none' },
			});
			const at = edge + (right ? 6 : -6);
			const textAlign = right ? 'left' : 'right';
			out.push(
				text(context, at, y - 8, shorten(side.part.name, room, 13), {
					textAlign,
					textVerticalAlign: 'middle',
					fontSize: 13,
					fill: tokens.text,
				}),
			);
			out.push(
				text(context, at, y + 8, share(side.part), {
					textAlign,
					textVerticalAlign: 'middle',
					fontSize: 13,
					fontWeight: '600',
					fill: tokens.text,
				}),
			);
		});
	}
	return out;
}

function apart(heights: number[], gap: number, top: number, bottom: number): number[] {
	const placed = [...heights];
	let edge = top;
	for (let index = 0; index < placed.length; index++) {
		placed[index] = Math.max(placed[index]!, edge);
		edge = placed[index]! + gap;
	}
	let floor = bottom;
	for (let index = placed.length - 1; index >= 0; index--) {
		placed[index] = Math.min(placed[index]!, floor);
		floor = placed[index]! - gap;
	}
	return placed;
}
