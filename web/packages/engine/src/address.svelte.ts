//! The page's address as state: read from the location, written back without a new entry in the history.
import { formatLocation, parseLocation, type Location, type Params } from './route.ts';

export class Address {
	current: Location = $state.raw({ route: { page: 'unknown' }, params: new Map() });
	readonly #replace: (hash: string) => void;

	constructor(hash: string, replace: (hash: string) => void) {
		this.#replace = replace;
		this.follow(hash);
	}

	/** The browser went elsewhere: a link, back or forward, a typed address. */
	follow(hash: string): void {
		this.current = parseLocation(hash);
	}

	/** Changes what is chosen on the same page. */
	setParams(params: Params): void {
		this.current = { ...this.current, params };
		this.#replace(formatLocation(this.current.route, params));
	}
}
