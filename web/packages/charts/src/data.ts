/** Reads frames by the roles of a chart: series, order, gaps in time. */
import { formatValue, isAmount, timeOf } from './format';
import { messages } from './messages';
import type { Chart, Field, Frame, Frames, Value } from './types';

export interface Series {
	id: string;
	label: string;
	/** The value that the series is for, where a dimension splits them. */
	part?: string;
	field: Field;
	values: (number | null)[];
}

/** One row a category, one column a series. */
export interface Grid {
	x: Field;
	keys: Value[];
	series: Series[];
	/** Time or nature orders the categories. */
	natural: boolean;
	/** The categories are dates. */
	time: boolean;
}

const UNKNOWN: Field = { id: '', label: '', kind: 'dimension', format: { style: 'text' } };

export function ids(chart: Chart, role: string): string[] {
	const value = chart.encoding[role];
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

export function fieldById(chart: Chart, id: string | undefined): Field {
	return chart.fields.find((field) => field.id === id) ?? { ...UNKNOWN, id: id ?? '', label: id ?? '' };
}

export function fieldOf(chart: Chart, role: string): Field | undefined {
	const [id] = ids(chart, role);
	return id === undefined ? undefined : fieldById(chart, id);
}

/** Values of a field: the column of its name, else the one at its place. */
export function valuesOf(chart: Chart, frame: Frame | undefined, id: string): Value[] {
	if (!frame) return [];
	const named = frame.columns.find((column) => column.name === id);
	if (named) return named.values;
	return frame.columns[chart.fields.findIndex((field) => field.id === id)]?.values ?? [];
}

export function amount(value: Value | undefined): number | null {
	return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export const amountsOf = (chart: Chart, frame: Frame | undefined, id: string): (number | null)[] =>
	valuesOf(chart, frame, id).map(amount);

export function isEmpty(chart: Chart, frames: Frames): boolean {
	const main = frames.main;
	// A figure over no row has a way of its own to say so.
	if (chart.type === 'kpi') return !main;
	if (!main || main.rows === 0 || main.columns.length === 0) return true;
	if (chart.type === 'table') return false;
	const measures = chart.fields.filter((field) => field.kind === 'measure');
	if (measures.length === 0) return false;
	return measures.every((field) => amountsOf(chart, main, field.id).every((value) => value === null));
}

const isTime = (field: Field, frame: Frame): boolean => {
	if (field.by === 'hour' || field.by === 'isoDayOfWeek') {
		return frame.columns.find((column) => column.name === field.id)?.type === 'date';
	}
	const dated = frame.columns.find((column) => column.name === field.id)?.type === 'date';
	return dated || (['day', 'isoWeek', 'month', 'quarter'].includes(field.by ?? '') && field.format.style !== 'text')
		? valuesLookLikeTimes(frame, field.id)
		: false;
};

function valuesLookLikeTimes(frame: Frame, id: string): boolean {
	const column = frame.columns.find((each) => each.name === id);
	if (!column) return false;
	if (column.type === 'date') return true;
	return (
		column.values.some((value) => typeof value === 'string') &&
		column.values.every((value) => value === null || timeOf(value) !== null)
	);
}

export function isNatural(field: Field, frame: Frame): boolean {
	if (field.by || ['date', 'month', 'year', 'weekday', 'hour'].includes(field.format.style)) return true;
	const column = frame.columns.find((each) => each.name === field.id);
	return column?.type === 'date' || column?.type === 'number';
}

export const keyOf = (value: Value): string => `${typeof value}:${String(value)}`;

/** Name of a category or series; a missing one says so. */
export function nameOf(value: Value, field: Field, locale: string, short = false): string {
	if (value === null || value === '') return messages(locale).missing;
	return formatValue(value, field.format, { locale, by: field.by, short });
}

/** Reads `x`, the measures and the optional series of a chart. */
export function readGrid(chart: Chart, frame: Frame, measures: string[], locale: string): Grid {
	const x = fieldOf(chart, 'x') ?? UNKNOWN;
	const time = isTime(x, frame);
	const natural = time || isNatural(x, frame);
	const raw = valuesOf(chart, frame, x.id).map((value) => (time ? timeOf(value) : value));
	const split = fieldOf(chart, 'series');
	const splitValues = split ? valuesOf(chart, frame, split.id) : [];
	const columns = measures.map((id) => ({ field: fieldById(chart, id), values: amountsOf(chart, frame, id) }));

	const rows = new Map<string, number>();
	const keys: Value[] = [];
	const series = new Map<string, Series>();
	for (let row = 0; row < raw.length; row++) {
		const key = keyOf(raw[row]!);
		let index = rows.get(key);
		if (index === undefined) {
			rows.set(key, (index = keys.length));
			keys.push(raw[row]!);
		}
		for (const { field, values } of columns) {
			const part = split ? (splitValues[row] ?? null) : null;
			const id = split ? `${keyOf(part)}/${field.id}` : field.id;
			let one = series.get(id);
			if (!one) {
				const name = split ? nameOf(part, split, locale) : field.label;
				const label = split && columns.length > 1 ? `${name} · ${field.label}` : name;
				series.set(id, (one = { id, label, field, values: [], ...(split ? { part: id } : {}) }));
			}
			one.values[index] = values[row] ?? null;
		}
	}
	const list = [...series.values()];
	for (const one of list) for (let row = 0; row < keys.length; row++) one.values[row] ??= null;
	const grid: Grid = { x, keys, series: list, natural, time };
	if (natural) return fillGaps(reorder(grid, byNature(keys)));
	return chart.options.sort?.length ? grid : reorder(grid, bySize(grid));
}

function byNature(keys: Value[]): number[] {
	const order = keys.map((_, index) => index);
	return order.sort((a, b) => {
		const [left, right] = [keys[a]!, keys[b]!];
		if (left === null || right === null) return left === right ? a - b : left === null ? 1 : -1;
		if (typeof left === 'number' && typeof right === 'number') return left - right || a - b;
		return a - b;
	});
}

function bySize(grid: Grid): number[] {
	const totals = grid.keys.map((_, row) => {
		const values = grid.series.map((one) => one.values[row]).filter((value): value is number => value !== null);
		return values.length ? values.reduce((sum, value) => sum + value, 0) : -Infinity;
	});
	return totals.map((_, index) => index).sort((a, b) => totals[b]! - totals[a]! || a - b);
}

export function reorder(grid: Grid, order: number[]): Grid {
	return {
		...grid,
		keys: order.map((index) => grid.keys[index]!),
		series: grid.series.map((one) => ({ ...one, values: order.map((index) => one.values[index] ?? null) })),
	};
}

const DAY = 86_400_000;

function nextKey(key: number, by: string): number {
	const date = new Date(key);
	switch (by) {
		case 'hour':
			return key + 3_600_000;
		case 'day':
			return key + DAY;
		case 'isoWeek':
			return key + 7 * DAY;
		case 'month':
			return date.setUTCMonth(date.getUTCMonth() + 1);
		case 'quarter':
			return date.setUTCMonth(date.getUTCMonth() + 3);
		default:
			return date.setUTCFullYear(date.getUTCFullYear() + 1);
	}
}

/** A month without a row is a gap in the picture, not a shorter year. */
function fillGaps(grid: Grid): Grid {
	const { by } = grid.x;
	const known = grid.keys.filter((key): key is number => typeof key === 'number');
	if (!grid.time || !by || known.length < 2) return grid;
	const filled: Value[] = [];
	const last = known[known.length - 1]!;
	for (let key = known[0]!; key <= last; key = nextKey(key, by)) {
		filled.push(key);
		if (filled.length > 5000) return grid;
	}
	const places = new Map(filled.map((key, index) => [key, index]));
	if (known.some((key) => !places.has(key))) return grid;
	const rows = grid.keys.map((key) => places.get(key));
	return {
		...grid,
		keys: filled,
		series: grid.series.map((one) => {
			const values: (number | null)[] = filled.map(() => null);
			rows.forEach((place, row) => {
				if (place !== undefined) values[place] = one.values[row] ?? null;
			});
			return { ...one, values };
		}),
	};
}

export function lastValue(values: (number | null)[]): number | null {
	for (let index = values.length - 1; index >= 0; index--) {
		const value = values[index];
		if (value !== null && value !== undefined) return value;
	}
	return null;
}

export const hasAmount = (field: Field): boolean => isAmount(field.format);
