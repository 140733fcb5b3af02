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
	let step = roundStep((high - low) / Math.max(1, options.count));
	if (options.whole && step < 1) step = 1;
	let min = Math.floor(low / step + 1e-9) * step;
	let max = Math.ceil(high / step - 1e-9) * step;
	if (options.cap !== undefined && high <= options.cap) max = Math.min(max, options.cap);
	min = tidy(min);
	max = tidy(max);
	const ticks: number[] = [];
	for (let tick = min; tick <= max + step * 1e-6; tick += step) ticks.push(tidy(tick));
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
