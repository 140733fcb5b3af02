//! Who is signed in, and what happens when that ends.
import { Problem, type Client, type User } from '@aracari/api';

export type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
const mark = 'aracari.signed-in';

export type SessionStatus = 'unknown' | 'signed-out' | 'signed-in' | 'unreachable';

export class Session {
	readonly client: Client;
	status: SessionStatus = $state('unknown');
	user: User | null = $state.raw(null);
	problem: Problem | null = $state.raw(null);
	/** The session ended by itself: the page is kept and shown again after sign-in. */
	expired = $state(false);
	/** The last reader; another one must not find this one's data. */
	#last: string | null = null;
	onOtherUser: () => void = () => undefined;

	/** Somebody was signed in here before: the page may be fetched while the session is still being checked. */
	likely: boolean;
	readonly #tab: TabStorage;

	constructor(client: Client, tab: TabStorage) {
		this.client = client;
		this.#tab = tab;
		this.likely = tab.getItem(mark) !== null;
		client.http.onExpired = () => this.#expire();
	}

	async resume(): Promise<void> {
		if (this.client.http.delivery === 'bearer' && this.client.http.token === null) {
			this.status = 'signed-out';
			return;
		}
		try {
			const user = await this.client.session();
			if (user) this.#enter(user);
			else this.#leave();
		} catch (error) {
			const problem = Problem.of(error);
			this.problem = problem;
			if (problem.status === 401) this.#leave();
			else this.status = 'unreachable';
		}
	}

	async signIn(name: string, password: string): Promise<void> {
		this.#enter(await this.client.signIn(name, password));
	}

	async signOut(): Promise<void> {
		await this.client.signOut().catch(() => undefined);
		this.expired = false;
		this.user = null;
		this.#leave();
		this.onOtherUser();
	}

	#enter(user: User): void {
		if (this.#last !== null && this.#last !== user.id) this.onOtherUser();
		this.#last = user.id;
		this.user = user;
		this.problem = null;
		this.expired = false;
		this.status = 'signed-in';
		this.#tab.setItem(mark, 'yes');
	}

	#leave(): void {
		this.client.http.token = null;
		this.status = 'signed-out';
		this.likely = false;
		this.#tab.removeItem(mark);
	}

	#expire(): void {
		if (this.status !== 'signed-in') return;
		this.expired = true;
		this.#leave();
	}
}
