// A value keeps its colour, whatever is filtered and whatever the amounts are.
import { describe, expect, test } from 'vitest';
import { samples } from '../gallery/samples';
import { ColorMemory } from '../src/colors';
import { plan } from '../src/options';
import type { Context } from '../src/plan';
import { tokensOf } from '../src/tokens';
import type { Chart, Frame } from '../src/types';

const airports = ['Newark Liberty Intl', 'John F Kennedy Intl', 'La Guardia'];

describe('places', () => {
	test('are apart while there is room, in whatever order the values come', () => {
		const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
		const places = new ColorMemory().places('x', many, 8);
		expect([...places].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		expect(new ColorMemory().places('x', [...many].reverse(), 8)).toEqual([...places].reverse());
	});
	test('stay when others leave and when new ones come', () => {
		const memory = new ColorMemory();
		const [newark, kennedy, guardia] = memory.places('from', airports, 8);
		expect(memory.places('from', [airports[2]!], 8)).toEqual([guardia]);
		expect(memory.places('from', [airports[2]!, 'Stewart', airports[1]!, airports[0]!], 8)).toMatchObject({ 0: guardia, 2: kennedy, 3: newark });
	});
	test('repeat where the values outnumber the colours, and never fail', () => {
		const many = Array.from({ length: 40 }, (_, index) => `v${index}`);
		expect(new ColorMemory().places('x', many, 8).every((place) => place >= 0 && place < 8)).toBe(true);
		expect(new ColorMemory().places('x', [], 8)).toEqual([]);
	});
	test('a value alone goes where most readers see it', () => {
		const alone = airports.map((airport) => new ColorMemory().places('from', [airport], 8)[0]);
		const together = new ColorMemory().places('from', airports, 8);
		expect(together.filter((place, index) => place === alone[index]).length).toBeGreaterThanOrEqual(2);
	});
});

describe.each(['bar stacked', 'line origins', 'area stacked', 'donut others'])('%s', (name) => {
	const sample = samples.find((each) => each.name === name);
	test.skipIf(!sample)('keeps its colours when a filter leaves fewer', () => {
		const { chart, frames } = sample!;
		const colors = new ColorMemory();
		const context: Context = { locale: 'en', tokens: tokensOf('light'), size: 'story', width: 760, height: 340, colors };
		const split = chart.encoding.series ?? chart.encoding.group;
		const all = colorsBySeries(chart, frames.main!, context);
		const column = frames.main!.columns.find((each) => each.name === split)!;
		const kept = column.values[0]!;
		const fewer = colorsBySeries(chart, without(frames.main!, (row) => column.values[row] === kept), context);
		for (const [label, color] of fewer) expect(color, label).toBe(all.get(label));
	});
});

function without(frame: Frame, keep: (row: number) => boolean): Frame {
	const rows = Array.from({ length: frame.rows }, (_, row) => row).filter(keep);
	const columns = frame.columns.map((column) => ({ ...column, values: rows.map((row) => column.values[row]!) }));
	return { columns, rows: rows.length, truncated: false };
}

function colorsBySeries(chart: Chart, frame: Frame, context: Context): Map<string, string> {
	const made = plan(chart, frame, context);
	const found = new Map<string, string>();
	for (const mark of made.marks) for (const row of mark.rows) if (row.color && row.label) found.set(chart.type === 'donut' ? mark.title : row.label, row.color);
	return found;
}
