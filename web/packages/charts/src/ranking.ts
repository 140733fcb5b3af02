/** Rows of a leaderboard: rank, name, value, and the bar's two ends as shares of the width. */
import { amountsOf, fieldOf, nameOf, valuesOf } from './data';
import { sameDecimals } from './fields';
import { full } from './marks';
import { formatValue } from './format';
import type { Chart, Field, Frame, Size } from './types';

export interface Rank {
	rank: number;
	name: string;
	value: string;
	from: number;
	to: number;
	met: boolean | null;
}

export interface Ranking {
	field: Field;
	group: Field;
	rows: Rank[];
	target: { share: number; text: string } | null;
}

const NONE: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

export function rankingOf(chart: Chart, frame: Frame, locale: string, size: Size): Ranking {
	const declared = fieldOf(chart, 'value') ?? NONE;
	const group = fieldOf(chart, 'group') ?? { ...NONE, kind: 'dimension' };
	const names = valuesOf(chart, frame, group.id);
	const values = amountsOf(chart, frame, declared.id);
	const field: Field = { ...declared, format: sameDecimals(declared.format, values) };
	const most = Math.min(size === 'tile' ? 5 : Infinity, chart.options.limit ?? 10);
	let order = values.map((_, row) => row);
	if (!chart.options.sort?.length) {
		const worst = field.higher_is === 'worse' ? 1 : -1;
		const height = (row: number): number => values[row] ?? worst * Infinity;
		order = order.sort((a, b) => (height(a) === height(b) ? a - b : (height(a) - height(b)) * worst));
	}
	order = order.slice(0, most);
	const shown = order.map((row) => values[row] ?? null);
	const { target } = chart.options;
	const known = shown.filter((value): value is number => value !== null);
	const low = Math.min(0, ...known, target ?? 0);
	const high = Math.max(0, ...known, target ?? 0);
	const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0);
	const better = field.higher_is === 'better' ? 1 : field.higher_is === 'worse' ? -1 : 0;
	let rank = 0;
	return {
		field,
		group,
		rows: order.map((row, place) => {
			const value = values[row] ?? null;
			// Equal values share a rank.
			if (place === 0 || value !== shown[place - 1]) rank = place + 1;
			const at = value === null ? 0 : value;
			return {
				rank,
				name: nameOf(names[row] ?? null, group, locale),
				value:
					size === 'tile' ? formatValue(value, field.format, { locale, unit: field.unit }) : full(value, field, locale),
				from: Math.min(share(0), share(at)),
				to: Math.max(share(0), share(at)),
				met: target === undefined || value === null || better === 0 ? null : (value - target) * better >= 0,
			};
		}),
		target:
			target === undefined
				? null
				: { share: share(target), text: formatValue(target, field.format, { locale, unit: field.unit, trim: true }) },
	};
}
