//! Server-sent events over `fetch`, because `EventSource` cannot carry a bearer token.
import { serverEvents } from './lines.ts';
import { Problem } from './problem.ts';

export type EventHandlers = {
	configuration?: (version: string) => void;
	/** The rows behind the charts changed, the configuration did not. */
	data?: () => void;
	diagnostics?: (count: number) => void;
	/** The stream is open again after a loss: something may have been missed. */
	reconnected?: () => void;
};

/** Reads events until the signal aborts; waits 1, 2, 4 … 30 s between attempts. Stops when access is refused. */
export async function followEvents(
	connect: () => Promise<Response>,
	handlers: EventHandlers,
	signal: AbortSignal,
): Promise<void> {
	let attempts = 0;
	let lost = false;
	while (!signal.aborted) {
		try {
			const response = await connect();
			if (!response.body) return;
			if (lost) handlers.reconnected?.();
			lost = false;
			attempts = 0;
			for await (const { event, data } of serverEvents(response.body)) dispatch(event, data, handlers);
		} catch (error) {
			if (signal.aborted) return;
			if (error instanceof Problem && [401, 403, 404].includes(error.status)) return;
		}
		lost = true;
		await pause(Math.min(30_000, 1000 * 2 ** attempts), signal);
		attempts += 1;
	}
}

function dispatch(event: string, data: string, handlers: EventHandlers): void {
	const body = parse(data);
	if (event === 'configuration' && typeof body['version'] === 'string') handlers.configuration?.(body['version']);
	if (event === 'data') handlers.data?.();
	if (event === 'diagnostics' && typeof body['count'] === 'number') handlers.diagnostics?.(body['count']);
}

function parse(data: string): Record<string, unknown> {
	try {
		const body: unknown = JSON.parse(data);
		return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(done, milliseconds);
		function done(): void {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		}
		signal.addEventListener('abort', done);
	});
}
