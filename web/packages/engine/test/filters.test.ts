import { describe, expect, it } from 'vitest';
import {
	dependents,
	filterStates,
	keepOffered,
	rangeDays,
	sameValue,
	viewValues,
	wireValues,
	withFilter,
	withoutFilters,
	withView,
} from '../src/filters.ts';
import { app, filters } from './fixture.ts';

const params = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));

describe('the filters of a page', () => {
	it('take their value from the address, else the default', () => {
		const states = filterStates(app, ['period', 'origin'], params({ origin: 'JFK' }));
		expect(states.map(({ value, set }) => [value, set])).toEqual([
			[{ preset: 'year' }, false],
			['JFK', true],
		]);
	});

	it('send only what the reader chose, and only what the page declares', () => {
		const states = filterStates(app, ['period', 'carrier'], params({ period: '*', carrier: 'UA,DL', origin: 'JFK' }));
		expect(JSON.stringify(wireValues(states))).toBe('{"period":null,"carrier":["UA","DL"]}');
	});

	it('ignore values and names that mean nothing', () => {
		const states = filterStates(
			app,
			['period', 'constructor', 'toString', 'nothing'],
			params({ period: 'no-such-preset', constructor: 'x' }),
		);
		expect(states.map(({ filter, set }) => [filter.id, set])).toEqual([['period', false]]);
	});

	it('leave the address when they return to their default', () => {
		const chosen = withFilter(params({ keep: '1' }), filters['period']!, { preset: 'q1' });
		expect([...chosen]).toEqual([
			['keep', '1'],
			['period', 'q1'],
		]);
		expect([...withFilter(chosen, filters['period']!, { preset: 'year' })]).toEqual([['keep', '1']]);
		expect([...withFilter(params({}), filters['carrier']!, [])]).toEqual([]);
		expect([...withFilter(params({}), filters['period']!, null)]).toEqual([['period', '*']]);
	});

	it('are reset without touching the view', () => {
		const all = withView(params({ period: 'q1', carrier: 'UA' }), 'airport', 'JFK');
		expect([...withoutFilters(all, ['period', 'carrier'])]).toEqual([['view.airport', 'JFK']]);
		expect({ ...viewValues(app, all) }).toEqual({ airport: 'JFK' });
		expect({ ...viewValues(app, withView(all, 'airport', null)) }).toEqual({});
	});

	it('know which lists a change limits, through others too', () => {
		expect(dependents(filters, 'origin').map(({ id }) => id)).toEqual(['carrier', 'route']);
		expect(
			dependents(
				{
					a: { ...filters['route']!, id: 'a', depends_on: ['b'] },
					b: { ...filters['route']!, id: 'b', depends_on: ['a'] },
				},
				'a',
			),
		).toHaveLength(1);
	});

	it('drop choices that are no longer offered', () => {
		const offered = [{ value: 'UA', label: 'United' }];
		const same = ['UA'];
		expect(keepOffered(same, offered)).toBe(same);
		expect(keepOffered(['UA', 'DL'], offered)).toEqual(['UA']);
		expect(keepOffered(['DL'], offered)).toBeNull();
		expect(keepOffered('DL', offered)).toBeNull();
	});

	it('compare lists whatever their order', () => {
		expect(sameValue(['a', 'b'], ['b', 'a'])).toBe(true);
		expect(sameValue(['a'], ['a', 'b'])).toBe(false);
		expect(rangeDays(filters['period']!, { preset: 'q1' })).toEqual({ start: '2013-01-01', end: '2013-03-31' });
	});
});
