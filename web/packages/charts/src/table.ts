/** Columns, order and search of a table; indexes of rows, never copies of them. */
import { valuesOf } from './data';
import { sameDecimals } from './fields';
import { formatValue, isAmount, timeOf } from './format';
import { textWidth, wrap } from './text';
import type { Chart, Field, Frame, Value } from './types';

export interface Column {
	field: Field;
	values: Value[];
	right: boolean;
	width: number;
	text: (row: number) => string;
}

export interface Order {
	column: number;
	descending: boolean;
}

const SAMPLE = 300;
/** Longer names give way to the other columns, down to here; shorter ones are never cut. */
const NARROWEST = 144;

/** Width in pixels of a text at a size. */
export type Measure = (text: string, size: number, weight?: number) => number;

const isNumeric = (value: Value): boolean =>
	value === null || value === '' || (typeof value !== 'boolean' && Number.isFinite(Number(value)));

export function columnsOf(
	chart: Chart,
	frame: Frame,
	locale: string,
	air = 24,
	measure: Measure = textWidth,
): Column[] {
	return chart.fields.map((field) => {
		const values = valuesOf(chart, frame, field.id);
		const type = frame.columns.find((column) => column.name === field.id)?.type;
		const format = sameDecimals(field.format, values);
		const right = isAmount(format)
			? type !== 'boolean' && values.every(isNumeric)
			: type === 'number' && format.style === 'text';
		const shown: Field = { ...field, format };
		const text = (row: number): string => {
			const value = values[row] ?? null;
			return formatValue(value, shown.format, { locale, by: field.by, short: field.format.style === 'date' });
		};
		// A head of several words may take a few lines.
		const head = label(field);
		const heads = [...wrap(head, headRoom(head), 3, 13), ...head.split(' ')];
		let widest = Math.max(...heads.map((line) => measure(line, 13, 600)));
		for (let row = 0; row < Math.min(SAMPLE, frame.rows); row++) widest = Math.max(widest, measure(text(row), 14));
		return { field, values, right, width: Math.min(320, Math.max(64, widest + air)), text };
	});
}

/** A third of a head at least, and its longest word in any case. */
function headRoom(text: string): number {
	const longest = Math.max(...text.split(' ').map((word) => textWidth(word, 13)));
	return Math.max(72, longest, textWidth(text, 13) * 0.4);
}

/** Columns for a width: names give way first, to what still tells them apart, before the table must scroll. */
export function within(columns: Column[], width: number): Column[] {
	const natural = columns.reduce((sum, column) => sum + column.width, 0);
	const gives = columns.map((column) => (column.right ? 0 : Math.max(0, column.width - NARROWEST)));
	const most = gives.reduce((sum, give) => sum + give, 0);
	if (natural <= width || most === 0) return columns;
	const share = Math.min(1, (natural - width) / most);
	return columns.map((column, index) => ({ ...column, width: column.width - gives[index]! * share }));
}

/** The first column, cut to half the width if it must be, and as many of the next as fit. */
export function fitting(columns: Column[], width: number): Column[] {
	// A third of the air between.
	const slim = columns.map((column) => ({ ...column, width: column.width - 16 }));
	const [first, ...others] = slim;
	if (!first) return [];
	const rest = [
		...others.filter((column) => column.field.kind === 'measure'),
		...others.filter((column) => column.field.kind !== 'measure'),
	];
	const out = [{ ...first, width: rest.length ? Math.min(first.width, width * 0.55) : first.width }];
	let used = out[0]!.width;
	for (const column of rest) {
		if (used + column.width > width) continue;
		used += column.width;
		out.push(column);
	}
	return out;
}

/** The unit is said once, in the head. */
export const label = (field: Field): string => (field.unit ? `${field.label} (${field.unit})` : field.label);

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function compare(a: Value, b: Value, collator: Intl.Collator): number {
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
	return collator.compare(String(a), String(b));
}

/** Rows that hold the search in any column, in the wished order; missing values last either way. */
export function rowsOf(
	columns: Column[],
	count: number,
	search: string,
	order: Order | null,
	locale: string,
): number[] {
	const words = plain(search.trim()).split(/\s+/).filter(Boolean);
	const rows: number[] = [];
	for (let row = 0; row < count; row++) {
		if (words.length > 0) {
			const text = plain(columns.map((column) => column.text(row)).join('\u0001'));
			if (!words.every((word) => text.includes(word))) continue;
		}
		rows.push(row);
	}
	const column = order ? columns[order.column] : undefined;
	if (!order || !column) return rows;
	const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
	const dated = column.field.format.style === 'date' && column.values.some((value) => typeof value === 'string');
	const key = (row: number): Value => (dated ? timeOf(column.values[row]) : (column.values[row] ?? null));
	return rows.sort((a, b) => {
		const [left, right] = [key(a), key(b)];
		if (left === null || right === null) return left === right ? a - b : left === null ? 1 : -1;
		const way = compare(left, right, collator);
		return (order.descending ? -way : way) || a - b;
	});
}
