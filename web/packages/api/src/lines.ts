//! Text streams cut into lines: newline-delimited JSON and server-sent events.

/** The lines of a stream as they arrive, without their ends; a last unfinished line counts. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	const reader = stream.getReader();
	const decoder = new TextDecoder();
	let rest = '';
	try {
		for (;;) {
			const { done, value } = await reader.read();
			rest += decoder.decode(value, { stream: !done });
			const parts = rest.split('\n');
			rest = done ? '' : (parts.pop() ?? '');
			for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
			if (done) return;
		}
	} finally {
		// Tells the server that nobody listens any more.
		await reader.cancel().catch(() => undefined);
	}
}

export type ServerEvent = { event: string; data: string };

/** The events of a `text/event-stream`. */
export async function* serverEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
	let event = 'message';
	let data: string[] = [];
	for await (const line of lines(stream)) {
		if (line === '') {
			if (data.length > 0) yield { event, data: data.join('\n') };
			event = 'message';
			data = [];
			continue;
		}
		const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
		if (field === 'event') event = value;
		if (field === 'data') data.push(value);
	}
}
