/** Map projections: the azimuthal equal-area around a region, Equal Earth for the whole world. */

export type Point = [number, number];

export interface Projection {
	/** Longitude and latitude in degrees to a plane, y growing downwards. */
	project: (longitude: number, latitude: number) => Point;
	/** Whether a place is on the far side, where shapes tear. */
	far: (longitude: number, latitude: number) => boolean;
}

const RADIANS = Math.PI / 180;

/** Beyond this angle from the middle, an azimuthal map is too stretched to read. */
const FAR = 110 * RADIANS;

export function azimuthal(longitude: number, latitude: number): Projection {
	const lambda0 = longitude * RADIANS;
	const sin0 = Math.sin(latitude * RADIANS);
	const cos0 = Math.cos(latitude * RADIANS);
	const angle = (lambda: number, phi: number): number => sin0 * Math.sin(phi) + cos0 * Math.cos(phi) * Math.cos(lambda);
	return {
		project(x, y) {
			const lambda = x * RADIANS - lambda0;
			const phi = y * RADIANS;
			// Points near the opposite side are held back, or they would fly off.
			const k = Math.sqrt(2 / Math.max(0.12, 1 + angle(lambda, phi)));
			return [
				k * Math.cos(phi) * Math.sin(lambda),
				-k * (cos0 * Math.sin(phi) - sin0 * Math.cos(phi) * Math.cos(lambda)),
			];
		},
		far: (x, y) => angle(x * RADIANS - lambda0, y * RADIANS) < Math.cos(FAR),
	};
}

/** Equal Earth (Šavrič, Patterson, Jenny 2018). */
export function equalEarth(): Projection {
	const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
	const m = Math.sqrt(3) / 2;
	return {
		project(x, y) {
			const theta = Math.asin(m * Math.sin(y * RADIANS));
			const t2 = theta * theta;
			const t6 = t2 * t2 * t2;
			return [
				(x * RADIANS * Math.cos(theta)) / (m * (a1 + 3 * a2 * t2 + t6 * (7 * a3 + 9 * a4 * t2))),
				-theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2)),
			];
		},
		far: () => false,
	};
}

/** The longitudes' middle, taking the short way round the date line. */
export function middleOf(places: Point[]): { centre: Point; span: number } {
	const longitudes = places.map(([x]) => ((x % 360) + 360) % 360).sort((a, b) => a - b);
	let widest = 0;
	let after = 0;
	longitudes.forEach((x, index) => {
		const next = longitudes[index + 1] ?? longitudes[0]! + 360;
		if (next - x > widest) [widest, after] = [next - x, next];
	});
	const span = 360 - widest;
	const middle = ((after + span / 2 + 540) % 360) - 180;
	const latitudes = places.map(([, y]) => y);
	return { centre: [middle, (Math.min(...latitudes) + Math.max(...latitudes)) / 2], span };
}

export interface Area {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

type Edge = { inside: (point: Point) => boolean; cut: (a: Point, b: Point) => Point };

function edges(area: Area): Edge[] {
	const at = (a: Point, b: Point, share: number): Point => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
	const upright = (x: number, sign: number): Edge => ({
		inside: (p) => (p[0] - x) * sign >= 0,
		cut: (a, b) => at(a, b, (x - a[0]) / (b[0] - a[0])),
	});
	const level = (y: number, sign: number): Edge => ({
		inside: (p) => (p[1] - y) * sign >= 0,
		cut: (a, b) => at(a, b, (y - a[1]) / (b[1] - a[1])),
	});
	return [upright(area.left, 1), upright(area.right, -1), level(area.top, 1), level(area.bottom, -1)];
}

/** The part of a ring inside an area (Sutherland and Hodgman). */
export function clipRing(ring: Point[], area: Area): Point[] {
	let points = ring;
	for (const edge of edges(area)) {
		const kept: Point[] = [];
		points.forEach((point, index) => {
			const before = points[(index + points.length - 1) % points.length]!;
			const [here, there] = [edge.inside(point), edge.inside(before)];
			if (here !== there) kept.push(edge.cut(before, point));
			if (here) kept.push(point);
		});
		points = kept;
		if (points.length === 0) return points;
	}
	return points;
}

/** The stretches of a line whose points lie in an area or next to one that does. */
export function clipLine(points: Point[], area: Area): Point[][] {
	const inside = points.map(([x, y]) => x >= area.left && x <= area.right && y >= area.top && y <= area.bottom);
	const out: Point[][] = [];
	let run: Point[] = [];
	points.forEach((point, index) => {
		if (inside[index]) {
			run.push(point);
			return;
		}
		if (run.length > 1) out.push(run);
		run = [];
	});
	if (run.length > 1) out.push(run);
	return out;
}

/** Undoes the jump at the date line, so that a shape across it stays whole beyond the edge. */
export function unwrap(points: Point[]): Point[] {
	let turn = 0;
	return points.map(([x, y], index) => {
		const before = points[index - 1];
		if (before) turn += Math.abs(x - before[0]) > 180 ? (x < before[0] ? 360 : -360) : 0;
		return [x + turn, y];
	});
}
