// What is said to those who do not see the picture, and how tables and rankings read their rows.
import { describe, expect, test } from 'vitest';
import { samples } from '../gallery/samples';
import { figureOf } from '../src/kpi';
import { rankingOf } from '../src/ranking';
import { summarise } from '../src/summary';
import { told } from '../src/fields';
import { columnsOf, fitting, rowsOf, within } from '../src/table';
import type { Chart, Field, Frame } from '../src/types';

const sample = (name: string) => samples.find((each) => each.name === name)!;
const say = (name: string, locale: string): string => summarise(sample(name).chart, sample(name).frames, locale).replace(/[\u00a0\u202f]/g, ' ');

describe('summaries', () => {
	test.each([
		['kpi on time', 'On-time rate: 78.4%. −0.7 pts vs 2012', 'On-time rate : 78,4 %. −0,7 pts vs 2012'],
		['line months', 'Line chart of On-time rate by month (Date). From 81.4% (January 2013) to 72.3% (December 2013); peak 86.1% (September 2013), low 70.4% (July 2013). Target: 80.0%.', 'Courbe : On-time rate par mois (Date). De 81,4 % (Janvier 2013) à 72,3 % (Décembre 2013) ; plus haut 86,1 % (Septembre 2013), plus bas 70,4 % (Juillet 2013). Objectif : 80,0 %.'],
		['bar one', 'Bar chart of Departures by Carrier. United Air Lines: 58,665.', 'Diagramme en barres : Departures par Carrier. United Air Lines : 58 665.'],
		['bar none', 'Bar chart. No data for this selection.', 'Diagramme en barres. Aucune donnée pour cette sélection.'],
		['map', 'Map: Departures. 101 places; the largest is Chicago Ohare Intl (17,283).', 'Carte : Departures. 101 lieux ; le plus grand est Chicago Ohare Intl (17 283).'],
	])('%s', (name, en, fr) => {
		expect(say(name, 'en')).toBe(en);
		expect(say(name, 'fr')).toBe(fr);
	});
	test('the leading series is said with the point at which it leads', () => {
		const fields: Field[] = [
			{ id: 'day', label: 'Day', kind: 'dimension', format: { style: 'date' }, by: 'month' },
			{ id: 'region', label: 'Region', kind: 'dimension', format: { style: 'text' } },
			{ id: 'revenue', label: 'Revenue', kind: 'measure', format: { style: 'compact' }, unit: 'EUR' },
		];
		const [october, november] = [Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 1)];
		const frame = (rows: [number, string, number][]): Frame => ({
			columns: [
				{ name: 'day', type: 'date', values: rows.map(([day]) => day) },
				{ name: 'region', type: 'text', values: rows.map(([, region]) => region) },
				{ name: 'revenue', type: 'number', values: rows.map(([, , revenue]) => revenue) },
			],
			rows: rows.length,
			truncated: false,
		});
		const chart: Chart = { type: 'line', fields, encoding: { x: 'day', y: ['revenue'], series: 'region' }, options: {} };
		const main = frame([[october, 'South', 3945], [november, 'North', 443], [november, 'West', 120], [october, 'West', 200]]);

		expect(summarise(chart, { main }, 'en')).toBe('Line chart of Revenue by month (Day). 3 series; for November 2026, North is highest (443\u00a0EUR).');
		expect(summarise(chart, { main }, 'fr')).toBe('Courbe : Revenue par mois (Day). 3 séries ; pour Novembre 2026, North est en tête (443\u00a0EUR).');
		const daily = fields.map((field) => (field.id === 'day' ? { ...field, by: 'day' } : field));
		expect(summarise({ ...chart, fields: daily }, { main }, 'en')).toMatch(/^Line chart of Revenue by day\. /);
	});
	test('every sample has one', () => {
		for (const { name } of samples) expect(say(name, 'en').length).toBeGreaterThan(8);
	});
});

describe('figures', () => {
	const figure = (name: string, width = 300) => figureOf(sample(name).chart, sample(name).frames, 'en', width);
	test('a target is met by what higher means', () => {
		expect(figure('kpi on time').target).toEqual({ text: 'Target 80%', met: false });
		expect(figure('kpi delay').target).toEqual({ text: 'Target 15\u00a0min', met: true });
		expect(figure('kpi none').target?.met).toBeNull();
	});
	test('a figure too wide for its tile is shortened, and said in full besides', () => {
		expect(figure('kpi money', 240)).toMatchObject({ text: '€123M', full: '€123,456,789.50' });
		expect(figure('kpi money', 600).text).toBe('€123,456,789.50');
	});
	test('a figure that is still too wide is set smaller, with its unit', () => {
		const field = { id: 'revenue', label: 'Revenue', kind: 'measure', format: { style: 'compact' }, unit: 'EUR' } as const;
		const chart: Chart = { type: 'kpi', fields: [field], encoding: { value: 'revenue' }, options: {} };
		const main: Frame = { columns: [{ name: 'revenue', type: 'number', values: [11_600] }], rows: 1, truncated: false };
		const sizes = [300, 141, 60].map((width) => figureOf(chart, { main }, 'en', width).size);
		expect(sizes[0]).toBe(40);
		expect(sizes[1]).toBeLessThan(40);
		expect(sizes[1]).toBeGreaterThan(30);
		expect(sizes[2]).toBe(22);
	});
});

