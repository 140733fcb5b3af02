// Calendars under the charts: few labels, none touching, the year where it changes.
import { describe, expect, test } from 'vitest';
import { timeLabels } from '../src/time-axis';
import { textWidth } from '../src/text';

const DAY = 86_400_000;
const days = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index * DAY);
const weeks = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index * 7 * DAY);
const months = (count: number): number[] => Array.from({ length: count }, (_, index) => Date.UTC(2012, 9 + index, 1));
const said = (times: number[], by: string, width: number, locale = 'en'): string =>
	timeLabels(times, by, locale, width / times.length)
		.labels.map((label) => (label.below ? `${label.text}/${label.below}` : label.text))
		.join(' ');

describe('words', () => {
	test.each([
		[months(6), 'month', 600, 'Oct/2012 Nov Dec Jan/2013 Feb Mar'],
		[months(24), 'month', 400, 'Oct/2012 Jan/2013 Apr Jul Oct Jan/2014 Apr Jul'],
		[days(Date.UTC(2013, 0, 28), 7), 'day', 500, '28/Jan 2013 29 30 31 1/Feb 2013 2 3'],
		[days(Date.UTC(2013, 0, 1), 365), 'day', 700, 'Jan/2013 Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'],
		[weeks(Date.UTC(2012, 11, 31), 53), 'isoWeek', 700, 'Jan/2013 Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'],
		[weeks(Date.UTC(2012, 11, 31), 53), 'isoWeek', 285, 'Jan/2013 Mar May Jul Sep Nov'],
	])('case %#', (times, by, width, expected) => expect(said(times, by, width)).toBe(expected));

	test('in French', () => expect(said(months(4), 'month', 600, 'fr')).toBe('Oct/2012 Nov Déc Janv/2013'));
});

test.each([120, 240, 390, 800, 1200])('none touches the next at %d pixels', (width) => {
	for (const [times, by] of [[days(Date.UTC(2013, 0, 1), 365), 'day'], [days(Date.UTC(2012, 10, 5), 40), 'day'], [months(60), 'month'], [months(13), 'month'], [days(Date.UTC(2000, 0, 1), 4000), 'day']] as const) {
		const pitch = width / times.length;
		const { labels } = timeLabels(times, by, 'en', pitch);
		expect(labels.length).toBeGreaterThan(0);
		let edge = -Infinity;
		for (const { at, text } of labels) {
			expect(at * pitch - textWidth(text) / 2).toBeGreaterThanOrEqual(edge);
			edge = at * pitch + textWidth(text) / 2;
		}
	}
});
