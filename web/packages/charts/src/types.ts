/** Shapes of a chart and its data, as the server sends them. */

export type FormatStyle =
	| 'decimal'
	| 'percent'
	| 'currency'
	| 'compact'
	| 'date'
	| 'month'
	| 'year'
	| 'weekday'
	| 'hour'
	| 'duration-minutes'
	| 'text';

export interface Format {
	style: FormatStyle;
	decimals?: number;
	currency?: string;
}

export type HigherIs = 'better' | 'worse' | 'neutral';

export interface Field {
	id: string;
	label: string;
	kind: 'dimension' | 'measure';
	format: Format;
	unit?: string;
	higher_is?: HigherIs;
	/** Grain of a date dimension: day, isoWeek, month, quarter, year, hour, isoDayOfWeek. */
	by?: string;
	/** True when the parts of a measure may be summed. */
	additive?: boolean;
	description?: string;
}

export type ChartType =
	'kpi' | 'bar' | 'line' | 'area' | 'bar-line' | 'donut' | 'leaderboard' | 'heatmap' | 'table' | 'point-map';

export interface ChartOptions {
	orientation?: 'vertical' | 'horizontal';
	stack?: 'grouped' | 'stacked' | 'percent' | boolean;
	target?: number;
	/** `max`, `min`, or the value of the dimension to stress. */
	highlight?: string | number;
	limit?: number;
	others_after?: number;
	compare?: 'previous-period' | 'previous-point';
	compare_label?: string;
	trend?: { field: string; by: string };
	/** Fields that ordered the rows; a leading `-` means descending. */
	sort?: string[];
}

export interface Chart {
	type: ChartType;
	/** In the order of the main frame's columns. */
	fields: Field[];
	/** Role to field id or ids: x, y, series, group, value, bars, lines, latitude, … */
	encoding: Record<string, string | string[]>;
	options: ChartOptions;
}

export type Value = string | number | boolean | null;

export interface FrameColumn {
	name: string;
	/** Dates are epoch milliseconds in UTC, shapes the text of their GeoJSON. */
	type: 'text' | 'number' | 'boolean' | 'date' | 'geometry';
	values: Value[];
}

export interface Frame {
	columns: FrameColumn[];
	rows: number;
	truncated: boolean;
}

/** `main` always; `previous` and `trend` for figures. */
export type Frames = Record<string, Frame>;

export type Theme = 'light' | 'dark';
export type Size = 'tile' | 'story' | 'dashboard';
