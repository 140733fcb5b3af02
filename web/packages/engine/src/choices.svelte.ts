//! The lists that filters and views offer, asked when opened and again when what limits them changes.
import { isAbort, Problem, type Choice, type Choices } from '@aracari/api';
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

export type ChoiceState = {
	status: 'waiting' | 'ready' | 'failed';
	choices: Choice[];
	truncated: boolean;
	problem?: Problem;
};
export type AskChoices = (id: string, search: string | undefined, signal: AbortSignal) => Promise<Choices>;

export class ChoiceLists {
	readonly #lists = new SvelteMap<string, ChoiceState>();
	readonly #keys = new Map<string, string>();
	readonly #running = new Map<string, AbortController>();
	/** Labels seen so far, so that a chosen value keeps its words while another list loads. */
	readonly #labels = new SvelteMap<string, string>();
	readonly #ask: AskChoices;

	constructor(ask: AskChoices) {
		this.#ask = ask;
	}

	get(id: string): ChoiceState | undefined {
		return this.#lists.get(id);
	}

	label(id: string, value: unknown): string | undefined {
		return this.#labels.get(labelKey(id, value));
	}

	/**
	 * Loads a list unless it was already asked for with the same limits and search. Resolves with it once loaded.
	 * One that failed stays so until it is forgiven. An effect that loads does not depend on what comes of it.
	 */
	async load(id: string, limits: string, search?: string): Promise<Choice[] | null> {
		const key = `${limits}\n${search ?? ''}`;
		const known = untrack(() => this.#lists.get(id));
		if (this.#keys.get(id) === key) return known?.status === 'ready' ? known.choices : null;
		this.#running.get(id)?.abort();
		const controller = new AbortController();
		this.#running.set(id, controller);
		this.#keys.set(id, key);
		this.#lists.set(id, { choices: [], truncated: false, ...known, status: 'waiting' });
		try {
			const answer = await this.#ask(id, search, controller.signal);
			if (controller.signal.aborted) return null;
			for (const { value, label } of answer.values) this.#labels.set(labelKey(id, value), label);
			this.#lists.set(id, { status: 'ready', choices: answer.values, truncated: answer.truncated });
			return answer.values;
		} catch (error) {
			if (controller.signal.aborted || isAbort(error)) return null;
			this.#lists.set(id, { status: 'failed', choices: [], truncated: false, problem: Problem.of(error) });
			return null;
		}
	}

	/** Forgets that a list failed: the next to ask for it tries again. */
	forgive(id: string): void {
		if (untrack(() => this.#lists.get(id))?.status === 'failed') this.#keys.delete(id);
	}

	/** The lists may have changed: the next to ask for one asks the server. Until then their words stay. */
	outdate(): void {
		this.#keys.clear();
	}

	/** Forgets the lists: another language or version words them anew. */
	clear(): void {
		for (const controller of this.#running.values()) controller.abort();
		this.#lists.clear();
		this.#keys.clear();
		this.#labels.clear();
	}
}

function labelKey(id: string, value: unknown): string {
	return `${id}\n${JSON.stringify(value)}`;
}
