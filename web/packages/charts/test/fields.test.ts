/** Numbers that name are written as names, numbers that count as counts. */
import { describe, expect, test } from 'vitest';
import { sameDecimals, told } from '../src/fields';
import { formatValue } from '../src/format';
import { labels } from '../src/marks';
import type { Chart, Field, Format } from '../src/types';

const integer: Format = { style: 'decimal', decimals: 0 };
const unsaid: Format = { style: 'text' };

function written(values: (number | null)[], format: Format, kind: Field['kind'] = 'dimension'): string[] {
	const chart: Chart = { type: 'table', fields: [{ id: 'n', label: 'N', kind, format }], encoding: {}, options: {} };
	const frame = { columns: [{ name: 'n', type: 'number' as const, values }], rows: values.length, truncated: false };
	const [field] = told(chart, frame).fields;
	return values.map((value) => formatValue(value, field!.format, { locale: 'en' }));
}

describe('whole numbers', () => {
	test.each([
		['years', [2019, 2020, null], integer, ['2019', '2020', '–']],
		['years of no known type', [2019, 2020], unsaid, ['2019', '2020']],
		['accounts', [4100231, 4100877, 4101002], integer, ['4100231', '4100877', '4101002']],
		['postal codes of no known type', [6000, 75011, 69001], unsaid, ['6000', '75011', '69001']],
		['amounts', [184233, 1203455, 8120], integer, ['184,233', '1,203,455', '8,120']],
		['amounts of no known type', [184233, 1203455, 812], unsaid, ['184,233', '1,203,455', '812']],
		['balances of no known type', [-45120, 59000], unsaid, ['−45,120', '59,000']],
		['two amounts, as long as each other', [45120, 59000], integer, ['45,120', '59,000']],
	])('%s', (_, values, format, texts) => {
		expect(written(values, format)).toEqual(texts);
	});
	test('a measure always counts', () => {
		expect(written([2019], integer, 'measure')).toEqual(['2,019']);
		expect(written([12345], unsaid, 'measure')).toEqual(['12,345']);
	});
	test('fractions are no names, and what is written otherwise stays so', () => {
		expect(written([1234.5, 12], unsaid)).toEqual(['1,234.5', '12']);
		expect(written([2013, 2014], { style: 'compact' })).toEqual(['2.01k', '2.01k']);
	});
});

test('a fraction is not said beside thousands', () => {
	const field: Field = { id: 'n', label: 'N', kind: 'measure', format: { style: 'decimal' } };
	const values = [9480120.25, 870125.5, 0];
	expect(values.map(labels(values, field, 'en'))).toEqual(['9.48M', '870k', '0']);
	expect([1.5, 0].map(labels([1.5, 0], field, 'en'))).toEqual(['1.5', '0.0']);
});

test('numbers side by side have the same decimals', () => {
	expect(sameDecimals({ style: 'decimal' }, [9480120.25, 310400, null])).toEqual({ style: 'decimal', decimals: 2 });
	expect(sameDecimals({ style: 'decimal' }, [1.5, 2])).toEqual({ style: 'decimal', decimals: 1 });
	expect(sameDecimals({ style: 'decimal' }, [1, 2])).toEqual({ style: 'decimal', decimals: 0 });
	expect(sameDecimals({ style: 'decimal', decimals: 3 }, [1])).toEqual({ style: 'decimal', decimals: 3 });
});
