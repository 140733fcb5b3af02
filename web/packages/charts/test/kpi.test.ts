/** A figure's change is told against what it says it is compared with. */
import { describe, expect, it } from 'vitest';
import { isEmpty } from '../src/data';
import { figureOf } from '../src/kpi';
import { summarise } from '../src/summary';
import type { Chart, Frames } from '../src/types';

const field = { id: 'rate', label: 'On-time rate', kind: 'measure', format: { style: 'percent', decimals: 1 }, higher_is: 'better' } as const;
const frame = (values: number[]) => ({ columns: [{ name: 'rate', type: 'number' as const, values }], rows: values.length, truncated: false });

function frames(dates: string[], values: number[]): Frames {
	return {
		main: frame([0.785]),
		trend: {
			columns: [
				{ name: 'date', type: 'date', values: dates.map((date) => Date.parse(date)) },
				{ name: 'rate', type: 'number', values },
			],
			rows: values.length,
			truncated: false,
		},
	};
}

const chart = (options: Chart['options']): Chart => ({ type: 'kpi', fields: [field], encoding: { value: 'rate' }, options });

describe('figureOf', () => {
	it('compares the last point with the one before, never the whole period with a point', () => {
		const asked = chart({ compare: 'previous-point', trend: { field: 'date', by: 'month' } });
		const figure = figureOf(asked, frames(['2013-12-01', '2013-10-01', '2013-11-01'], [0.72, 0.85, 0.86]), 'en', 300);

		expect(figure.text).toBe('78.5%');
		expect(figure.evolution?.text).toMatch(/^−14\.0\spts$/);
		expect(figure.evolution?.sentiment).toBe('negative');
		expect(figure.compare).toBe('Dec vs Nov');
	});

	it('names the years where they differ', () => {
		const asked = chart({ compare: 'previous-point', trend: { field: 'date', by: 'month' } });
		const figure = figureOf(asked, frames(['2013-12-01', '2014-01-01'], [0.72, 0.74]), 'en', 300);

		expect(figure.compare).toBe('Jan 2014 vs Dec 2013');
		expect(figure.ends).toEqual(['Dec 2013', 'Jan 2014']);
	});

	it('has no figure over no row: neither a zero, nor a target that it would miss', () => {
		const asked = chart({ target: 0.8, compare: 'previous-point', trend: { field: 'date', by: 'month' } });
		const empty = frames([], []);
		const figure = figureOf(asked, { ...empty, main: frame([]) }, 'en', 300);

		expect(figure).toMatchObject({ none: true, text: '–', full: '–', unit: '', evolution: null, target: null, trend: [] });
		expect(figureOf(asked, { ...empty, main: frame([0]) }, 'en', 300)).toMatchObject({ none: false, text: '0.0%' });
		expect(isEmpty(asked, { main: frame([]) })).toBe(false);
		expect(summarise(asked, { main: frame([]) }, 'fr')).toBe('On-time rate: Rien à mesurer ici.');
	});

	it('says nothing where there is nothing to compare with', () => {
		const asked = chart({ compare: 'previous-period', trend: { field: 'date', by: 'month' } });

		expect(figureOf(asked, frames(['2013-12-01'], [0.72]), 'en', 300).evolution).toBeNull();
	});
});
