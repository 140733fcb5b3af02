/** Eight colours in an order that keeps neighbours apart, also for colour-blind readers; light and dark. */
import type { Theme } from './types';

export const palette: Record<Theme, readonly string[]> = {
	light: ['#0B6BCB', '#D37F11', '#0A5558', '#E04A80', '#79661C', '#8C88DD', '#821C04', '#532994'],
	dark: ['#5AA2EE', '#E8782A', '#62DCD2', '#C9609C', '#E6DE98', '#8A66EA', '#C8A197', '#93C524'],
};
