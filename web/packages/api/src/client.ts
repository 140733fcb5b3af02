//! The server's resources as typed functions.
import { followEvents, type EventHandlers } from './events.ts';
import { Http, type HttpOptions } from './http.ts';
import { lines } from './lines.ts';
import type {
	AnswerLine,
	AppSummary,
	Choices,
	Diagnostic,
	Presentation,
	QueriesRequest,
	Scalar,
	User,
	Values,
} from './types.ts';

export type ChoicesRequest = { filters: Values; view: Record<string, Scalar | null>; search?: string };

export class Client {
	readonly http: Http;

	constructor(options: HttpOptions) {
		this.http = new Http(options);
	}

	async signIn(name: string, password: string): Promise<User> {
		const body = { name, password, delivery: this.http.delivery };
		const answer = await this.http.json<{ user: User; token?: string }>('/session', { method: 'POST', body });
		if (this.http.delivery === 'bearer') this.http.token = answer.token ?? null;
		return answer.user;
	}

	/** Who is signed in; null for nobody. */
	async session(): Promise<User | null> {
		return (await this.http.json<{ user: User | null }>('/session')).user;
	}

	async signOut(): Promise<void> {
		try {
			await this.http.send('/session', { method: 'DELETE' });
		} finally {
			if (this.http.delivery === 'bearer') this.http.token = null;
		}
	}

	async apps(locale: string): Promise<{ apps: AppSummary[]; not_ready: boolean }> {
		return this.http.json(`/apps?locale=${encodeURIComponent(locale)}`);
	}

	async presentation(app: string, locale: string, signal?: AbortSignal): Promise<Presentation> {
		return this.http.json<Presentation>(`${appPath(app)}?locale=${encodeURIComponent(locale)}`, { signal });
	}

	/** One request for all blocks of a page; answers come in the order in which they are ready. */
	async *queries(app: string, request: QueriesRequest, signal?: AbortSignal): AsyncGenerator<AnswerLine> {
		const response = await this.http.send(`${appPath(app)}/queries`, {
			method: 'POST',
			body: request,
			accept: 'application/x-ndjson',
			signal,
		});
		if (!response.body) return;
		for await (const line of lines(response.body)) {
			if (line !== '') yield JSON.parse(line) as AnswerLine;
		}
	}

	/** The rows of one block, as the server writes them for spreadsheets. */
	async csv(app: string, request: QueriesRequest): Promise<Blob> {
		const response = await this.http.send(`${appPath(app)}/queries`, {
			method: 'POST',
			body: request,
			accept: 'text/csv',
		});
		return response.blob();
	}

	async filterValues(app: string, filter: string, request: ChoicesRequest, signal?: AbortSignal): Promise<Choices> {
		return this.http.json<Choices>(`${appPath(app)}/filters/${encodeURIComponent(filter)}/values`, {
			method: 'POST',
			body: request,
			signal,
		});
	}

	async viewValues(app: string, view: string, request: ChoicesRequest, signal?: AbortSignal): Promise<Choices> {
		return this.http.json<Choices>(`${appPath(app)}/views/${encodeURIComponent(view)}/values`, {
			method: 'POST',
			body: request,
			signal,
		});
	}

	async diagnostics(app: string): Promise<Diagnostic[]> {
		return (await this.http.json<{ diagnostics: Diagnostic[] }>(`${appPath(app)}/diagnostics`)).diagnostics;
	}

	/** Follows an app's changes until the signal aborts. */
	follow(app: string, handlers: EventHandlers, signal: AbortSignal): void {
		void followEvents(
			() => this.http.send(`${appPath(app)}/events`, { accept: 'text/event-stream', signal }),
			handlers,
			signal,
		);
	}

	/** The address of a picture of the app; enough where the session is a cookie. */
	assetUrl(app: string, path: string): string {
		return this.http.url(assetPath(app, path));
	}

	/** A picture fetched with the bearer token, which an `<img>` cannot carry. */
	async asset(app: string, path: string): Promise<Blob> {
		return (await this.http.send(assetPath(app, path), { accept: 'image/*' })).blob();
	}
}

function appPath(app: string): string {
	return `/apps/${encodeURIComponent(app)}`;
}

function assetPath(app: string, path: string): string {
	return `${appPath(app)}/assets/${path
		.replace(/^assets\//, '')
		.split('/')
		.map(encodeURIComponent)
		.join('/')}`;
}
