//! The values inside a text: `best.on_time_rate`, `vars.target`, `filters.period.start`, `view.airport`.
import type { Format, Frame, Frames, NarrativeCondition, RichText, Story } from '@aracari/api';

export type TextValues = {
	frames: Frames | undefined;
	vars: Record<string, number | string>;
	/** First and last day of each date range, and the words for every other choice. */
	filters: ReadonlyMap<string, string | { start: string; end: string }>;
	view: ReadonlyMap<string, string>;
};
export type Resolved = { known: true; value: string | number | boolean | null; format?: Format } | { known: false };

const unknown: Resolved = { known: false };

/** Finds a value by its path. `known` is false while its data has not come, or when nothing has that name. */
export function resolveValue(path: string, values: TextValues): Resolved {
	const [scope = '', name = '', part] = path.split('.');
	if (scope === 'vars')
		return Object.hasOwn(values.vars, name) ? { known: true, value: values.vars[name] ?? null } : unknown;
	if (scope === 'filters') return filterValue(values.filters.get(name), part);
	if (scope === 'view') {
		const value = values.view.get(name);
		return value === undefined ? unknown : { known: true, value };
	}
	const frame = values.frames && Object.hasOwn(values.frames, scope) ? values.frames[scope] : undefined;
	return frame ? firstValue(frame, name) : unknown;
}

/** The first text whose condition holds, else the one for all other cases. */
export function chooseNarrative(story: Story, values: TextValues): RichText {
	return story.narratives?.find((one) => holds(one.when, values))?.text ?? story.narrative;
}

function holds({ value, operator, to }: NarrativeCondition, values: TextValues): boolean {
	const found = resolveValue(value, values);
	if (!found.known) return false;
	if (operator === 'isnull') return found.value === null;
	if (operator === 'notnull') return found.value !== null;
	if (to === undefined) return false;
	const other: Resolved = 'number' in to ? { known: true, value: to.number } : resolveValue(to.value, values);
	// What is not there is neither equal to anything nor more or less than it.
	if (!other.known || found.value === null || other.value === null) return false;
	const [left, right] = [found.value, other.value];
	if (operator === 'eq') return left === right;
	if (operator === 'ne') return left !== right;
	if (typeof left !== 'number' || typeof right !== 'number') return false;
	if (operator === 'lt') return left < right;
	if (operator === 'le') return left <= right;
	return operator === 'gt' ? left > right : left >= right;
}

function filterValue(value: string | { start: string; end: string } | undefined, part: string | undefined): Resolved {
	if (value === undefined) return unknown;
	if (typeof value === 'string') return { known: true, value };
	if (part !== 'start' && part !== 'end') return unknown;
	return { known: true, value: Date.parse(`${value[part]}T00:00:00Z`), format: { style: 'date' } };
}

function firstValue(frame: Frame, name: string): Resolved {
	const column = frame.columns.find((one) => one.name === name);
	if (!column) return unknown;
	const value = column.values[0] ?? null;
	return column.type === 'date' ? { known: true, value, format: { style: 'date' } } : { known: true, value };
}

/** How a value is written when the text names no format. */
export function impliedFormat(value: string | number | boolean | null): Format {
	if (typeof value !== 'number') return { style: 'text' };
	return Number.isInteger(value) ? { style: 'decimal', decimals: 0 } : { style: 'decimal', decimals: 1 };
}
