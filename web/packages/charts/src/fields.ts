/** What a field's values are, seen from the values: a declaration cannot always tell. */
import { valuesOf } from './data';
import type { Chart, Field, Format, Frame, Value } from './types';

const SAMPLE = 300;

const numbersOf = (values: Value[]): number[] =>
	values.slice(0, SAMPLE).filter((value): value is number => typeof value === 'number');

/** The chart with numbers that count apart from numbers that name: 12,345 flights, but the year 2013 and account 4100231. */
export function told(chart: Chart, frame: Frame | undefined): Chart {
	if (!frame) return chart;
	const types = new Map(frame.columns.map((column) => [column.name, column.type]));
	const fields = chart.fields.map((field): Field => {
		if (types.get(field.id) !== 'number') return field;
		return { ...field, format: formatOf(field, numbersOf(valuesOf(chart, frame, field.id))) };
	});
	return { ...chart, fields };
}

function formatOf({ kind, format }: Field, numbers: number[]): Format {
	const unsaid = format.style === 'text';
	const whole = unsaid || (format.style === 'decimal' && format.decimals === 0);
	if (!whole) return format;
	const counts = numbers.some((value) => !Number.isInteger(value)) || kind === 'measure' || !areNames(numbers, unsaid);
	if (!counts) return { style: 'text' };
	return unsaid ? { style: 'decimal' } : format;
}

/**
 * Whole numbers that name: years and other short ones, and codes, which are about as long as each other.
 *
 * What was declared a number must look very much like a code; what was not may differ by two digits, as postal codes do.
 */
function areNames(numbers: number[], unsaid: boolean): boolean {
	const sizes = numbers.map(Math.abs);
	if (sizes.every((size) => size < 10_000)) return true;
	const digits = sizes.map((size) => String(size).length);
	const spread = Math.max(...digits) - Math.min(...digits);
	const positive = numbers.every((value) => value > 0);
	return positive && (unsaid ? spread <= 2 : spread === 0 && numbers.length > 2);
}

/** All numbers of a column have the same decimals. */
export function sameDecimals(format: Format, values: Value[]): Format {
	if (format.decimals !== undefined || format.style !== 'decimal') return format;
	const numbers = numbersOf(values);
	const tenths = (value: number): boolean => Math.abs(value * 10 - Math.round(value * 10)) < 1e-9;
	if (numbers.every(Number.isInteger)) return { ...format, decimals: 0 };
	const small = numbers.every((value) => Math.abs(value) < 1);
	return { ...format, decimals: small ? 3 : numbers.every(tenths) ? 1 : 2 };
}
