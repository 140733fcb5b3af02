/** Colours of the charts, light and dark. */
import type { Theme } from './types';

export const palette: Record<Theme, readonly string[]> = {
	light: ['#0B6BCB', '#D9730D', '#0F8F83', '#A13D8F', '#6B7A10', '#C2364B', '#5B5BD6', '#7A5C3E'],
	dark: ['#5AA9F5', '#F0A04B', '#3CC4B4', '#D987C8', '#B5C24A', '#F2808F', '#A3A3FF', '#C9A37F'],
};
