//! `config.json` beside the page says where the API is.
import type { HttpOptions } from './http.ts';

/** Reads `config.json`; a missing or unreadable file means the page's own origin. */
export async function loadConfig(
	page: string,
	get: typeof fetch = fetch,
): Promise<Pick<HttpOptions, 'base' | 'delivery'>> {
	const config: unknown = await get(new URL('config.json', page), { cache: 'no-cache' })
		.then((response) => (response.ok ? response.json() : {}))
		.catch(() => ({}));
	const api =
		typeof config === 'object' && config !== null && 'api' in config && typeof config.api === 'string'
			? config.api
			: '';
	return apiAddress(page, api);
}

/** The API's folder, and how a session travels to it. */
export function apiAddress(page: string, api: string): Pick<HttpOptions, 'base' | 'delivery'> {
	const own = new URL('.', page);
	const base = api === '' ? own : new URL(api.endsWith('/') ? api : `${api}/`, own);
	if (base.protocol !== 'https:' && base.protocol !== 'http:')
		throw new Error('`api` in config.json must be an http(s) address');
	base.hash = '';
	base.search = '';
	return { base: base.href, delivery: base.origin === own.origin ? 'cookie' : 'bearer' };
}
