//! Filter values in an address: `q1`, `2013-01-01..2013-03-31`, `UA,DL`, `*` for All, `~7` for a number.
import type { DateRange, FilterType, FilterValue, Scalar } from '@aracari/api';

const all = '*';
const day = /^\d{4}-\d{2}-\d{2}$/;
const preset = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Writes a value so that `decodeValue` gives back the same one. */
export function encodeValue(value: FilterValue): string {
	if (value === null) return all;
	if (Array.isArray(value)) return value.map(encodeScalar).join(',');
	if (typeof value === 'object') return 'preset' in value ? value.preset : `${value.start}..${value.end}`;
	return encodeScalar(value);
}

/** Reads a value; `undefined` when the text is no value of that type of filter. */
export function decodeValue(type: FilterType, text: string): FilterValue | undefined {
	if (text === all) return null;
	if (type === 'date-range') return decodeRange(text);
	if (type === 'select') return decodeScalar(text);
	if (text === '') return undefined;
	const list: Scalar[] = [];
	for (const part of text.split(',')) {
		const scalar = decodeScalar(part);
		if (scalar === undefined) return undefined;
		list.push(scalar);
	}
	return list;
}

export function isDay(text: string): boolean {
	if (!day.test(text)) return false;
	const time = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function decodeRange(text: string): DateRange | undefined {
	const [start = '', end, ...more] = text.split('..');
	if (end === undefined) return preset.test(start) ? { preset: start } : undefined;
	return more.length === 0 && isDay(start) && isDay(end) && start <= end ? { start, end } : undefined;
}

function encodeScalar(value: Scalar): string {
	if (typeof value !== 'string') return `~${JSON.stringify(value)}`;
	// `encodeURIComponent` leaves these characters alone, and here they have a meaning.
	return encodeURIComponent(value).replace(
		/[*~]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function decodeScalar(text: string): Scalar | undefined {
	if (text.startsWith('~')) return decodeLiteral(text.slice(1));
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}

function decodeLiteral(text: string): Scalar | undefined {
	if (text === 'true' || text === 'false') return text === 'true';
	const number = Number(text);
	return text !== '' && Number.isFinite(number) ? number : undefined;
}
