/** Places as dots sized by a value, on the outline of the part of the world they lie in. */
import { text, type Graphic } from '../cartesian';
import { amountsOf, fieldOf, ids, nameOf, valuesOf } from '../data';
import { base, full } from '../marks';
import type { Outline } from '../outline';
import { isPhone, type Context, type Mark, type Plan } from '../plan';
import {
	azimuthal,
	clipLine,
	clipRing,
	equalEarth,
	middleOf,
	unwrap,
	type Area,
	type Point,
	type Projection,
} from '../projection';
import { ramp } from '../tokens';
import { textWidth } from '../text';
import type { Chart, Field, Frame } from '../types';

const NONE: Field = { id: '', label: '', kind: 'dimension', format: { style: 'text' } };

interface Place {
	row: number;
	at: Point;
	name: string;
	size: number;
	color: number | null;
}

export function pointMap(chart: Chart, source: Frame, context: Context, outline: Outline | null): Plan {
	const { tokens, locale } = context;
	const sizeField = fieldOf(chart, 'size') ?? fieldOf(chart, 'value') ?? { ...NONE, kind: 'measure' as const };
	const colorField = fieldOf(chart, 'color');
	const places = read(chart, source, context, sizeField, colorField);
	const area: Area = { left: 0, top: 0, right: context.width, bottom: context.height };
	const { projection, toPixel } = view(
		places.map((place) => place.at),
		area,
		context,
	);
	const land = outline ? drawLand(outline, projection, toPixel, area, places) : null;

	const largest = Math.max(1e-9, ...places.map((place) => place.size));
	const widest = Math.max(8, Math.min(24, Math.min(context.width, context.height) / (isPhone(context) ? 17 : 20)));
	const radius = (value: number): number => Math.max(2.5, Math.sqrt(Math.max(0, value) / largest) * widest);
	const colors = places.map((place) => place.color).filter((value): value is number => value !== null);
	const [low, high] = [Math.min(...colors), Math.max(...colors)];
	const scale = tokens.sequential.slice(2);
	const colorOf = (place: Place): string =>
		!colorField
			? tokens.accent
			: place.color === null
				? tokens.quiet
				: ramp(scale, high > low ? (place.color - low) / (high - low) : 0.6);

	// The largest first, so that the small ones lie on top and stay visible.
	const ordered = [...places].sort((a, b) => b.size - a.size);
	const marks: Mark[] = ordered.map((place) => {
		const [x, y] = toPixel(projection.project(...place.at));
		const reach = Math.max(7, radius(place.size) + 2);
		const rows = [{ label: sizeField.label, value: full(place.size, sizeField, locale) }];
		if (colorField && colorField.id !== sizeField.id)
			rows.push({ label: colorField.label, value: full(place.color, colorField, locale) });
		return { title: place.name, rows, x, y, reach: [reach, reach] };
	});

	const graphic: Graphic[] = [];
	if (land) {
		const shape = (points: Point[], fill: string): Graphic => ({
			type: 'polygon',
			silent: true,
			z: -10,
			shape: { points },
			style: { fill, stroke: 'none' },
		});
		graphic.push(
			...land.coasts.map((points) => shape(points, tokens.land)),
			...land.lakes.map((points) => shape(points, tokens.surface)),
		);
		graphic.push(
			...land.borders.map((points): Graphic => ({
				type: 'polyline',
				silent: true,
				z: -9,
				shape: { points },
				style: { fill: 'none', stroke: tokens.border, lineWidth: 1 },
			})),
		);
	}
	graphic.push(...names(context, ordered, marks, radius));

	return {
		option: {
			...base,
			grid: { left: 0, top: 0, width: context.width, height: context.height, outerBoundsMode: 'none' },
			xAxis: { type: 'value', show: false, min: 0, max: context.width },
			yAxis: { type: 'value', show: false, inverse: true, min: 0, max: context.height },
			series: [
				{
					id: 'places',
					type: 'scatter',
					silent: true,
					emphasis: { disabled: true },
					data: ordered.map((place, index) => ({
						value: [marks[index]!.x, marks[index]!.y],
						symbolSize: radius(place.size) * 2,
						itemStyle: { color: colorOf(place), opacity: 0.78, borderColor: tokens.surface, borderWidth: 1 },
					})),
				},
			],
			graphic,
		},
		height: context.height,
		legend: [],
		marks,
		pointing: (x, y) => nearest(marks, x, y),
		plot: area,
		valueKey:
			colorField && colors.length
				? {
						label: colorField.label,
						low: full(low, colorField, locale),
						high: full(high, colorField, locale),
						colors: [...scale],
					}
				: undefined,
		renderer: 'svg',
	};
}

function read(chart: Chart, source: Frame, context: Context, sizeField: Field, colorField: Field | undefined): Place[] {
	const latitudes = amountsOf(chart, source, ids(chart, 'latitude')[0] ?? 'latitude');
	const longitudes = amountsOf(chart, source, ids(chart, 'longitude')[0] ?? 'longitude');
	const label = fieldOf(chart, 'label') ?? fieldOf(chart, 'group') ?? NONE;
	const labels = valuesOf(chart, source, label.id);
	const sizes = amountsOf(chart, source, sizeField.id);
	const colors = colorField ? amountsOf(chart, source, colorField.id) : [];
	const places: Place[] = [];
	for (let row = 0; row < source.rows; row++) {
		const [x, y] = [longitudes[row] ?? null, latitudes[row] ?? null];
		if (x === null || y === null || Math.abs(y) > 90 || Math.abs(x) > 360) continue;
		places.push({
			row,
			at: [x, y],
			name: nameOf(labels[row] ?? null, label, context.locale),
			size: sizes[row] ?? 0,
			color: colors[row] ?? null,
		});
	}
	return places;
}

