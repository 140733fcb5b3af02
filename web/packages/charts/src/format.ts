/** Numbers, dates and durations as a reader of the locale writes them. */
import type { Format, HigherIs, Value } from './types';

export interface FormatOptions {
	locale: string;
	unit?: string;
	/** Short form for axes and tiles: 12.4k, €3.2M. */
	short?: boolean;
	/** Always with a sign. */
	signed?: boolean;
}

export interface Evolution {
	text: string;
	direction: 'up' | 'down' | 'flat';
	sentiment: 'positive' | 'negative' | 'neutral';
}

export function formatValue(value: Value | undefined, format: Format, options: FormatOptions): string {
	void format;
	void options;
	return value === null || value === undefined ? '–' : String(value);
}

export function formatEvolution(
	current: Value | undefined,
	previous: Value | undefined,
	format: Format,
	options: FormatOptions & { higherIs?: HigherIs },
): Evolution | null {
	void current;
	void previous;
	void format;
	void options;
	return null;
}
