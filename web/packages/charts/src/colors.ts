/** A colour for each value of a dimension: the same in every chart, under every filter, whatever the amounts are. */

/** FNV-1a with a last mix: the same number for a text everywhere and always. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
	value ^= value >>> 15;
	return Math.imul(value, 0x2c1b3c6d) >>> 0;
}

/** Places of the palette's bright colours, and of its deep ones: these come where the bright ones do not suffice. */
const BRIGHT = [0, 1, 2, 3, 5];
const DEEP = [4, 6, 7];

const turned = (places: readonly number[], by: number): number[] =>
	places.map((_, index) => places[(index + by) % places.length]!);

/**
 * Places of values in a palette. Where a value goes follows from the value itself, so that two readers mostly see the
 * same; values that would share a place move on to a free one, and are remembered there.
 */
export class ColorMemory {
	readonly #known = new Map<string, Map<string, number>>();

	places(dimension: string, values: readonly string[], count: number): number[] {
		let known = this.#known.get(dimension);
		if (!known) this.#known.set(dimension, (known = new Map()));
		const found = new Map<string, number>();
		const taken = new Set<number>();
		const take = (value: string, place: number): void => {
			found.set(value, place);
			taken.add(place);
		};
		const open: { value: string; claim: number }[] = [];
		for (const value of new Set(values)) {
			const place = known.get(value);
			if (place !== undefined && place < count && !taken.has(place)) take(value, place);
			else open.push({ value, claim: hash(value) });
		}
		// The order of claims, not that of the values: this one changes with the amounts.
		open.sort((a, b) => a.claim - b.claim || (a.value < b.value ? -1 : 1));
		for (const { value, claim } of open) {
			const remembered = new Set(known.values());
			const free = (place: number): boolean => !taken.has(place) && !remembered.has(place);
			const wanted = [...turned(BRIGHT, claim), ...turned(DEEP, claim)].filter((one) => one < count);
			const place = wanted.find(free) ?? wanted.find((one) => !taken.has(one)) ?? wanted[0] ?? 0;
			take(value, place);
			if (!known.has(value)) known.set(value, place);
		}
		return values.map((value) => found.get(value) ?? 0);
	}
}
