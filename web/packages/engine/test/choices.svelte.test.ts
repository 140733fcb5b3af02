// @vitest-environment jsdom
import { Problem, type Choices } from '@aracari/api';
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { ChoiceLists } from '../src/choices.svelte.ts';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const list: Choices = { values: [{ value: 'nib', label: 'Nib' }], truncated: false };
const down = new Problem({ status: 502, code: 'source', title: 'The source does not answer' });

/** A panel that shows a list: it asks when it opens, and again when what limits the list changes. */
async function panel(lists: ChoiceLists): Promise<() => void> {
	const close = $effect.root(() => {
		$effect(() => void lists.load('product', '{}'));
	});
	for (let round = 0; round < 10; round++) {
		flushSync();
		await settle();
	}
	return close;
}

describe('the list of a filter', () => {
	it('is asked once where its source is down, and again when the reader retries', async () => {
		let asked = 0;
		let broken = true;
		const lists = new ChoiceLists(async () => {
			asked += 1;
			await settle();
			if (broken) throw down;
			return list;
		});

		const close = await panel(lists);
		expect([asked, lists.get('product')?.status, lists.get('product')?.problem]).toEqual([1, 'failed', down]);

		broken = false;
		expect([await lists.load('product', '{}'), asked]).toEqual([null, 1]);
		lists.forgive('product');
		expect(await lists.load('product', '{}')).toEqual(list.values);
		flushSync();
		await settle();
		expect([asked, lists.get('product')?.status]).toEqual([2, 'ready']);
		close();
	});

	it('keeps its words when the data changed, and is asked for anew', async () => {
		let label = 'Nib';
		const lists = new ChoiceLists(() => Promise.resolve({ values: [{ value: 'nib', label }], truncated: false }));
		await lists.load('product', '{}');

		label = 'Golden nib';
		lists.outdate();

		expect(lists.label('product', 'nib')).toBe('Nib');
		await lists.load('product', '{}');
		expect(lists.label('product', 'nib')).toBe('Golden nib');
	});

	it('is not asked again while it is there', async () => {
		let asked = 0;
		const lists = new ChoiceLists(async () => {
			asked += 1;
			return list;
		});
		(await panel(lists))();
		(await panel(lists))();
		expect([asked, lists.label('product', 'nib')]).toEqual([1, 'Nib']);
	});
});
