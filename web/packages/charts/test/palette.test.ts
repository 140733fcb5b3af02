// Colours can be told apart on their surface, from each other, and by colour-blind readers.
import { describe, expect, test } from 'vitest';
import { palette } from '../src/palette';
import { contrast, readable, textOn, tokensOf } from '../src/tokens';

/** Machado, Oliveira and Fernandes 2009, full severity. */
const SIGHT = {
	all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
	protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
	deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
	tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function linear(color: string): number[] {
	return [1, 3, 5].map((at) => {
		const share = parseInt(color.slice(at, at + 2), 16) / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
}

function oklab(color: string, sight: number[]): number[] {
	const [x, y, z] = linear(color) as [number, number, number];
	const [r, g, b] = [0, 3, 6].map((at) => Math.min(1, Math.max(0, sight[at]! * x + sight[at + 1]! * y + sight[at + 2]! * z))) as [number, number, number];
	const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
	const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
	const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
	return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

const distance = (a: string, b: string, sight: number[]): number => {
	const [one, two] = [oklab(a, sight), oklab(b, sight)];
	return Math.hypot(...one.map((value, index) => value - two[index]!));
};

describe.each(['light', 'dark'] as const)('%s', (theme) => {
	const tokens = tokensOf(theme);
	const colors = palette[theme];

	test('eight colours and the quiet one stand out from the surface by 3:1', () => {
		expect(colors).toHaveLength(8);
		for (const color of [...colors, tokens.quiet]) expect(contrast(color, tokens.surface), color).toBeGreaterThanOrEqual(3);
	});
	test('words can be read: 4.5:1', () => {
		for (const color of [tokens.text, tokens.muted, tokens.positive, tokens.negative]) expect(contrast(color, tokens.surface), color).toBeGreaterThanOrEqual(4.5);
		for (const color of colors) {
			expect(contrast(readable(color, tokens), tokens.surface)).toBeGreaterThanOrEqual(4.5);
			expect(contrast(textOn(color), color)).toBeGreaterThanOrEqual(4.5);
		}
	});
	test.each(Object.entries(SIGHT))('no two colours look alike (%s)', (_, sight) => {
		for (const [index, one] of colors.entries()) {
			for (const [other, two] of colors.entries()) if (other > index) expect(distance(one, two, sight), `${one} ${two}`).toBeGreaterThan(0.06);
			const next = colors[index + 1];
			if (next) expect(distance(one, next, sight), `neighbours ${one} ${next}`).toBeGreaterThan(0.1);
		}
	});
	test('the sequential scale is one hue that goes one way', () => {
		const steps = tokens.sequential.map((color) => contrast(color, tokens.surface));
		expect(steps).toEqual([...steps].sort((a, b) => a - b));
	});
});

test('an app brings its own accent and palette', () => {
	const tokens = tokensOf('light', { accent: '#AA0000', palette: ['#AA0000', '#00AA00'] });
	expect(tokens.accent).toBe('#AA0000');
	expect(tokens.palette.slice(0, 2)).toEqual(['#AA0000', '#00AA00']);
	expect(tokens.palette).toHaveLength(8);
});
