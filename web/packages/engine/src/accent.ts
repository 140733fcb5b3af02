//! A theme's accent made readable on light and dark surfaces.

export type AccentTones = {
	/** Text and lines in the accent colour: at least 4.5:1 on the surface, also where it is tinted. */
	text: string;
	/** Filled areas; `on` is readable on it. */
	fill: string;
	on: '#ffffff' | '#0b0f14';
};
type Rgb = [number, number, number];

const surfaces = { light: '#ffffff', dark: '#1a1f27' } as const;

export function accentTones(accent: string, theme: 'light' | 'dark'): AccentTones | null {
	const rgb = parseHex(accent);
	const surface = parseHex(surfaces[theme]);
	if (!rgb || !surface) return null;
	const towards: Rgb = theme === 'light' ? [0, 0, 0] : [255, 255, 255];
	const text = reach(rgb, towards, surface, 5.3);
	// A fill keeps the colour that the theme asked for, unless it would melt into the surface.
	const fill = reach(rgb, towards, surface, 3);
	const white = contrast(fill, [255, 255, 255]);
	return {
		text: toHex(text),
		fill: toHex(fill),
		on: white >= 4.5 || white >= contrast(fill, [11, 15, 20]) ? '#ffffff' : '#0b0f14',
	};
}

/** Mixes a colour step by step with black or white until it stands out enough. */
function reach(colour: Rgb, towards: Rgb, surface: Rgb, ratio: number): Rgb {
	for (let share = 0; share < 1; share += 0.04) {
		const mixed = colour.map((channel, at) => channel + ((towards[at] ?? 0) - channel) * share) as Rgb;
		if (contrast(mixed, surface) >= ratio) return mixed;
	}
	return towards;
}

export function contrastOf(one: string, other: string): number {
	const [left, right] = [parseHex(one), parseHex(other)];
	return left && right ? contrast(left, right) : 0;
}

/** WCAG 2 contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Rgb, other: Rgb): number {
	const [light, dark] = [luminance(one), luminance(other)].sort((left, right) => right - left) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
	const [red, green, blue] = rgb.map((channel) => {
		const share = channel / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as Rgb;
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parseHex(text: string): Rgb | null {
	const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
	return match ? (match.slice(1).map((pair) => Number.parseInt(pair, 16)) as Rgb) : null;
}

function toHex(rgb: Rgb): string {
	return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}
