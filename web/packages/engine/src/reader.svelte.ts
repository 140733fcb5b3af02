//! One open app as its reader sees it: presentation, address, filters, view and the data of the page.
import {
	Problem,
	type Client,
	type Filter,
	type FilterValue,
	type PageRef,
	type Presentation,
	type QueriesRequest,
	type Scalar,
} from '@aracari/api';
import { ColorMemory } from '@aracari/charts';
import type { Address } from './address.svelte.ts';
import { pageBlocks, pageFilters } from './blocks.ts';
import { ChoiceLists } from './choices.svelte.ts';
import {
	dependents,
	filterStates,
	keepOffered,
	viewValues,
	wireValues,
	withFilter,
	withoutFilters,
	withView,
	type FilterState,
} from './filters.ts';
import { PageData } from './page-data.svelte.ts';
import { formatLocation, pageRef, type Location, type Route } from './route.ts';
import { typeset } from './typography.ts';
import { decodeValue } from './values.ts';

export class AppReader {
	readonly id: string;
	readonly client: Client;
	app: Presentation | null = $state.raw(null);
	problem: Problem | null = $state.raw(null);
	readonly address: Address;
	readonly data: PageData;
	readonly filterChoices: ChoiceLists;
	/** Choices that other filters leave out, for the words of those that are set all the same. */
	readonly otherChoices: ChoiceLists;
	readonly viewChoices: ChoiceLists;
	readonly colors = new ColorMemory();
	readonly location: Location = $derived.by(() => this.address.current);
	readonly page: PageRef | null = $derived(pageRef(this.location.route));
	readonly filters: FilterState[] = $derived(
		this.app && this.page ? filterStates(this.app, pageFilters(this.app, this.page), this.location.params) : [],
	);
	readonly view: Record<string, Scalar | null> = $derived(this.app ? viewValues(this.app, this.location.params) : {});
	readonly request: QueriesRequest | null = $derived.by(() => {
		if (!this.app || !this.page) return null;
		const blocks = [...pageBlocks(this.app, this.page).keys()];
		return blocks.length === 0 ? null : { page: this.page, blocks, filters: wireValues(this.filters), view: this.view };
	});

	constructor(id: string, client: Client, address: Address) {
		this.id = id;
		this.client = client;
		this.address = address;
		this.data = new PageData((request, signal) => client.queries(id, request, signal));
		this.filterChoices = new ChoiceLists((filter, search, signal) =>
			client.filterValues(id, filter, { ...this.#limitsOf(filter), search }, signal),
		);
		this.otherChoices = new ChoiceLists((filter, search, signal) =>
			client.filterValues(id, filter, { filters: {}, view: {}, search }, signal),
		);
		this.viewChoices = new ChoiceLists((view, search, signal) =>
			client.viewValues(id, view, { filters: {}, view: {}, search }, signal),
		);
	}

	/** Loads or reloads the presentation; charts that did not change keep their data. */
	async open(locale: string): Promise<void> {
		try {
			const next = typeset(await this.client.presentation(this.id, locale));
			const before = this.app;
			if (before && before.version !== next.version) this.#forgetChanged(before, next);
			if (before && before.locale !== next.locale) {
				this.filterChoices.clear();
				this.otherChoices.clear();
			}
			if (before) this.viewChoices.clear();
			this.app = next;
			this.problem = null;
			if (before && before.version !== next.version) this.data.reload();
		} catch (error) {
			const problem = Problem.of(error);
			// A broken connection must not take away what can still be read.
			if (!this.app || problem.status === 404 || problem.status === 403) this.problem = problem;
		}
	}

	/** Asks again for all that is shown: its rows changed. What is there stays until the new answers come. */
	refresh(): void {
		this.filterChoices.outdate();
		this.viewChoices.outdate();
		this.data.reload();
	}

	/** The address of a page of this app, with what is chosen carried along. */
	href(route: Route): string {
		return formatLocation(route, this.location.params);
	}

	setFilter(filter: Filter, value: FilterValue): void {
		this.address.setParams(withFilter(this.location.params, filter, value));
		void this.#pruneDependents(filter.id);
	}

	setView(view: string, value: Scalar | null): void {
		this.address.setParams(withView(this.location.params, view, value));
	}

	resetFilters(): void {
		this.address.setParams(
			withoutFilters(
				this.location.params,
				this.filters.map(({ filter }) => filter.id),
			),
		);
	}

	viewValue(id: string): Scalar | null {
		const value = decodeValue('select', this.location.params.get(`view.${id}`) ?? '*');
		return value === undefined || typeof value === 'object' ? null : value;
	}

	/** A list is limited by the filters it depends on, never by its own choice. */
	#limitsOf(id: string): { filters: Record<string, FilterValue>; view: Record<string, Scalar | null> } {
		const limiting = this.app?.filters[id]?.depends_on ?? [];
		return { filters: wireValues(this.filters.filter(({ filter }) => limiting.includes(filter.id))), view: this.view };
	}

	/** The words of a filter's value, once a list has told them. */
	choiceLabel(filter: string, value: unknown): string | undefined {
		return this.filterChoices.label(filter, value) ?? this.otherChoices.label(filter, value);
	}

	/** Learns the words of values that an address names by their keys only: from the list, or from what it leaves out. */
	learnLabels(filter: string, values: Scalar[]): void {
		if (values.every((value) => this.choiceLabel(filter, value) !== undefined)) return;
		const listed = this.filterChoices.get(filter)?.status === 'ready';
		if (listed) void this.otherChoices.load(filter, '');
		else void this.filterChoices.load(filter, this.limitsKey(filter));
	}

	limitsKey(id: string): string {
		return JSON.stringify(this.#limitsOf(id));
	}

	async #pruneDependents(changed: string): Promise<void> {
		if (!this.app) return;
		for (const filter of dependents(this.app.filters, changed)) {
			const state = this.filters.find((one) => one.filter.id === filter.id);
			if (!state?.set || !filter.has_values) continue;
			const offered = await this.filterChoices.load(filter.id, this.limitsKey(filter.id));
			if (!offered || this.filterChoices.get(filter.id)?.truncated) continue;
			const kept = keepOffered(state.value, offered);
			if (kept !== state.value) this.address.setParams(withFilter(this.location.params, filter, kept));
		}
	}

	#forgetChanged(before: Presentation, next: Presentation): void {
		if (!this.page) return;
		const [old, current] = [pageBlocks(before, this.page), pageBlocks(next, this.page)];
		for (const [block, chart] of old) {
			if (JSON.stringify(chart) !== JSON.stringify(current.get(block))) this.data.forget(block);
		}
	}
}
