// What readers of each language see, number by number.
import { describe, expect, test } from 'vitest';
import { formatEvolution, formatValue, type FormatOptions } from '../src/format';
import type { Format, Value } from '../src/types';

const day = Date.UTC(2013, 8, 3);
const NARROW = '\u202f';
const NBSP = '\u00a0';

type Case = [value: Value, format: Format, options: Omit<FormatOptions, 'locale'>, en: string, fr: string];

const cases: Case[] = [
	[336776, { style: 'decimal', decimals: 0 }, {}, '336,776', `336${NARROW}776`],
	[12.64, { style: 'decimal', decimals: 1 }, { unit: 'min' }, `12.6${NBSP}min`, `12,6${NBSP}min`],
	[12, { style: 'decimal', decimals: 1 }, {}, '12.0', '12,0'],
	[12, { style: 'decimal', decimals: 1 }, { trim: true }, '12', '12'],
	[0.1234, { style: 'decimal' }, {}, '0.123', '0,123'],
	[-8.7, { style: 'decimal', decimals: 1 }, {}, '−8.7', '−8,7'],
	[-0.04, { style: 'decimal', decimals: 1 }, {}, '0.0', '0,0'],
	[6.4, { style: 'decimal', decimals: 1 }, { signed: true }, '+6.4', '+6,4'],
	[0, { style: 'decimal', decimals: 0 }, { signed: true }, '0', '0'],
	[0.7843, { style: 'percent' }, {}, '78%', `78${NARROW}%`],
	[0.7843, { style: 'percent', decimals: 1 }, {}, '78.4%', `78,4${NARROW}%`],
	[0.8, { style: 'percent', decimals: 1 }, { trim: true }, '80%', `80${NARROW}%`],
	[12400, { style: 'decimal', decimals: 0 }, { short: true }, '12.4k', `12,4${NBSP}k`],
	[5000, { style: 'decimal', decimals: 0 }, { short: true }, '5,000', `5${NARROW}000`],
	[5000, { style: 'decimal', decimals: 0 }, { short: true, among: 15000 }, '5k', `5${NBSP}k`],
	[27000, { style: 'decimal', decimals: 0 }, { short: true, among: 29400, even: true }, '27.0k', `27,0${NBSP}k`],
	[3945, { style: 'compact' }, {}, '3.95k', `3,95${NBSP}k`],
	[3945, { style: 'compact' }, { short: true, among: 4910, even: true }, '3.95k', `3,95${NBSP}k`],
	[3945, { style: 'decimal', decimals: 0 }, { short: true, among: 29400, even: true }, '3.95k', `3,95${NBSP}k`],
	[3900, { style: 'compact' }, { short: true, among: 129_400, even: true }, '3.90k', `3,90${NBSP}k`],
	[999_960, { style: 'compact' }, {}, '1M', `1${NBSP}M`],
	[999_499, { style: 'compact' }, {}, '999k', `999${NBSP}k`],
	[999_600, { style: 'compact' }, {}, '1M', `1${NBSP}M`],
	[1_032_260, { style: 'compact' }, {}, '1.03M', `1,03${NBSP}M`],
	[10_322_600, { style: 'compact' }, {}, '10.3M', `10,3${NBSP}M`],
	[343_999_000, { style: 'compact' }, {}, '344M', `344${NBSP}M`],
	[1_032_260_000, { style: 'compact' }, {}, '1.03B', `1,03${NBSP}Md`],
	[9_996, { style: 'compact' }, {}, '10k', `10${NBSP}k`],
	[-1_032_260, { style: 'compact' }, {}, '−1.03M', `−1,03${NBSP}M`],
	[999, { style: 'compact' }, {}, '999', '999'],
	[12.345, { style: 'compact' }, {}, '12.3', '12,3'],
	[0, { style: 'compact' }, {}, '0', '0'],
	[1_032_260, { style: 'currency', currency: 'EUR' }, { short: true }, '€1.03M', `1,03${NBSP}M${NBSP}€`],
	[1_250_000, { style: 'decimal', decimals: 0 }, { short: true }, '1.25M', `1,25${NBSP}M`],
	[3_200_000, { style: 'compact' }, {}, '3.2M', `3,2${NBSP}M`],
	[1_500_000_000, { style: 'compact' }, {}, '1.5B', `1,5${NBSP}Md`],
	[3_200_000, { style: 'currency', currency: 'EUR' }, { short: true }, '€3.2M', `3,2${NBSP}M${NBSP}€`],
	[1234.5, { style: 'currency', currency: 'EUR' }, {}, '€1,234.50', `1${NARROW}234,50${NBSP}€`],
	[-1234.5, { style: 'currency', currency: 'USD' }, {}, '−$1,234.50', `−1${NARROW}234,50${NBSP}$`],
	[45, { style: 'duration-minutes' }, {}, `45${NBSP}min`, `45${NBSP}min`],
	[95, { style: 'duration-minutes' }, {}, `1${NBSP}h${NBSP}35${NBSP}min`, `1${NBSP}h${NBSP}35${NBSP}min`],
	[59.7, { style: 'duration-minutes' }, { short: true }, `1${NBSP}h`, `1${NBSP}h`],
	[120, { style: 'duration-minutes' }, {}, `2${NBSP}h`, `2${NBSP}h`],
	[-95, { style: 'duration-minutes' }, {}, `−1${NBSP}h${NBSP}35${NBSP}min`, `−1${NBSP}h${NBSP}35${NBSP}min`],
	[day, { style: 'date' }, {}, '3 Sep 2013', '3 sept. 2013'],
	[day, { style: 'date' }, { by: 'month' }, 'September 2013', 'Septembre 2013'],
	[day, { style: 'date' }, { by: 'quarter' }, 'Q3 2013', 'T3 2013'],
	[day, { style: 'date' }, { by: 'isoWeek' }, 'Week of 3 Sep 2013', 'Semaine du 3 sept. 2013'],
	['2013-09-03', { style: 'date' }, {}, '3 Sep 2013', '3 sept. 2013'],
	[day, { style: 'year' }, {}, '2013', '2013'],
	[2013, { style: 'year' }, {}, '2013', '2013'],
	[2, { style: 'month' }, {}, 'February', 'Février'],
	[1, { style: 'weekday' }, {}, 'Monday', 'Lundi'],
	[7, { style: 'weekday' }, { short: true }, 'Sun', 'Dim'],
	[5, { style: 'hour' }, {}, '05:00', `5${NBSP}h`],
	[1141, { style: 'text' }, {}, '1141', '1141'],
	[true, { style: 'text' }, {}, 'Yes', 'Oui'],
	[null, { style: 'decimal' }, { unit: 'min' }, '–', '–'],
	[Number.NaN, { style: 'decimal' }, {}, '–', '–'],
];

