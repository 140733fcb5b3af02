/** Bars: chooses upright or lying by the names and the room; see `bar-vertical` and `bar-horizontal`. */
import { namesFit } from '../cartesian';
import { ids, readGrid } from '../data';
import type { Context, Plan } from '../plan';
import type { Chart, Frame } from '../types';
import { barHorizontal } from './bar-horizontal';
import { barVertical, orderSeries } from './bar-vertical';

/** Narrower bars than this cannot be told apart. */
const THINNEST = 5;

export function bar(chart: Chart, frame: Frame, context: Context): Plan {
	const grid = orderSeries(chart, frame, readGrid(chart, frame, ids(chart, 'y'), context.locale));
	if (chart.options.orientation === 'horizontal') return barHorizontal(chart, grid, context);
	// One or two bars lie: upright they would stand lost in their picture.
	const few = grid.keys.length <= 2 && grid.series.length === 1 && !grid.natural && context.size !== 'tile';
	if (few && chart.options.orientation === undefined) return barHorizontal(chart, grid, context);
	const pitch = (context.width - 40) / Math.max(1, grid.keys.length);
	const thin = pitch < THINNEST && !grid.time;
	if (!grid.natural && (thin || !namesFit(context, grid, pitch))) return barHorizontal(chart, grid, context);
	return barVertical(chart, grid, context);
}
