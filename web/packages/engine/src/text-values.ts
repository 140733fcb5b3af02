//! Gathers what a text may speak of: its data, the filters' words and the view.
import type { Frames } from '@aracari/api';
import { rangeDays } from './filters.ts';
import type { TextValues } from './narrative.ts';
import type { AppReader } from './reader.svelte.ts';

export function textValues(
	reader: AppReader,
	frames: Frames | undefined,
	vars: Record<string, number | string>,
): TextValues {
	const filters = new Map<string, string | { start: string; end: string }>();
	for (const { filter, value } of reader.filters) {
		const days = rangeDays(filter, value);
		if (days) filters.set(filter.id, days);
		else if (value !== null && typeof value !== 'object')
			filters.set(filter.id, reader.choiceLabel(filter.id, value) ?? String(value));
		else if (Array.isArray(value)) {
			filters.set(filter.id, value.map((one) => reader.choiceLabel(filter.id, one) ?? String(one)).join(', '));
		}
	}
	const view = new Map<string, string>();
	for (const { id, all_label } of reader.app?.views ?? []) {
		const value = reader.viewValue(id);
		view.set(id, value === null ? all_label : (reader.viewChoices.label(id, value) ?? String(value)));
	}
	return { frames, vars, filters, view };
}
