import type { FilterType, FilterValue } from '@aracari/api';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue, isDay } from '../src/values.ts';

const cases: [FilterType, FilterValue, string][] = [
	['date-range', { preset: 'q1' }, 'q1'],
	['date-range', { start: '2013-01-01', end: '2013-03-31' }, '2013-01-01..2013-03-31'],
	['date-range', null, '*'],
	['select', 'JFK', 'JFK'],
	['select', '*', '%2A'],
	['select', '~1', '%7E1'],
	['select', '', ''],
	['select', 12.5, '~12.5'],
	['select', false, '~false'],
	['multi-select', ['UA', 'DL'], 'UA,DL'],
	['multi-select', ['a,b', 'c&d=e', 'é ?#'], 'a%2Cb,c%26d%3De,%C3%A9%20%3F%23'],
	['multi-select', ['__proto__', 'constructor', '{{7*7}}'], '__proto__,constructor,%7B%7B7%2A7%7D%7D'],
	['multi-select', null, '*'],
];

describe('a filter value in an address', () => {
	it.each(cases)('%s %j is written %s and read back', (type, value, text) => {
		expect(encodeValue(value)).toBe(text);
		expect(decodeValue(type, text)).toEqual(value);
	});

	it('survives any text', () => {
		let seed = 7;
		const random = (): number => (seed = (seed * 16807) % 2147483647);
		for (let round = 0; round < 500; round += 1) {
			const list = Array.from({ length: 1 + (random() % 4) }, () =>
				Array.from({ length: random() % 6 }, () => String.fromCodePoint(32 + (random() % 600))).join(''),
			);
			if (list.length === 1 && list[0] === '') continue;
			expect(decodeValue('multi-select', encodeValue(list))).toEqual(list);
		}
	});

	it.each<[FilterType, string]>([
		['date-range', '2013-02-30..2013-03-01'],
		['date-range', '2013-03-01..2013-02-01'],
		['date-range', 'A'.repeat(99)],
		['date-range', '__proto__'],
		['date-range', '{{7*7}}'],
		['select', '%E0%A4%A'],
		['select', '~{"a":1}'],
		['select', '~Infinity'],
		['multi-select', ''],
		['multi-select', 'a,%zz'],
	])('refuses %s %s', (type, text) => {
		expect(decodeValue(type, text)).toBeUndefined();
	});

	it('knows which days exist', () => {
		expect(['2012-02-29', '2013-02-29', '2013-13-01', '13-1-1'].map(isDay)).toEqual([true, false, false, false]);
	});
});
