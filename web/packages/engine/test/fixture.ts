//! A small app and answers to its questions, for the tests of this package.
import type { AnswerLine, Chart, Filter, Frame, Presentation, QueriesRequest } from '@aracari/api';

export const chart: Chart = { type: 'kpi', fields: [], encoding: { value: 'flights' }, options: {} };
const base = { min: undefined, max: undefined, depends_on: [], has_values: true, default: null };
export const filters: Record<string, Filter> = {
	period: {
		...base,
		id: 'period',
		type: 'date-range',
		label: 'Period',
		has_values: false,
		default: { preset: 'year' },
		presets: [
			{ id: 'year', label: 'Whole year', start: '2013-01-01', end: '2013-12-31' },
			{ id: 'q1', label: 'First quarter', start: '2013-01-01', end: '2013-03-31' },
		],
	},
	origin: { ...base, id: 'origin', type: 'select', label: 'Airport' },
	carrier: { ...base, id: 'carrier', type: 'multi-select', label: 'Carrier', depends_on: ['origin'] },
	route: { ...base, id: 'route', type: 'select', label: 'Route', depends_on: ['carrier'] },
};

export const app: Presentation = {
	id: 'flights',
	version: '1',
	title: 'New York departures',
	locale: 'en',
	locales: ['en', 'fr'],
	privilege: 'viewer',
	theme: {},
	home: {
		title: 'Home',
		filters: ['period', 'origin'],
		sections: [
			{
				id: 'traffic',
				title: 'Traffic',
				tiles: [
					{ id: 'departures', title: 'Departures', width: 1, values: false, chart },
					{ id: 'words', title: 'In short', width: 2, values: true, text: [] },
				],
			},
		],
	},
	chapters: [
		{ id: 'traffic', title: 'Traffic', stories: ['growth', 'map'] },
		{ id: 'punctuality', title: 'Punctuality', stories: ['who'] },
	],
	stories: {
		growth: story('growth', 'traffic', 'When do people leave?'),
		map: story('map', 'traffic', 'Where do they go?'),
		who: { ...story('who', 'punctuality', 'Who leaves on time?'), values: true, second_chart: chart },
	},
	dashboards: [{ id: 'operations', title: 'Opérations', filters: ['period'], items: [] }],
	filters,
	views: [{ id: 'airport', label: 'Airport', all_label: 'All New York' }],
	glossary: [
		{
			id: 'departure',
			term: 'Departure',
			definition: [{ p: ['A flight that ', { b: ['left'] }, '.'] }],
			synonyms: ['take-off'],
		},
	],
};

function story(id: string, chapter: string, title: string): Presentation['stories'][string] {
	return { id, chapter, title, narrative: [], values: false, vars: {}, filters: ['period'], chart };
}

export function frame(columns: Record<string, (string | number | null)[]>): Frame {
	const list = Object.entries(columns).map(([name, values]) => ({
		name,
		type: typeof values[0] === 'number' ? ('number' as const) : ('text' as const),
		values,
	}));
	return { columns: list, rows: list[0]?.values.length ?? 0, truncated: false };
}

export function answer(block: string, value: number): AnswerLine {
	return {
		block,
		frames: { main: frame({ flights: [value] }) },
		cached: false,
		data_time: '2026-01-01T00:00:00Z',
		duration_ms: 1,
	};
}

export function request(blocks: string[], filters: QueriesRequest['filters'] = {}): QueriesRequest {
	return { page: { kind: 'home' }, blocks, filters, view: {} };
}
