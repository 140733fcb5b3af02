// What makes each chart type itself: order, scales, names, marks.
import { describe, expect, test } from 'vitest';
import { samples } from '../gallery/samples';
import { plan } from '../src/options';
import type { Context, Plan } from '../src/plan';
import { markAfter, markAt } from '../src/pointing';
import { tokensOf } from '../src/tokens';
import type { Chart, Frame } from '../src/types';

const tokens = tokensOf('light');
const story: Context = { locale: 'en', tokens, size: 'story', width: 760, height: 340 };

function draw(name: string, context: Partial<Context> = {}, options: Chart['options'] = {}): Plan {
	const sample = samples.find((each) => each.name === name)!;
	return plan({ ...sample.chart, options: { ...sample.chart.options, ...options } }, sample.frames.main, { ...story, ...context });
}
interface Series {
	type: string;
	stack?: string;
	yAxisIndex?: number;
	data: { value: number | string; itemStyle: { color: string }; symbolSize: number }[];
}
const series = (made: Plan): Series[] => made.option.series as unknown as Series[];
const words = (made: Plan): string[] => (made.option.graphic as unknown as { type: string; style: { text: string } }[]).filter((each) => each.type === 'text').map((each) => each.style.text);
const axis = (made: Plan, name: 'xAxis' | 'yAxis'): { type: string; min: number; max: number; interval: number } => {
	const one = made.option[name] as unknown;
	return (Array.isArray(one) ? one[0] : one) as { type: string; min: number; max: number; interval: number };
};