/** The projection and the zoom at which all places have a margin around them. */
function view(
	places: Point[],
	area: Area,
	context: Context,
): { projection: Projection; toPixel: (point: Point) => Point } {
	const { centre, span } = places.length ? middleOf(places) : { centre: [0, 20] as Point, span: 360 };
	const projection = span > 170 ? equalEarth() : azimuthal(...centre);
	const seen = places.map(([x, y]) => projection.project(x, y));
	// A single place is shown with its surroundings: about fifteen degrees each way.
	const least = 0.26;
	const xs = seen.map(([x]) => x);
	const ys = seen.map(([, y]) => y);
	const range = (values: number[], fallback: number): [number, number] => {
		if (values.length === 0) return [-fallback, fallback];
		const middle = (Math.min(...values) + Math.max(...values)) / 2;
		const half = Math.max(least, (Math.max(...values) - Math.min(...values)) / 2);
		return [middle - half, middle + half];
	};
	const [left, right] = range(xs, 2.7);
	const [top, bottom] = range(ys, 1.3);
	const margin = isPhone(context) ? 22 : 36;
	const scale = Math.min((area.right - margin * 2) / (right - left), (area.bottom - margin * 2) / (bottom - top));
	const [mx, my] = [(left + right) / 2, (top + bottom) / 2];
	return { projection, toPixel: ([x, y]) => [area.right / 2 + (x - mx) * scale, area.bottom / 2 + (y - my) * scale] };
}

function drawLand(
	outline: Outline,
	projection: Projection,
	toPixel: (point: Point) => Point,
	area: Area,
	places: Place[],
): Outline {
	const around: Area = { left: area.left - 20, top: area.top - 20, right: area.right + 20, bottom: area.bottom + 20 };
	const middle = middleOf(places.map((place) => place.at)).centre;
	const toPlane = (points: Point[]): Point[] =>
		unwrap(points).map(([x, y]) => rounded(toPixel(projection.project(x, y))));
	const near = (points: Point[]): boolean => !points.every(([x, y]) => projection.far(x, y));
	const rings = (list: Point[][]): Point[][] =>
		list
			.filter((ring) => (near(ring) || holds(ring, middle)) && !polar(ring))
			.map((ring) => clipRing(toPlane(ring), around))
			.filter((ring) => ring.length > 2);
	return {
		coasts: rings(outline.coasts),
		lakes: rings(outline.lakes),
		borders: outline.borders.filter(near).flatMap((line) => clipLine(toPlane(line), around)),
	};
}

/** The ring round the south pole runs along the map's lower edge: left out, nobody lives there. */
const polar = (ring: Point[]): boolean => ring.some(([, y]) => y < -88);

/** A tenth of a pixel is finer than any screen. */
const rounded = ([x, y]: Point): Point => [Math.round(x * 10) / 10, Math.round(y * 10) / 10];

function holds(ring: Point[], [x, y]: Point): boolean {
	let inside = false;
	ring.forEach(([x1, y1], index) => {
		const [x2, y2] = ring[(index + ring.length - 1) % ring.length]!;
		if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
	});
	return inside;
}

/** Names of the largest places, as far as they find room. */
function names(context: Context, places: Place[], marks: Mark[], radius: (value: number) => number): Graphic[] {
	const most = context.size === 'tile' ? 0 : isPhone(context) ? 4 : 9;
	const taken: Area[] = [];
	const out: Graphic[] = [];
	for (const [index, place] of places.entries()) {
		if (out.length >= most || index > 24) break;
		const { x, y } = marks[index]!;
		const width = textWidth(place.name);
		const away = radius(place.size) + 5;
		const spots: [number, string][] = [
			[x + away, 'left'],
			[x - away - width, 'right'],
		];
		for (const [left, side] of spots) {
			const box: Area = { left, right: left + width, top: y - 8, bottom: y + 8 };
			if (box.left < 2 || box.right > context.width - 2) continue;
			const blocked = taken.some(
				(one) => box.left < one.right && box.right > one.left && box.top < one.bottom && box.bottom > one.top,
			);
			const covered = marks.some((mark, other) => {
				const [dx, dy] = [
					mark.x - Math.min(Math.max(mark.x, box.left), box.right),
					mark.y - Math.min(Math.max(mark.y, box.top + 3), box.bottom - 3),
				];
				const size = radius(places[other]!.size);
				return other !== index && size > 4 && Math.hypot(dx, dy) < size;
			});
			if (blocked || covered) continue;
			taken.push(box);
			out.push(
				text(context, side === 'left' ? left : left + width, y, place.name, {
					textAlign: side,
					textVerticalAlign: 'middle',
					fill: context.tokens.text,
					fontWeight: '500',
					stroke: context.tokens.surface,
					lineWidth: 3,
				}),
			);
			break;
		}
	}
	return out;
}

function nearest(marks: Mark[], x: number, y: number): number {
	let found = -1;
	let best = Infinity;
	marks.forEach((mark, index) => {
		const distance = Math.hypot(mark.x - x, mark.y - y);
		const reach = mark.reach?.[0] ?? 8;
		if (distance <= reach && distance - reach * 0.01 < best) [found, best] = [index, distance];
	});
	return found;
}
