import { describe, expect, it } from 'vitest';
import { apiAddress, Client, loadConfig, Problem, type AnswerLine } from '../src/index.ts';
import { followEvents } from '../src/events.ts';
import { lines, serverEvents } from '../src/lines.ts';

function streamOf(...parts: string[]): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start(controller) {
			for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
			controller.close();
		},
	});
}
async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const one of source) list.push(one);
	return list;
}
type Call = { url: string; init: RequestInit };
function clientAnswering(
	answer: (call: Call) => Response,
	delivery: 'cookie' | 'bearer' = 'cookie',
): { client: Client; calls: Call[]; token: () => string | null } {
	const calls: Call[] = [];
	let token: string | null = null;
	const client = new Client({
		base: 'https://example.org/x/',
		delivery,
		tokens: { get: () => token, set: (next) => (token = next) },
		fetch: (url, init) => {
			const call = { url: String(url), init: init ?? {} };
			calls.push(call);
			return Promise.resolve(answer(call));
		},
	});
	return { client, calls, token: () => token };
}
const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
	new Response(JSON.stringify({ title: 'No', status, code, request_id: 'r1' }), { status, headers });

describe('the address of the API', () => {
	it.each([
		['https://a.org/', '', 'https://a.org/', 'cookie'],
		['https://a.org/x/index.html?y#/z', '', 'https://a.org/x/', 'cookie'],
		['https://a.org/x/', '../api', 'https://a.org/api/', 'cookie'],
		['https://a.org/x/', 'https://b.org', 'https://b.org/', 'bearer'],
		['http://127.0.0.1:1/', 'http://127.0.0.1:2/base', 'http://127.0.0.1:2/base/', 'bearer'],
	])('from %s with %j is %s by %s', (page, api, base, delivery) => {
		expect(apiAddress(page, api)).toEqual({ base, delivery });
	});
	it('is never a script', () => {
		expect(() => apiAddress('https://a.org/', 'javascript:alert(1)')).toThrow();
	});
	it.each([new Response('no', { status: 404 }), new Response('<html>'), new Response('{"api": 3}')])(
		'is the own origin without a readable config',
		async (response) => {
			expect((await loadConfig('https://a.org/x/', () => Promise.resolve(response))).base).toBe('https://a.org/x/');
		},
	);
});

describe('streams', () => {
	it('are cut into lines wherever the network cuts them', async () => {
		expect(await all(lines(streamOf('{"a":', '1}\n{"b"', ':"é"}\r\n\n', 'end')))).toEqual([
			'{"a":1}',
			'{"b":"é"}',
			'',
			'end',
		]);
	});
	it('carry events, ignoring comments', async () => {
		const text = ': keep-alive\n\nevent: configuration\ndata: {"version":"2"}\n\ndata: a\ndata: b\n\n';
		expect(await all(serverEvents(streamOf(text)))).toEqual([
			{ event: 'configuration', data: '{"version":"2"}' },
			{ event: 'message', data: 'a\nb' },
		]);
	});
	it('of events are taken up again after a loss, and given up when access ends', async () => {
		const said: string[] = [];
		const answers = [
			() => new Response(streamOf('event: configuration\ndata: {"version":"2"}\n\nevent: x\ndata: nonsense\n\n')),
			() => {
				throw new Problem({ title: 'No', status: 401, code: 'unauthenticated' });
			},
		];
		await followEvents(
			() => Promise.resolve().then(() => answers.shift()!()),
			{ configuration: (version) => said.push(version) },
			new AbortController().signal,
		);
		expect(said).toEqual(['2']);
		expect(answers).toEqual([]);
	});
	it('tell of changed rows, and of what a loss may have hidden', async () => {
		const said: string[] = [];
		const follower = new AbortController();
		const answers = ['event: data\ndata: {}\n\n', ''].map((text) => new Response(streamOf(text)));
		await followEvents(
			() => Promise.resolve(answers.shift()!),
			{
				data: () => said.push('data'),
				reconnected: () => {
					said.push('reconnected');
					follower.abort();
				},
			},
			follower.signal,
		);
		expect(said).toEqual(['data', 'reconnected']);
	});
});

describe('the client', () => {
	it('asks for a page once and reads each answer', async () => {
		const { client, calls } = clientAnswering(
			() => new Response(streamOf('{"block":"a","frames":{}}\n{"block":"b",', '"error":{}}\n')),
		);
		const request = { page: { kind: 'home' as const }, blocks: ['a', 'b'], filters: { origin: 'JFK' }, view: {} };
		const got: AnswerLine[] = await all(client.queries('flights', request));
		expect(got.map(({ block }) => block)).toEqual(['a', 'b']);
		expect(calls[0]!.url).toBe('https://example.org/x/api/v1/apps/flights/queries');
		expect(JSON.parse(String(calls[0]!.init.body))).toEqual(request);
		expect(calls[0]!.init.credentials).toBe('same-origin');
	});
	it('carries a token across origins, never a cookie', async () => {
		const { client, calls, token } = clientAnswering(
			({ init }) =>
				init.method === 'DELETE'
					? new Response(null, { status: 204 })
					: Response.json({ user: { id: '1' }, token: 't0' }),
			'bearer',
		);
		await client.signIn('a', 'b');
		await client.session();
		expect(new Headers(calls[1]!.init.headers).get('authorization')).toBe('Bearer t0');
		expect(calls[1]!.init.credentials).toBe('omit');
		await client.signOut();
		expect(token()).toBeNull();
	});
	it('tells when a session has ended, but not when a sign-in is refused', async () => {
		const { client } = clientAnswering(() => problem(401, 'unauthenticated'));
		let ended = 0;
		client.http.onExpired = () => (ended += 1);
		await expect(client.signIn('a', 'b')).rejects.toMatchObject({ status: 401 });
		expect(ended).toBe(0);
		await expect(client.apps('en')).rejects.toMatchObject({ code: 'unauthenticated', requestId: 'r1' });
		expect(ended).toBe(1);
	});
	it('keeps what a problem says, and words the rest', async () => {
		const { client } = clientAnswering(() => problem(429, 'rate_limited', { 'retry-after': '30' }));
		await expect(client.apps('en')).rejects.toMatchObject({ retryAfter: 30 });
		const broken = clientAnswering(() => new Response('<html>', { status: 502 }));
		await expect(broken.client.apps('en')).rejects.toMatchObject({ code: 'unreadable', status: 502 });
		expect(Problem.of(new TypeError('Failed to fetch')).code).toBe('offline');
	});
	it('never lets an id leave its place in an address', async () => {
		const { client, calls } = clientAnswering(() => Response.json({}));
		await client.presentation('../admin?x', 'en&y=1');
		expect(calls[0]!.url).toBe('https://example.org/x/api/v1/apps/..%2Fadmin%3Fx?locale=en%26y%3D1');
		expect(client.assetUrl('a', 'assets/../x y.svg')).toContain('/assets/../x%20y.svg');
	});
});
