/** Fetches the code of a chart type before its data has come. */
import type { ChartType } from './types';

export async function chartPreload(type: ChartType): Promise<void> {
	void type;
}
