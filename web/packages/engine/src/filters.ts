//! What the filters of a page are set to, and what changing one means for the others.
import type { Choice, DateRange, Filter, FilterValue, Presentation, Scalar, Values } from '@aracari/api';
import type { Params } from './route.ts';
import { decodeValue, encodeValue } from './values.ts';

export type FilterState = {
	filter: Filter;
	value: FilterValue;
	/** Chosen by the reader, not the app's default. */ set: boolean;
};

/** The filters that a page declares, in its order, with the values of the address. */
export function filterStates(app: Presentation, ids: readonly string[], params: Params): FilterState[] {
	return ids.flatMap((id) => {
		const filter = Object.hasOwn(app.filters, id) ? app.filters[id] : undefined;
		if (!filter) return [];
		const text = params.get(id);
		const value = text === undefined ? undefined : validValue(filter, text);
		const set = value !== undefined && !sameValue(value, filter.default);
		return [{ filter, value: value === undefined ? filter.default : value, set }];
	});
}

function validValue(filter: Filter, text: string): FilterValue | undefined {
	const value = decodeValue(filter.type, text);
	if (isRange(value) && 'preset' in value && !filter.presets?.some((preset) => preset.id === value.preset))
		return undefined;
	return value;
}

/** What is sent: only what the reader chose; the server knows the defaults. */
export function wireValues(states: readonly FilterState[]): Values {
	const values: Values = Object.create(null) as Values;
	for (const { filter, value, set } of states) if (set) values[filter.id] = value;
	return values;
}

export function viewValues(app: Presentation, params: Params): Record<string, Scalar | null> {
	const view: Record<string, Scalar | null> = Object.create(null) as Record<string, Scalar | null>;
	for (const { id } of app.views) {
		const value = decodeValue('select', params.get(`view.${id}`) ?? '*');
		if (value !== undefined && value !== null && typeof value !== 'object') view[id] = value;
	}
	return view;
}

/** Parameters with one filter changed; a value equal to the default leaves the address. */
export function withFilter(params: Params, filter: Filter, value: FilterValue): Params {
	const next = new Map(params);
	const normal = Array.isArray(value) && value.length === 0 ? null : value;
	if (sameValue(normal, filter.default)) next.delete(filter.id);
	else next.set(filter.id, encodeValue(normal));
	return next;
}

export function withView(params: Params, view: string, value: Scalar | null): Params {
	const next = new Map(params);
	if (value === null) next.delete(`view.${view}`);
	else next.set(`view.${view}`, encodeValue(value));
	return next;
}

export function withoutFilters(params: Params, ids: readonly string[]): Params {
	const next = new Map(params);
	for (const id of ids) next.delete(id);
	return next;
}

/** The filters whose lists are limited by the given one, directly or through others. */
export function dependents(filters: Record<string, Filter>, changed: string): Filter[] {
	const found = new Set<Filter>();
	const visit = (id: string): void => {
		for (const filter of Object.values(filters)) {
			// Two filters may limit each other; the one that was changed stays as the reader set it.
			if (filter.id === changed || !filter.depends_on.includes(id) || found.has(filter)) continue;
			found.add(filter);
			visit(filter.id);
		}
	};
	visit(changed);
	return [...found];
}

/** A value without the choices that are no longer offered. */
export function keepOffered(value: FilterValue, offered: readonly Choice[]): FilterValue {
	const has = (one: Scalar): boolean => offered.some((choice) => choice.value === one);
	if (Array.isArray(value)) {
		const kept = value.filter(has);
		return kept.length === 0 ? null : kept.length === value.length ? value : kept;
	}
	return value === null || isRange(value) || has(value) ? value : null;
}

export function isRange(value: FilterValue | undefined): value is DateRange {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** First and last day of a range, whether given by days or by a preset. */
export function rangeDays(filter: Filter, value: FilterValue): { start: string; end: string } | null {
	if (!isRange(value)) return null;
	if (!('preset' in value)) return value;
	const preset = filter.presets?.find((one) => one.id === value.preset);
	return preset ? { start: preset.start, end: preset.end } : null;
}

export function sameValue(left: FilterValue, right: FilterValue): boolean {
	if (Array.isArray(left) && Array.isArray(right)) {
		return left.length === right.length && left.every((one) => right.includes(one));
	}
	return JSON.stringify(left) === JSON.stringify(right);
}
