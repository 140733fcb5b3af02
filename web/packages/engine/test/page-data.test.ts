import { Problem, type AnswerLine, type QueriesRequest } from '@aracari/api';
import { describe, expect, it } from 'vitest';
import { PageData } from '../src/page-data.svelte.ts';
import { answer, request } from './fixture.ts';

/** A server whose answers the test gives by hand. */
class Server {
	readonly calls: {
		request: QueriesRequest;
		signal: AbortSignal;
		say: (line: AnswerLine) => void;
		end: () => void;
		fail: (error: unknown) => void;
	}[] = [];

	ask = async function* (this: Server, question: QueriesRequest, signal: AbortSignal): AsyncGenerator<AnswerLine> {
		const queue: (AnswerLine | 'end' | { error: unknown })[] = [];
		let wake = (): void => undefined;
		const put = (item: AnswerLine | 'end' | { error: unknown }): void => {
			queue.push(item);
			wake();
		};
		this.calls.push({ request: question, signal, say: put, end: () => put('end'), fail: (error) => put({ error }) });
		for (;;) {
			if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
			const item = queue.shift();
			if (item === undefined) continue;
			if (item === 'end') return;
			if ('error' in item && !('block' in item)) throw item.error;
			yield item;
		}
	}.bind(this);
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const figure = (data: PageData, block: string): unknown =>
	data.blocks.get(block)?.frames?.['main']?.columns[0]?.values[0];

describe('the data of a page', () => {
	it('is asked in one request and shown block by block', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a', 'b']));
		await settle();
		expect(server.calls.map((call) => call.request.blocks)).toEqual([['a', 'b']]);
		server.calls[0]!.say(answer('b', 2));
		await settle();
		expect([data.blocks.get('a')?.status, data.blocks.get('b')?.status]).toEqual(['waiting', 'ready']);
		expect(data.pending).toBe(1);
		server.calls[0]!.say(answer('a', 1));
		server.calls[0]!.end();
		await settle();
		expect([figure(data, 'a'), figure(data, 'b'), data.pending]).toEqual([1, 2, 0]);
	});

	it('is not asked twice for the same question', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a']));
		data.load(request(['a']));
		await settle();
		expect(server.calls).toHaveLength(1);
	});

	it('keeps the old answer while the new one loads, and ignores answers that come too late', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a']));
		await settle();
		server.calls[0]!.say(answer('a', 1));
		await settle();
		data.load(request(['a'], { origin: 'JFK' }));
		await settle();
		expect(server.calls[0]!.signal.aborted).toBe(true);
		expect([data.blocks.get('a')?.status, figure(data, 'a')]).toEqual(['waiting', 1]);
		server.calls[0]!.say(answer('a', 99));
		server.calls[1]!.say(answer('a', 2));
		server.calls[1]!.end();
		await settle();
		server.calls[0]!.say(answer('a', 98));
		await settle();
		expect([data.blocks.get('a')?.status, figure(data, 'a'), data.pending]).toEqual(['ready', 2, 0]);
	});

	it('shows one failure in its own block and retries that block alone', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a', 'b']));
		await settle();
		server.calls[0]!.say({
			block: 'a',
			error: { title: 'Source', status: 502, code: 'source_failed', request_id: 'r1' },
		});
		server.calls[0]!.say(answer('b', 2));
		server.calls[0]!.end();
		await settle();
		expect(data.blocks.get('a')?.problem?.requestId).toBe('r1');
		expect(data.blocks.get('b')?.status).toBe('ready');
		data.retry('a');
		await settle();
		expect(server.calls[1]!.request.blocks).toEqual(['a']);
		server.calls[1]!.say(answer('a', 1));
		server.calls[1]!.end();
		await settle();
		expect([data.blocks.get('a')?.status, figure(data, 'a'), figure(data, 'b')]).toEqual(['ready', 1, 2]);
	});

	it('fails what is still open when the connection breaks or the answer ends early', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a', 'b']));
		await settle();
		server.calls[0]!.say(answer('a', 1));
		server.calls[0]!.fail(Problem.offline());
		await settle();
		expect([data.blocks.get('a')?.status, data.blocks.get('b')?.problem?.code]).toEqual(['ready', 'offline']);
		data.reload();
		await settle();
		server.calls[1]!.end();
		await settle();
		expect(data.blocks.get('a')).toMatchObject({ status: 'failed', problem: { code: 'incomplete' } });
		expect(figure(data, 'a')).toBe(1);
	});

	it('remembers a page left behind, and forgets everything for the next reader', async () => {
		const server = new Server();
		const data = new PageData(server.ask);
		data.load(request(['a']));
		await settle();
		server.calls[0]!.say(answer('a', 1));
		server.calls[0]!.end();
		await settle();
		data.load({ ...request(['chart']), page: { kind: 'story', id: 'who' } });
		await settle();
		expect(data.blocks.has('a')).toBe(false);
		data.load(request(['a']));
		expect(figure(data, 'a')).toBe(1);
		data.clear();
		data.load(request(['a']));
		expect(data.blocks.get('a')).toEqual({ status: 'waiting' });
	});
});
