//! One place that sends requests: address, credentials, problems.
import { Problem } from './problem.ts';

export type HttpOptions = {
	/** The folder that holds `api/v1`, with a trailing slash. */
	base: string;
	/** `cookie` on the server's own origin, else `bearer`. */
	delivery: 'cookie' | 'bearer';
	fetch?: typeof fetch;
	tokens?: TokenStore;
};
export type TokenStore = { get(): string | null; set(token: string | null): void };
export type SendOptions = {
	method?: string;
	body?: unknown;
	accept?: string;
	signal?: AbortSignal;
	headers?: Record<string, string>;
};

export class Http {
	readonly delivery: 'cookie' | 'bearer';
	readonly #root: string;
	readonly #fetch: typeof fetch;
	readonly #tokens: TokenStore;
	/** Called when a request that carried a session is refused as unauthenticated. */
	onExpired: () => void = () => undefined;

	constructor(options: HttpOptions) {
		this.delivery = options.delivery;
		this.#root = `${options.base}api/v1`;
		this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
		this.#tokens = options.tokens ?? sessionTokens();
	}

	get token(): string | null {
		return this.delivery === 'bearer' ? this.#tokens.get() : null;
	}

	set token(token: string | null) {
		this.#tokens.set(token);
	}

	url(path: string): string {
		return this.#root + path;
	}

	/** Sends and returns the answer when it is good (2xx or 304); throws a `Problem` otherwise. */
	async send(path: string, options: SendOptions = {}): Promise<Response> {
		const headers: Record<string, string> = { accept: options.accept ?? 'application/json', ...options.headers };
		const method = options.method ?? 'GET';
		if (method !== 'GET') headers['content-type'] = 'application/json';
		const token = this.token;
		if (token) headers['authorization'] = `Bearer ${token}`;
		const response = await this.#fetch(this.url(path), {
			method,
			headers,
			body: options.body === undefined ? null : JSON.stringify(options.body),
			credentials: this.delivery === 'cookie' ? 'same-origin' : 'omit',
			cache: 'no-cache',
			redirect: 'error',
			signal: options.signal ?? null,
		}).catch((error: unknown) => {
			if (error instanceof TypeError) throw Problem.offline();
			throw error;
		});
		if (response.ok || response.status === 304) return response;
		const problem = await Problem.from(response);
		if (problem.status === 401 && path !== '/session') this.onExpired();
		throw problem;
	}

	async json<T>(path: string, options: SendOptions = {}): Promise<T> {
		const response = await this.send(path, options);
		return (await response.json()) as T;
	}
}

/** Tokens live as long as the tab: never in `localStorage`, never in a cookie of another origin. */
function sessionTokens(): TokenStore {
	const key = 'aracari.token';
	return {
		get: () => sessionStorage.getItem(key),
		set: (token) => (token === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, token)),
	};
}
