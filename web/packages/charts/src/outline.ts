/** Outline of the world: coasts as rings, borders between countries as lines. Loaded for maps only. */
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlas from 'world-atlas/countries-110m.json';
import type { Point } from './projection';

export interface Outline {
	coasts: Point[][];
	/** Holes in the land. */
	lakes: Point[][];
	borders: Point[][];
}

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

export function outline(): Outline {
	const world = atlas as unknown as World;
	const coasts: Point[][] = [];
	const lakes: Point[][] = [];
	const add = ([coast, ...holes]: number[][][]): void => {
		if (coast) coasts.push(coast as Point[]);
		lakes.push(...(holes as Point[][]));
	};
	for (const { geometry } of feature(world, world.objects.land).features) {
		if (geometry.type === 'Polygon') add(geometry.coordinates);
		if (geometry.type === 'MultiPolygon') for (const polygon of geometry.coordinates) add(polygon);
	}
	const borders = mesh(world, world.objects.countries, (a, b) => a !== b).coordinates as Point[][];
	return { coasts, lakes, borders };
}
