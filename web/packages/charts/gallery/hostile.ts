/** Every chart type with hostile strings in each place that holds text: ?hostile. */
import type { Chart, Field, Frame, Value } from '../src/types';
import { hostile } from '../test/hostile';
import type { Sample } from './samples';

const bad = (index: number): string => hostile[index % hostile.length]!;
const count = hostile.length;

const text = (id: string, at: number): Field => ({ id, label: bad(at), kind: 'dimension', format: { style: 'text' }, description: bad(at + 1) });
const number = (id: string, at: number): Field => ({ id, label: bad(at), kind: 'measure', format: { style: 'decimal' }, unit: bad(at + 1), higher_is: 'better', additive: true });
const frame = (columns: [string, 'text' | 'number', Value[]][]): Frame => ({ columns: columns.map(([name, type, values]) => ({ name, type, values })), rows: columns[0]![2].length, truncated: true });

const numbers = (seed: number): number[] => hostile.map((_, index) => ((index * 37 + seed * 11) % 97) + 1);
const few = hostile.slice(0, 4);

function one(type: Chart['type'], fields: Field[], encoding: Chart['encoding'], main: Frame, options: Chart['options'] = {}): Sample {
	return { name: `hostile ${type} ${JSON.stringify(options).length}`, chart: { type, fields, encoding, options: { compare_label: bad(3), ...options } }, frames: { main, previous: main, trend: main } };
}

const long = frame([['x', 'text', hostile], ['y', 'number', numbers(1)], ['z', 'number', numbers(2)]]);
const pairs = frame([['x', 'text', few.flatMap(() => ['A', 'B', 'C'])], ['s', 'text', few.flatMap((name) => [name, name, name])], ['y', 'number', numbers(3).slice(0, 12)]]);
const crowd = frame([['x', 'text', hostile.flatMap(() => ['A', 'B'])], ['s', 'text', hostile.flatMap((name) => [name, name])], ['y', 'number', [...numbers(3), ...numbers(4)]]]);
const places = frame([['lat', 'number', hostile.map((_, index) => 30 + (index % 17))], ['lon', 'number', hostile.map((_, index) => -120 + ((index * 7) % 50))], ['x', 'text', hostile], ['y', 'number', numbers(5)]]);

export const hostileSamples: Sample[] = [
	one('kpi', [number('y', 1)], { value: 'y' }, frame([['y', 'number', [12]]]), { compare: 'previous-period', target: 3 }),
	one('bar', [text('x', 2), number('y', 4)], { x: 'x', y: ['y'] }, long, { target: 50, highlight: bad(0) }),
	one('bar', [text('x', 6), text('s', 7), number('y', 8)], { x: 'x', y: ['y'], series: 's' }, pairs, { stack: 'stacked' }),
	one('line', [text('x', 10), text('s', 11), number('y', 12)], { x: 'x', y: ['y'], series: 's' }, pairs),
	one('line', [text('x', 14), text('s', 15), number('y', 16)], { x: 'x', y: ['y'], series: 's' }, crowd, { target: 40 }),
	one('area', [text('x', 18), text('s', 19), number('y', 20)], { x: 'x', y: ['y'], series: 's' }, pairs, { stack: 'stacked' }),
	one('bar-line', [text('x', 22), number('y', 24), number('z', 27)], { x: 'x', bars: ['y'], lines: ['z'] }, long),
	one('donut', [text('x', 28), number('y', 30)], { group: 'x', value: 'y' }, long, { others_after: 8 }),
	one('leaderboard', [text('x', 32), number('y', 34)], { group: 'x', value: 'y' }, long, { limit: count, target: 30 }),
	one('heatmap', [text('x', 36), text('s', 37), number('y', 38)], { x: 'x', y: 's', value: 'y' }, crowd),
	one('table', [text('x', 40), number('y', 42), number('z', 44)], { dimensions: ['x'], values: ['y', 'z'] }, long),
	one('point-map', [text('lat', 46), text('lon', 47), text('x', 48), number('y', 50)], { latitude: 'lat', longitude: 'lon', label: 'x', group: ['x'], size: 'y' }, places),
	// Enough cells for the canvas.
	one('heatmap', [text('x', 52), text('s', 53), number('y', 54)], { x: 'x', y: 's', value: 'y' }, frame([['x', 'text', hostile.flatMap((name) => hostile.map(() => name))], ['s', 'text', hostile.flatMap(() => hostile)], ['y', 'number', hostile.flatMap(() => numbers(7))]]), { limit: 5000 }),
];
