/** Fetches the code of a chart type before its data has come. */
import type { ChartType } from './types';

export const loadEngine = () => import('./engine');
export const loadOutline = () => import('./outline').then((module) => module.outline());
export const loadTable = () => import('./components/Table.svelte');

const DRAWN: ChartType[] = ['bar', 'line', 'area', 'bar-line', 'donut', 'heatmap', 'point-map'];

export const isDrawn = (type: ChartType): boolean => DRAWN.includes(type);

/** Starts loading; it never rejects, for the chart itself reports what failed. */
export async function chartPreload(type: ChartType): Promise<void> {
	const parts: Promise<unknown>[] = [];
	if (isDrawn(type)) parts.push(loadEngine());
	if (type === 'point-map') parts.push(loadOutline());
	if (type === 'table') parts.push(loadTable());
	await Promise.allSettled(parts);
}