describe('bar', () => {
	test('names too long for their bars turn the chart, largest first', () => {
		const made = draw('bar carriers');
		expect(axis(made, 'yAxis').type).toBe('category');
		expect(axis(made, 'xAxis').min).toBe(0);
		expect(made.marks.slice(0, 3).map((mark) => [mark.title, mark.rows[0]!.value])).toMatchInlineSnapshot(`
			[
			  [
			    "United Air Lines Inc.",
			    "58,665",
			  ],
			  [
			    "JetBlue Airways",
			    "54,635",
			  ],
			  [
			    "ExpressJet Airlines Inc.",
			    "54,173",
			  ],
			]
		`);
	});
	test('months stand in their own order under a calendar', () => {
		expect(words(draw('bar months'))).toEqual(['Jan', '2013', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', '27.0k', '25.0k', '28.8k', '28.3k', '28.8k', '28.2k', '29.4k', '29.3k', '27.6k', '28.9k', '27.3k', '28.1k']);
	});
	test('the highlighted bar keeps its colour, the rest step back', () => {
		const colors = series(draw('bar months'))[0]!.data.map((each) => each.itemStyle.color);
		expect(colors.filter((color) => color === tokens.accent)).toHaveLength(1);
		expect(colors[6]).toBe(tokens.accent);
		expect(colors[0]).toBe(tokens.quiet);
	});
	test('an order asked for is kept', () => {
		const made = draw('bar negative', {}, { sort: ['carrier'] });
		expect(made.marks.map((mark) => mark.title)).toEqual(['Alaska', 'Delta', 'United', 'JetBlue', 'Envoy', 'Frontier']);
	});
	test('shares of a whole reach 100 %, and keep their amounts in words', () => {
		const made = draw('bar percent months');
		expect(axis(made, 'yAxis')).toMatchObject({ min: 0, max: 1 });
		expect(made.marks[0]!.rows.at(-1)).toMatchObject({ label: 'EWR', value: '9,893 (37%)' });
		expect(new Set(series(made).map((one) => one.stack))).toEqual(new Set(['all']));
	});
	test('two hundred categories: the first ones, and a way to all', () => {
		const made = draw('bar 200');
		expect(made.left).toEqual({ shown: 24, all: 200 });
		expect(made.marks).toHaveLength(24);
		const whole = draw('bar 200', { all: true });
		expect(whole.marks).toHaveLength(200);
		expect(whole.height).toBeGreaterThan(3000);
	});
	test('a stressed bar is shown even when it comes late', () => {
		expect(draw('bar 200', {}, { highlight: 'Category 150' }).marks.some((mark) => mark.title === 'Category 150')).toBe(true);
	});
	test('grouped, stacked and single start at zero whatever the values', () => {
		for (const name of ['bar grouped', 'bar stacked', 'bar days', 'bar origin target', 'bar negative']) expect(axis(draw(name), 'yAxis').min).toBeLessThanOrEqual(0);
	});
});

describe('line', () => {
	test('four or fewer are named at their ends, highest last value first', () => {
		const made = draw('line origins');
		expect(made.legend).toEqual([]);
		expect(words(made).slice(-3)).toEqual(['LGA', 'JFK', 'EWR']);
	});
	test('more have a legend in the order of the last values; the ninth and further are context', () => {
		const made = draw('line carriers');
		expect(made.legend.map((item) => item.label)).toEqual(['ExpressJet Airlines Inc.', 'AirTran Airways Corporation', 'Southwest Airlines Co.', 'Endeavor Air Inc.', 'Alaska Airlines Inc.', 'United Air Lines Inc.', 'JetBlue Airways', 'Frontier Airlines Inc.', '8 others']);
	});
	test('a month without rows is a gap, a lone month a dot', () => {
		const data = series(draw('line gap'))[0]!.data as unknown as { value: number | string; symbol: string }[];
		expect(data).toHaveLength(12);
		expect(data[4]!.value).toBe('-');
		expect(data[5]!.symbol).toBe('circle');
	});
	test('far from zero the axis leaves zero out; bars never do', () => {
		expect(axis(draw('line months'), 'yAxis').min).toBeGreaterThan(0);
		expect(axis(draw('line days'), 'yAxis').min).toBeLessThanOrEqual(0);
	});
});

test('bars and lines share an axis unless their units differ', () => {
	expect(series(draw('bar-line one axis')).map((one) => one.yAxisIndex ?? 0)).toEqual([0, 0]);
	expect(series(draw('bar-line two axes')).map((one) => one.yAxisIndex ?? 0)).toEqual([0, 1]);
});

describe('donut', () => {
	test('the rest is summed, last, and only where sums have a meaning', () => {
		const made = draw('donut others');
		expect(made.marks.map((mark) => mark.title).at(-1)).toBe('Others');
		expect(made.marks).toHaveLength(6);
		const sample = samples.find((each) => each.name === 'donut others')!;
		const fields = sample.chart.fields.map((field) => ({ ...field, additive: false }));
		const whole = plan({ ...sample.chart, fields }, sample.frames.main, story);
		expect(whole.marks).toHaveLength(16);
		expect(words(whole)).not.toContain('337k');
	});
	test('says the total in its middle', () => expect(words(draw('donut'))).toContain('337k'));
	test('finds the part under the pointer', () => {
		const made = draw('donut');
		made.marks.forEach((mark, index) => expect(markAt(made, mark.x, mark.y)).toBe(index));
		expect(markAt(made, 380, 170)).toBe(-1);
	});
});

test('a heat map shows what is missing and one hue for the rest', () => {
	const made = draw('heatmap');
	const cells = series(made)[0]!.data;
	expect(cells).toHaveLength(7 * 19);
	expect(cells.filter((cell) => cell.itemStyle.color === 'transparent').length).toBeGreaterThan(0);
	expect(made.valueKey).toMatchObject({ label: 'Average delay', missing: 'No data' });
	made.marks.forEach((mark, index) => expect(markAt(made, mark.x, mark.y)).toBe(index));
});

test('many cells are drawn on a canvas', () => {
	const rows = 60 * 60;
	const frame: Frame = { rows, truncated: false, columns: [{ name: 'x', type: 'text', values: Array.from({ length: rows }, (_, row) => `x${row % 60}`) }, { name: 'y', type: 'text', values: Array.from({ length: rows }, (_, row) => `y${Math.floor(row / 60)}`) }, { name: 'v', type: 'number', values: Array.from({ length: rows }, (_, row) => row) }] };
	const chart: Chart = { type: 'heatmap', fields: [{ id: 'x', label: 'X', kind: 'dimension', format: { style: 'text' } }, { id: 'y', label: 'Y', kind: 'dimension', format: { style: 'text' } }, { id: 'v', label: 'V', kind: 'measure', format: { style: 'decimal' } }], encoding: { x: 'x', y: 'y', value: 'v' }, options: {} };
	expect(plan(chart, frame, story).renderer).toBe('canvas');
});

test('dots of a map: area by value, the largest below the small ones', () => {
	const made = draw('map');
	const sizes = series(made)[0]!.data.map((dot) => dot.symbolSize);
	expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
	expect(made.marks[0]!.title).toBe('Chicago Ohare Intl');
	for (const mark of made.marks) {
		expect(mark.x).toBeGreaterThan(0);
		expect(mark.x).toBeLessThan(760);
	}
});

test('the keyboard walks through the marks', () => {
	const made = draw('bar carriers');
	expect(markAfter(made, -1, 'ArrowRight')).toBe(0);
	expect(markAfter(made, 0, 'ArrowLeft')).toBe(0);
	expect(markAfter(made, 3, 'End')).toBe(15);
	expect(markAfter(made, 3, 'Escape')).toBe(-1);
	expect(markAfter(made, 3, 'Tab')).toBeNull();
});
