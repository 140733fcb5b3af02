/** One chart type a file: (chart, frame, context) to a plan with its ECharts option. No DOM, no ECharts code. */
import type { Outline } from '../outline';
import type { Context, Plan } from '../plan';
import type { Chart, Frame } from '../types';
import { area } from './area';
import { bar } from './bar';
import { barLine } from './bar-line';
import { donut } from './donut';
import { heatmap } from './heatmap';
import { line } from './line';
import { pointMap } from './point-map';

const empty: Frame = { columns: [], rows: 0, truncated: false };

export function plan(chart: Chart, frame: Frame = empty, context: Context, outline: Outline | null = null): Plan {
	switch (chart.type) {
		case 'line':
			return line(chart, frame, context);
		case 'area':
			return area(chart, frame, context);
		case 'bar-line':
			return barLine(chart, frame, context);
		case 'donut':
			return donut(chart, frame, context);
		case 'heatmap':
			return heatmap(chart, frame, context);
		case 'point-map':
			return pointMap(chart, frame, context, outline);
		default:
			return bar(chart, frame, context);
	}
}