describe.each(['en', 'fr'])('in %s', (locale) => {
	test.each(cases)('%j as %j %j', (value, format, options, en, fr) => {
		expect(formatValue(value, format, { ...options, locale })).toBe(locale === 'en' ? en : fr);
	});
});

describe('evolution', () => {
	const decimal: Format = { style: 'decimal', decimals: 0 };
	const percent: Format = { style: 'percent', decimals: 1 };

	test('is relative, and good or bad by what higher means', () => {
		expect(formatEvolution(110, 100, decimal, { locale: 'en', higherIs: 'better' })).toEqual({ text: '+10.0%', direction: 'up', sentiment: 'positive' });
		expect(formatEvolution(110, 100, decimal, { locale: 'en', higherIs: 'worse' })).toEqual({ text: '+10.0%', direction: 'up', sentiment: 'negative' });
		expect(formatEvolution(90, 100, decimal, { locale: 'fr', higherIs: 'worse' })).toEqual({ text: `−10,0${NARROW}%`, direction: 'down', sentiment: 'positive' });
		expect(formatEvolution(90, 100, decimal, { locale: 'en' })?.sentiment).toBe('neutral');
	});
	test('of a share is in points', () => {
		expect(formatEvolution(0.784, 0.791, percent, { locale: 'en', higherIs: 'better' })).toEqual({ text: `−0.7${NBSP}pts`, direction: 'down', sentiment: 'negative' });
	});
	test('from nothing, or across zero, is a difference', () => {
		expect(formatEvolution(5, 0, decimal, { locale: 'en' })?.text).toBe('+5');
		expect(formatEvolution(3, -2, { style: 'decimal', decimals: 1 }, { locale: 'en', unit: 'min' })?.text).toBe(`+5.0${NBSP}min`);
	});
	test('that rounds to nothing is flat', () => {
		expect(formatEvolution(100.001, 100, decimal, { locale: 'en', higherIs: 'better' })).toEqual({ text: '0.0%', direction: 'flat', sentiment: 'neutral' });
	});
	test('needs two numbers', () => {
		expect(formatEvolution(1, null, decimal, { locale: 'en' })).toBeNull();
	});
});
