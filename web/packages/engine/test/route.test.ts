import { describe, expect, it } from 'vitest';
import { formatLocation, pageRef, parseLocation, type Route } from '../src/route.ts';

describe('an address', () => {
	const pages: [string, Route][] = [
		['#/', { page: 'apps' }],
		['#/flights/home', { page: 'home', app: 'flights' }],
		['#/flights/stories', { page: 'contents', app: 'flights' }],
		['#/flights/stories/who-leaves', { page: 'story', app: 'flights', id: 'who-leaves' }],
		['#/flights/dashboards/operations', { page: 'dashboard', app: 'flights', id: 'operations' }],
	];
	it.each(pages)('%s names a page and is written back the same', (hash, route) => {
		expect(parseLocation(hash).route).toEqual(route);
		expect(formatLocation(route)).toBe(hash);
	});

	it('keeps what was chosen exactly as written', () => {
		const hash = '#/flights/home?period=q1&carrier=UA,DL&view.airport=J%26K%3D';
		const { route, params } = parseLocation(hash);
		expect(params.get('carrier')).toBe('UA,DL');
		expect(formatLocation(route, params)).toBe(hash);
	});

	it.each(['', '#', '#/flights', '#flights'])('accepts the short form %j', (hash) => {
		expect(['apps', 'home']).toContain(parseLocation(hash).route.page);
	});

	it.each([
		'#//evil.example/x',
		'#/\\evil.example',
		'#/%2f%5cevil',
		'#/javascript:alert(1)',
		'#/__proto__/home',
		'#/flights/stories/../../x',
		'#/flights/stories/a/b',
		'#/flights/other/a',
	])('refuses %s as a page', (hash) => {
		expect(parseLocation(hash).route).toEqual({ page: 'unknown' });
	});

	it.each(['__proto__=1', 'view.__proto__=1', 'a.b=1', '=1', 'x', 'A=1', 'a[b]=1'])(
		'ignores the parameter %s',
		(query) => {
			expect(parseLocation(`#/flights/home?${query}`).params.size).toBe(0);
			expect(({} as Record<string, unknown>)['1']).toBeUndefined();
		},
	);

	it('asks the server for pages with charts only', () => {
		expect(pageRef({ page: 'story', app: 'flights', id: 'who' })).toEqual({ kind: 'story', id: 'who' });
		expect(pageRef({ page: 'contents', app: 'flights' })).toBeNull();
	});
});
