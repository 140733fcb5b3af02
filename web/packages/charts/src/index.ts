/** The charts: one component that draws any chart, and the formats shared with text. */
export { default as ChartView } from './components/ChartView.svelte';
export { ColorMemory } from './colors';
export { formatEvolution, formatValue } from './format';
export type { Evolution, FormatOptions } from './format';
export { palette } from './palette';
export { chartPreload } from './preload';
export type * from './types';
