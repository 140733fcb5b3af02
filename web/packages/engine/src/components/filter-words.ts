//! What a filter is set to, in words.
import { isRange, rangeDays, type FilterState } from '../filters.ts';
import type { Messages } from '../i18n/index.ts';
import { formatDays } from '../dates.ts';
import type { AppReader } from '../reader.svelte.ts';

export function filterWords({ filter, value }: FilterState, reader: AppReader, t: Messages, locale: string): string {
	if (value === null) return filter.type === 'date-range' ? t.allDates : t.all;
	if (isRange(value)) {
		const preset = 'preset' in value ? filter.presets?.find((one) => one.id === value.preset) : undefined;
		if (preset) return preset.label;
		const days = rangeDays(filter, value);
		return days ? formatDays(days.start, days.end, locale) : t.allDates;
	}
	const label = (one: unknown): string => reader.choiceLabel(filter.id, one) ?? String(one);
	if (!Array.isArray(value)) return label(value);
	const [first, ...more] = value;
	return more.length === 0
		? label(first)
		: more.length === 1
			? `${label(first)}, ${label(more[0])}`
			: t.chosen(value.length);
}
