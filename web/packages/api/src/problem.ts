//! Failures as the server words them, and the few the client makes itself.
import type { ProblemBody } from './types.ts';

/** A failed request: a problem document, or `offline`/`unreadable` when there was none. */
export class Problem extends Error {
	readonly status: number;
	readonly code: string;
	readonly title: string;
	readonly detail: string | undefined;
	readonly hint: string | undefined;
	readonly requestId: string | undefined;
	/** Seconds to wait, when the server said so. */
	readonly retryAfter: number | undefined;

	constructor(body: ProblemBody, retryAfter?: number) {
		super(body.detail ?? body.title);
		this.name = 'Problem';
		this.status = body.status;
		this.code = body.code;
		this.title = body.title;
		this.detail = body.detail;
		this.hint = body.hint;
		this.requestId = body.request_id;
		this.retryAfter = retryAfter;
	}

	static offline(): Problem {
		return new Problem({ status: 0, code: 'offline', title: 'The server cannot be reached' });
	}

	static async from(response: Response): Promise<Problem> {
		const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
		const retryAfter = Number.isFinite(wait) ? wait : undefined;
		const requestId = response.headers.get('x-request-id') ?? undefined;
		const body: unknown = await response.json().catch(() => null);
		if (isProblemBody(body)) return new Problem({ ...body, request_id: body.request_id ?? requestId }, retryAfter);
		return new Problem(
			{ status: response.status, code: 'unreadable', title: `Status ${response.status}`, request_id: requestId },
			retryAfter,
		);
	}

	/** Anything thrown, as a problem. */
	static of(error: unknown): Problem {
		if (error instanceof Problem) return error;
		// `fetch` rejects with a `TypeError` when no answer came.
		if (error instanceof TypeError) return Problem.offline();
		const message = error instanceof Error ? error.message : String(error);
		return new Problem({ status: 0, code: 'internal', title: message });
	}
}

export function isProblemBody(body: unknown): body is ProblemBody {
	return (
		typeof body === 'object' &&
		body !== null &&
		'code' in body &&
		'title' in body &&
		typeof body.code === 'string' &&
		typeof body.title === 'string'
	);
}

export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
