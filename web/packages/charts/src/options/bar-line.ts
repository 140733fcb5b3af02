/** Bars with lines over them; a second axis only where the units differ. */
import { frame, tickCount, wholeNumbers } from '../cartesian';
import { ids, readGrid, type Series } from '../data';
import { base, nameAt, rowsAt } from '../marks';
import type { Context, LegendItem, Plan } from '../plan';
import { readable } from '../tokens';
import { farFromZero, niceScale, type Scale } from '../scale';
import type { Chart, Field, Frame } from '../types';
import { points } from './line';

const PLAIN: Field = { id: '', label: '', kind: 'measure', format: { style: 'decimal' } };

const unitOf = (field: Field): string =>
	[
		field.format.style === 'compact' ? 'decimal' : field.format.style,
		field.format.currency ?? '',
		field.unit ?? '',
	].join('/');

export function barLine(chart: Chart, source: Frame, context: Context): Plan {
	const barIds = ids(chart, 'bars');
	const lineIds = ids(chart, 'lines');
	const grid = readGrid(chart, source, [...barIds, ...lineIds], context.locale);
	const isBar = (one: Series): boolean => barIds.includes(one.field.id);
	const bars = grid.series.filter(isBar);
	const lines = grid.series.filter((one) => !isBar(one));
	const { tokens } = context;
	const barField = bars[0]?.field ?? lines[0]?.field ?? PLAIN;
	const lineField = lines[0]?.field ?? barField;
	const two = bars.length > 0 && lines.length > 0 && unitOf(barField) !== unitOf(lineField);

	const count = tickCount(context);
	const first = (two ? bars : grid.series).flatMap((one) => one.values);
	const scale = niceScale(first, { zero: true, count, whole: wholeNumbers(barField) });
	const second = two ? matching(lines, scale) : undefined;
	const drawn = frame(context, {
		grid,
		scale,
		field: barField,
		bands: true,
		second: second && { scale: second, field: lineField, color: readable(tokens.accent, tokens) },
	});
	const { pitch, box, graphic } = drawn;

	// Lines stand out in the accent; bars step back.
	const barColors = bars.map((_, index) => (bars.length === 1 ? tokens.quietFill : tokens.palette[index + 2]!));
	const lineColors = lines.map((_, index) => (index === 0 ? tokens.accent : tokens.palette[index]!));
	const thickness = Math.max(1, Math.min(56, (pitch * 0.7) / Math.max(1, bars.length)));
	const lineHeight = (value: number): number => {
		const one = second ?? scale;
		return box.bottom - ((value - one.min) / (one.max - one.min)) * box.height;
	};

	const series = [
		...bars.map((one, index) => ({
			id: one.id,
			name: one.label,
			type: 'bar' as const,
			silent: true,
			barWidth: thickness,
			barGap: '8%',
			emphasis: { disabled: true },
			itemStyle: { color: barColors[index]!, borderRadius: [2, 2, 0, 0] },
			data: one.values.map((value) => value ?? '-'),
		})),
		...lines.map((one, index) => ({
			id: one.id,
			name: one.label,
			type: 'line' as const,
			silent: true,
			yAxisIndex: two ? 1 : 0,
			showSymbol: true,
			showAllSymbol: true,
			z: 8,
			emphasis: { disabled: true },
			lineStyle: { color: lineColors[index]!, width: 2.25, cap: 'round' as const, join: 'round' as const },
			itemStyle: {
				color: lineColors[index]!,
				borderColor: tokens.surface,
				borderWidth: grid.keys.length <= 24 ? 1.5 : 0,
			},
			data:
				grid.keys.length <= 24 && context.size !== 'tile'
					? one.values.map((value) => ({ value: value ?? '-', symbol: 'circle', symbolSize: 8 }))
					: points(one.values),
		})),
	];
	const legend: LegendItem[] = [
		...bars.map((one, index): LegendItem => ({
			label: one.label,
			color: barColors[index]!,
			shape: 'square',
			...(two ? { side: 'left' as const } : {}),
		})),
		...lines.map((one, index): LegendItem => ({
			label: one.label,
			color: lineColors[index]!,
			shape: 'line',
			...(two ? { side: 'right' as const } : {}),
		})),
	];
	const ordered = [...bars, ...lines];
	const colors = [...barColors, ...lineColors];
	return {
		option: { ...base, ...drawn.option, series, graphic },
		height: context.height,
		legend,
		marks: grid.keys.map((_, index) => {
			const rows = rowsAt(ordered, index, context, colors);
			lines.forEach((one, order) => {
				const value = one.values[index] ?? null;
				const row = rows[bars.length + order];
				if (row && value !== null) row.at = lineHeight(value);
			});
			return { title: nameAt(grid, index, context), rows, x: drawn.xAt(index), y: box.top };
		}),
		pointing: 'x',
		band: pitch,
		plot: box,
		renderer: 'svg',
	};
}

/** A second scale with as many steps as the first, so that both share the grid lines. */
function matching(lines: Series[], scale: Scale): Scale {
	const values = lines.flatMap((one) => one.values);
	const steps = scale.ticks.length - 1;
	const percent = lines[0]?.field.format.style === 'percent';
	for (let count = steps; count >= 1; count--) {
		const tried = niceScale(values, { zero: !farFromZero(values), count, cap: percent ? 1 : undefined });
		const used = tried.ticks.length - 1;
		if (used > steps) continue;
		// Room above, or below where the top is already whole.
		const ticks = [...tried.ticks];
		while (ticks.length - 1 < steps) {
			const above = Number((ticks[ticks.length - 1]! + tried.step).toPrecision(12));
			if (percent && above > 1 && ticks[0]! > 0) ticks.unshift(Number((ticks[0]! - tried.step).toPrecision(12)));
			else ticks.push(above);
		}
		return { min: ticks[0]!, max: ticks[ticks.length - 1]!, step: tried.step, ticks };
	}
	return niceScale(values, { zero: true, count: steps });
}
