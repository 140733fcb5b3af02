//! The answers of one page: asked in one request, kept while newer ones load, retried one by one.
import { isAbort, Problem, type AnswerLine, type Frames, type PageRef, type QueriesRequest } from '@aracari/api';
import { readable } from './frames.ts';
import { SvelteMap } from 'svelte/reactivity';

export type BlockState = {
	status: 'waiting' | 'ready' | 'failed';
	/** The last good answer, also while a newer one loads or after one failed. */
	frames?: Frames;
	dataTime?: string;
	receivedAt?: number;
	problem?: Problem;
};
export type Ask = (request: QueriesRequest, signal: AbortSignal) => AsyncIterable<AnswerLine>;

const remembered = 400;

export class PageData {
	readonly blocks = new SvelteMap<string, BlockState>();
	pending = $state(0);
	readonly #ask: Ask;
	readonly #memory = new Map<string, BlockState>();
	#request: QueriesRequest | null = null;
	#asked = '';
	#running = new Set<AbortController>();

	constructor(ask: Ask) {
		this.#ask = ask;
	}

	/** Asks for a page; the same question twice is one request. An earlier question's answers are dropped. */
	load(request: QueriesRequest): void {
		const question = JSON.stringify(request);
		if (question === this.#asked) return;
		this.stop();
		this.#asked = question;
		const previous = this.#request;
		this.#request = request;
		if (!previous || pageKey(previous.page) !== pageKey(request.page)) this.blocks.clear();
		for (const block of this.blocks.keys()) if (!request.blocks.includes(block)) this.blocks.delete(block);
		void this.#run(request, request.blocks);
	}

	/** Asks for the whole page once more. */
	reload(): void {
		const request = this.#request;
		this.#asked = '';
		if (request) this.load(request);
	}

	/** Asks again for one block; the others are left alone. */
	retry(block: string): void {
		if (this.#request) void this.#run(this.#request, [block]);
	}

	/** Drops what is known of a block whose chart has changed. */
	forget(block: string): void {
		this.blocks.delete(block);
		if (this.#request) this.#memory.delete(memoryKey(this.#request.page, block));
	}

	/** Nothing of one reader's data may be shown to the next. */
	clear(): void {
		this.stop();
		this.blocks.clear();
		this.#memory.clear();
		this.#request = null;
	}

	stop(): void {
		for (const controller of this.#running) controller.abort();
		this.#running.clear();
		this.pending = 0;
		this.#asked = '';
	}

	async #run(request: QueriesRequest, blocks: string[]): Promise<void> {
		if (blocks.length === 0) return;
		const controller = new AbortController();
		this.#running.add(controller);
		this.pending += 1;
		for (const block of blocks) {
			const known = this.blocks.get(block) ?? this.#memory.get(memoryKey(request.page, block));
			this.blocks.set(block, { ...known, status: 'waiting' });
		}
		const open = new Set(blocks);
		let failure: Problem | null = null;
		try {
			for await (const line of this.#ask({ ...request, blocks }, controller.signal)) {
				if (controller.signal.aborted) return;
				if (open.delete(line.block)) this.#accept(request.page, line);
			}
		} catch (error) {
			if (controller.signal.aborted || isAbort(error)) return;
			failure = Problem.of(error);
		}
		if (controller.signal.aborted) return;
		this.#running.delete(controller);
		this.pending -= 1;
		const problem = failure ?? new Problem({ status: 0, code: 'incomplete', title: 'The answer ended early' });
		for (const block of open) this.blocks.set(block, { ...this.blocks.get(block), status: 'failed', problem });
	}

	#accept(page: PageRef, line: AnswerLine): void {
		if ('error' in line) {
			this.blocks.set(line.block, {
				...this.blocks.get(line.block),
				status: 'failed',
				problem: new Problem(line.error),
			});
			return;
		}
		const state: BlockState = {
			status: 'ready',
			frames: readable(line.frames),
			dataTime: line.data_time,
			receivedAt: Date.now(),
		};
		this.blocks.set(line.block, state);
		const key = memoryKey(page, line.block);
		this.#memory.delete(key);
		this.#memory.set(key, state);
		for (const oldest of this.#memory.keys()) {
			if (this.#memory.size <= remembered) break;
			this.#memory.delete(oldest);
		}
	}
}

function pageKey(page: PageRef): string {
	return 'id' in page ? `${page.kind}/${page.id}` : page.kind;
}

function memoryKey(page: PageRef, block: string): string {
	return `${pageKey(page)}/${block}`;
}
