/** What a chart type answers: an ECharts option and all that its frame needs. */
import type { EChartsOption } from 'echarts';
import type { ColorMemory } from './colors';
import type { Tokens } from './tokens';
import type { Size } from './types';

export interface Context {
	locale: string;
	tokens: Tokens;
	size: Size;
	width: number;
	height: number;
	/** The reader asked for every category. */
	all?: boolean;
	/** Which colours the values of the app's dimensions have so far. */
	colors?: ColorMemory;
}

export interface MarkRow {
	label: string;
	value: string;
	color?: string;
	/** Height of its point in pixels, for a dot on a line. */
	at?: number;
}

/** One thing the reader can point at, with its place in pixels. */
export interface Mark {
	title: string;
	rows: MarkRow[];
	x: number;
	y: number;
	/** [series index, data index] that ECharts itself emphasises. */
	item?: [number, number];
	/** Half width and half height, or the radius, within which an item is hit. */
	reach?: [number, number];
}

export interface LegendItem {
	label: string;
	color: string;
	shape: 'square' | 'line' | 'dash';
	/** The axis it is read on, where there are two. */
	side?: 'left' | 'right';
	/** Said after the label, where the legend stands in for direct labels. */
	value?: string;
}

/** Colours of a value scale with its two ends. */
export interface ValueKey {
	label: string;
	low: string;
	high: string;
	colors: string[];
	missing?: string;
}

export interface Plan {
	option: EChartsOption;
	/** The height it needs, where that is not the one it was given. */
	height: number;
	legend: LegendItem[];
	marks: Mark[];
	/** Marks are found along the x axis, along the y axis, or one by one. */
	pointing: 'x' | 'y' | 'item' | ((x: number, y: number) => number);
	/** Plot area: the rule that follows the pointer stays inside. */
	plot: { left: number; right: number; top: number; bottom: number };
	valueKey?: ValueKey;
	/** Thickness of a category, shaded under the pointer; absent for a thin rule. */
	band?: number;
	/** Categories left out for want of room. */
	left?: { shown: number; all: number };
	renderer: 'svg' | 'canvas';
}

export const isPhone = (context: Context): boolean => context.width < 480;
