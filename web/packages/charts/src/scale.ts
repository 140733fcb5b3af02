/** Round numbers for value axes. */

export interface Scale {
	min: number;
	max: number;
	step: number;
	ticks: number[];
}

const ROUND = [1, 2, 2.5, 5, 10];

function roundStep(rough: number): number {
	const power = 10 ** Math.floor(Math.log10(rough));
	const share = rough / power;
	return (ROUND.find((each) => share <= each * 1.0001) ?? 10) * power;
}

/** Keeps 0.30000000000000004 out of labels. */
const tidy = (value: number): number => Number(value.toPrecision(12));

/** A scale of round ticks around the values; `zero` holds nothing in it, `count` is the wished number of ticks. */
export function niceScale(
	values: Iterable<number | null | undefined>,
	options: { zero: boolean; count: number; whole?: boolean; cap?: number },
): Scale {
	let low = Infinity;
	let high = -Infinity;
	for (const value of values) {
		if (value === null || value === undefined || !Number.isFinite(value)) continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	if (low > high) [low, high] = [0, 1];
	if (options.zero) {
		low = Math.min(low, 0);
		high = Math.max(high, 0);
	}
	if (low === high) {
		const room = low === 0 ? 1 : Math.abs(low) * 0.2;
		if (low >= 0) high += room;
		if (low < 0 || (low > 0 && !options.zero)) low -= room;
	}
	let best: { step: number; min: number; max: number; cost: number } | null = null;
	// Among about as many ticks as wished, the scale that leaves the least room empty.
	for (let count = Math.max(1, options.count - 1); count <= options.count + 1; count++) {
		let step = roundStep((high - low) / count);
		if (options.whole && step < 1) step = 1;
		const min = Math.floor(low / step + 1e-9) * step;
		const max = Math.ceil(high / step - 1e-9) * step;
		const used = Math.round((max - min) / step);
		const cost =
			(max - min) / (high - low) + Math.abs(used - options.count) * 0.08 + (used > options.count + 1 ? 1 : 0);
		if (!best || cost < best.cost - 1e-9) best = { step, min, max, cost };
	}
	let { min, max } = best!;
	const { step } = best!;
	if (options.cap !== undefined && high <= options.cap) max = Math.min(max, options.cap);
	min = tidy(min);
	max = tidy(max);
	let first = min;
	// A few values just below zero do not call for a whole step below it.
	if (options.zero && low < 0 && low > -step * 0.35 && high > 0) {
		first = 0;
		min = tidy(low * 1.15);
	}
	const ticks: number[] = [];
	for (let tick = first; tick <= max + step * 1e-6; tick += step) ticks.push(tidy(tick));
	return { min, max, step: tidy(step), ticks };
}

/** Whether a line may leave zero out: only when its values stay far from it. */
export function farFromZero(values: Iterable<number | null>): boolean {
	let low = Infinity;
	let high = -Infinity;
	for (const value of values) {
		if (value === null) continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return low > 0 && (high - low) / high < 0.35;
}
