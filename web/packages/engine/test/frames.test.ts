import type { Frames } from '@aracari/api';
import { describe, expect, it } from 'vitest';
import { readable } from '../src/frames.ts';

const point = { type: 'Point', coordinates: [2.35, 48.85] };
const columns = [
	{ name: 'shop', type: 'text', values: ['Paris', 'Lyon'] },
	{ name: 'place', type: 'geometry', values: [point, null] },
];
// As the server sends it: a shape is an object.
const sent = { main: { columns, rows: 2, truncated: false } } as unknown as Frames;
describe('shapes', () => {
	it('are read as the text of their GeoJSON, and missing ones stay missing', () => {
		const { main } = readable(sent);
		expect(main!.columns[1]!.values).toEqual(['{"type":"Point","coordinates":[2.35,48.85]}', null]);
		expect(main!.columns[0]).toBe(columns[0]);
	});
});
