/** Colours and type of charts, one set for light and one for dark. */
import { palette } from './palette';
import type { Theme } from './types';

export interface Tokens {
	theme: Theme;
	font: string;
	surface: string;
	raised: string;
	text: string;
	muted: string;
	grid: string;
	axis: string;
	/** Marks that only give context. */
	quiet: string;
	/** Bars behind a line. */
	quietFill: string;
	land: string;
	border: string;
	accent: string;
	positive: string;
	negative: string;
	attention: string;
	palette: readonly string[];
	/** Single hue, from little to much. */
	sequential: readonly string[];
}

const FONT = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif";

const light: Tokens = {
	theme: 'light',
	font: FONT,
	surface: '#FFFFFF',
	raised: '#FFFFFF',
	text: '#18202B',
	muted: '#586474',
	grid: '#E5E9EF',
	axis: '#98A3B2',
	quiet: '#8592A2',
	quietFill: '#A9B4C2',
	land: '#E6EAF0',
	border: '#FFFFFF',
	accent: palette.light[0]!,
	positive: '#13794A',
	negative: '#C0322F',
	attention: '#9A5B00',
	palette: palette.light,
	sequential: ['#E3EEFA', '#BDD7F3', '#8DBAE8', '#5797DA', '#2A74C4', '#12539C', '#0A3A73'],
};

const dark: Tokens = {
	theme: 'dark',
	font: FONT,
	surface: '#161B22',
	raised: '#212833',
	text: '#E8ECF2',
	muted: '#A3AEBD',
	grid: '#2B333F',
	axis: '#5D6878',
	quiet: '#6F7B8C',
	quietFill: '#566172',
	land: '#2A323E',
	border: '#161B22',
	accent: palette.dark[0]!,
	positive: '#4CC38A',
	negative: '#FF8A80',
	attention: '#F2B25C',
	palette: palette.dark,
	sequential: ['#1E2F47', '#234468', '#285B8E', '#3275B4', '#4A93D8', '#7DB6EE', '#B9DAFA'],
};

/** Tokens of a theme; an app may bring its own accent and palette. */
export function tokensOf(theme: Theme, own?: { accent?: string; palette?: readonly string[] }): Tokens {
	const base = theme === 'dark' ? dark : light;
	const colors = own?.palette?.length ? [...own.palette, ...base.palette].slice(0, 8) : base.palette;
	return { ...base, palette: colors, accent: own?.accent ?? colors[0] ?? base.accent };
}

function channels(color: string): [number, number, number] {
	return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
}

export function luminance(color: string): number {
	const [r, g, b] = channels(color).map((each) => {
		const share = each / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio as WCAG defines it. */
export function contrast(one: string, other: string): number {
	const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
	return (high + 0.05) / (low + 0.05);
}

/** Nearly black or white text, whichever reads better on a colour. */
export const textOn = (color: string): string =>
	contrast(color, '#FFFFFF') >= contrast(color, '#05080C') ? '#FFFFFF' : '#05080C';

export function mix(from: string, to: string, share: number): string {
	const [a, b] = [channels(from), channels(to)];
	return `#${a
		.map((each, index) =>
			Math.round(each + (b[index]! - each) * share)
				.toString(16)
				.padStart(2, '0'),
		)
		.join('')}`;
}

/** Colour of a share between 0 and 1 on a scale of colours. */
export function ramp(colors: readonly string[], share: number): string {
	const at = Math.min(1, Math.max(0, share)) * (colors.length - 1);
	const low = Math.floor(at);
	return low >= colors.length - 1 ? colors[colors.length - 1]! : mix(colors[low]!, colors[low + 1]!, at - low);
}

/** A colour moved towards the text colour until it can be read as text. */
export function readable(color: string, tokens: Tokens): string {
	for (let share = 0; share < 1; share += 0.1) {
		const tried = mix(color, tokens.text, share);
		if (contrast(tried, tokens.surface) >= 4.5) return tried;
	}
	return tokens.text;
}