describe('rankings', () => {
	test('a tile shows five, the best first, and where the target lies', () => {
		const { chart, frames } = sample('leaderboard');
		const ranking = rankingOf(chart, frames.main!, 'en', 'tile');
		expect(ranking.rows.map((row) => `${row.rank} ${row.name} ${row.value}`)).toEqual(['1 Hawaiian Airlines Inc. 93.0%', '2 US Airways Inc. 87.8%', '3 Alaska Airlines Inc. 86.8%', '4 American Airlines Inc. 84.1%', '5 Delta Air Lines Inc. 83.7%']);
		expect(ranking.target!.share).toBeCloseTo(0.8 / 0.93, 2);
	});
	test('an order asked for is kept, the worst first', () => {
		const { chart, frames } = sample('leaderboard');
		const sorted = rankingOf({ ...chart, options: { ...chart.options, sort: ['on_time'] } }, frames.main!, 'en', 'story');
		expect(sorted.rows[0]!.name).toBe('United Air Lines Inc.');
	});
});

describe('tables', () => {
	const { chart, frames } = sample('table');
	const columns = columnsOf(chart, frames.main!, 'en');
	const names = (rows: number[]): string[] => rows.slice(0, 2).map((row) => columns[0]!.text(row));

	test('sort by numbers and by words, missing values last either way', () => {
		expect(names(rowsOf(columns, 16, '', { column: 1, descending: true }, 'en'))).toEqual(['United Air Lines Inc.', 'JetBlue Airways']);
		expect(names(rowsOf(columns, 16, '', { column: 0, descending: false }, 'en'))).toEqual(['AirTran Airways Corporation', 'Alaska Airlines Inc.']);
		const holes = [{ ...columns[1]!, values: [3, null, 1] }];
		expect(rowsOf(holes, 3, '', { column: 0, descending: false }, 'en')).toEqual([2, 0, 1]);
		expect(rowsOf(holes, 3, '', { column: 0, descending: true }, 'en')).toEqual([0, 2, 1]);
	});
	test('search in every column, accents and case aside', () => {
		expect(names(rowsOf(columns, 16, 'jetblué', null, 'en'))).toEqual(['JetBlue Airways']);
		expect(names(rowsOf(columns, 16, '58,665', null, 'en'))).toEqual(['United Air Lines Inc.']);
	});
	test('numbers of a column have the same decimals and stand right', () => {
		expect(columns.map((column) => column.right)).toEqual([false, true, true, true]);
		expect([0, 1, 2].map((row) => columns[3]!.text(row))).toEqual(['12.1', '13.0', '20.0']);
	});
	test('columns that no declaration knows follow the answer: fractions and numbers stand right, names of digits stay whole', () => {
		const field = (id: string, style: 'text' | 'decimal'): Field => ({ id, label: id, kind: 'dimension', format: { style } });
		const fields = [field('pivoted', 'text'), field('flight', 'text'), field('joined', 'decimal'), field('words', 'decimal')];
		const answer: Frame = {
			columns: [
				{ name: 'pivoted', type: 'number', values: [1234.5, null] },
				{ name: 'flight', type: 'number', values: [1141, 12] },
				{ name: 'joined', type: 'text', values: ['3000', null] },
				{ name: 'words', type: 'text', values: ['none', '3'] },
			],
			rows: 2,
			truncated: false,
		};
		const found = columnsOf(told({ type: 'table', fields, encoding: {}, options: {} }, answer), answer, 'en');
		expect(found.map((column) => column.right)).toEqual([true, true, true, false]);
		expect(found.map((column) => column.text(0))).toEqual(['1,234.5', '1141', '3,000', 'none']);
	});
	test('short values and the words of heads are never cut', () => {
		const widths = columns.map((column, index) => ({ ...column, width: 85, right: index > 1 }));
		expect(within(widths, 200)).toEqual(widths);
		const field = { ...chart.fields[0]!, label: 'Immatriculation' };
		const [head] = columnsOf({ ...chart, fields: [field] }, { ...frames.main!, rows: 0 }, 'en', 24, (text, size) => text.length * size);
		expect(head!.width).toBe('Immatriculation'.length * 13 + 24);
	});
	test('names give way before the table scrolls, numbers never', () => {
		const wide = columns.map((column, index) => ({ ...column, width: index === 0 ? 300 : 100 }));
		expect(within(wide, 700)).toEqual(wide);
		expect(within(wide, 500).map((column) => column.width)).toEqual([200, 100, 100, 100]);
		const narrow = within(wide, 200);
		expect(narrow[0]!.width).toBe(144);
		expect(narrow.slice(1)).toEqual(wide.slice(1));
	});
	test('a long head takes lines rather than width', () => {
		const field = { ...chart.fields[1]!, label: 'Average departure delay of all flights' };
		const [, long] = columnsOf({ ...chart, fields: [chart.fields[0]!, field, ...chart.fields.slice(2)] }, frames.main!, 'en');
		expect(long!.width).toBeLessThan(160);
	});
	test('a tile keeps the name and the measures that fit', () => {
		expect(fitting(columns, 242).map((column) => column.field.id)).toEqual(['carrier', 'flights']);
	});
});
