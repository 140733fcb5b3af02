// Columns of shapes, which reach charts as the text of their GeoJSON.
import { describe, expect, test } from 'vitest';
import { samples } from '../gallery/samples';
import { plan } from '../src/options';
import { columnsOf } from '../src/table';
import { tokensOf } from '../src/tokens';
import type { Chart, Frame } from '../src/types';

const text = '{"type":"Point","coordinates":[2.35,48.85]}';

/** The frame with a shape in place of every value. */
const shapes = (frame: Frame): Frame => ({
	...frame,
	columns: frame.columns.map((column) => ({
		...column,
		type: 'geometry',
		values: column.values.map((value) => (value === null ? null : text)),
	})),
});

describe('shapes', () => {
	test('stand in a table as text, whatever the format', () => {
		const chart: Chart = {
			type: 'table',
			fields: (['text', 'decimal'] as const).map((style) => ({
				id: style,
				label: style,
				kind: 'dimension',
				format: { style },
			})),
			encoding: {},
			options: {},
		};
		const values = [text, null];
		const columns = chart.fields.map(({ id }) => ({ name: id, type: 'geometry' as const, values }));
		for (const column of columnsOf(chart, { columns, rows: 2, truncated: false }, 'en')) {
			expect([column.text(0), column.right, column.width]).toEqual([text, false, 320]);
		}
	});

	test('break no chart that is asked to draw them', () => {
		for (const { chart, frames } of samples.filter((sample) => !['kpi', 'table'].includes(sample.chart.type))) {
			const draw = (): unknown =>
				plan(chart, shapes(frames.main!), {
					locale: 'en',
					tokens: tokensOf('light'),
					size: 'story',
					width: 760,
					height: 340,
				});
			expect(draw, chart.type).not.toThrow();
		}
	});
});
