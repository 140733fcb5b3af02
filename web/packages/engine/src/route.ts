//! The address of a page: `#/flights/stories/ID?period=q1&carrier=UA,DL&view.airport=JFK`.
import type { PageRef } from '@aracari/api';

export type Route =
	| { page: 'apps' }
	| { page: 'home'; app: string }
	| { page: 'contents'; app: string }
	| { page: 'story'; app: string; id: string }
	| { page: 'dashboard'; app: string; id: string }
	| { page: 'unknown' };

/** Parameters as written, still percent-encoded; a `Map`, so that no name can reach a prototype. */
export type Params = ReadonlyMap<string, string>;
export type Location = { route: Route; params: Params };

const id = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const parameter = /^(?:view\.)?[a-z0-9][a-z0-9_-]{0,63}$/;

export function parseLocation(hash: string): Location {
	const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
	return { route: parseRoute(path), params: parseParams(query) };
}

function parseRoute(path: string): Route {
	const parts = path.split('/').filter((part) => part !== '');
	const [app, kind, item] = parts;
	if (app === undefined) return { page: 'apps' };
	if (parts.length > 3 || !parts.every((part) => id.test(part))) return { page: 'unknown' };
	if (kind === undefined || (kind === 'home' && item === undefined)) return { page: 'home', app };
	if (kind === 'stories') return item === undefined ? { page: 'contents', app } : { page: 'story', app, id: item };
	if (kind === 'dashboards' && item !== undefined) return { page: 'dashboard', app, id: item };
	return { page: 'unknown' };
}

function parseParams(query: string): Params {
	const params = new Map<string, string>();
	for (const pair of query.split('&')) {
		const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
		if (parameter.test(name)) params.set(name, value);
	}
	return params;
}

export function formatLocation(route: Route, params: Params = new Map()): string {
	const query = [...params].map(([name, value]) => `${name}=${value}`).join('&');
	return `#${formatPath(route)}${query === '' ? '' : `?${query}`}`;
}

function formatPath(route: Route): string {
	switch (route.page) {
		case 'home':
			return `/${route.app}/home`;
		case 'contents':
			return `/${route.app}/stories`;
		case 'story':
			return `/${route.app}/stories/${route.id}`;
		case 'dashboard':
			return `/${route.app}/dashboards/${route.id}`;
		default:
			return '/';
	}
}

/** The page whose charts the server answers; lists of pages have none. */
export function pageRef(route: Route): PageRef | null {
	if (route.page === 'home') return { kind: 'home' };
	if (route.page === 'story' || route.page === 'dashboard') return { kind: route.page, id: route.id };
	return null;
}
