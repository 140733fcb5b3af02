/** Charts of the gallery: the demo's numbers, and the states that break pictures. */
import type { Chart, Field, Format, Frame, Frames, Value } from '../src/types';
import raw from './data.json';

export interface Sample {
	name: string;
	chart: Chart;
	frames: Frames;
	/** Left out of the tile sizes. */
	wide?: boolean;
}

const data = raw as unknown as Record<string, Frame>;

const pick = (name: string, columns: string[]): Frame => {
	const frame = data[name]!;
	return { ...frame, columns: columns.map((column) => frame.columns.find((each) => each.name === column)!) };
};
const where = (frame: Frame, keep: (row: number) => boolean): Frame => {
	const rows = Array.from({ length: frame.rows }, (_, row) => row).filter(keep);
	return { ...frame, rows: rows.length, columns: frame.columns.map((column) => ({ ...column, values: rows.map((row) => column.values[row]!) })) };
};
const made = (columns: [string, Frame['columns'][0]['type'], Value[]][]): Frame => ({
	columns: columns.map(([name, type, values]) => ({ name, type, values })),
	rows: columns[0]![2].length,
	truncated: false,
});

const format = (style: Format['style'], decimals?: number): Format => ({ style, decimals });
const dimension = (id: string, label: string, more: Partial<Field> = {}): Field => ({ id, label, kind: 'dimension', format: format('text'), ...more });
const measure = (id: string, label: string, more: Partial<Field> = {}): Field => ({ id, label, kind: 'measure', format: format('decimal'), higher_is: 'neutral', ...more });

const date = (by: string): Field => dimension('date', 'Date', { format: format('date'), by });
const carrier = dimension('carrier', 'Carrier');
const origin = dimension('origin', 'Airport');
const flights = measure('flights', 'Departures', { format: format('decimal', 0), additive: true });
const onTime = measure('on_time', 'On-time rate', { format: format('percent', 1), higher_is: 'better' });
const delay = measure('delay', 'Average delay', { format: format('decimal', 1), unit: 'min', higher_is: 'worse' });

const names = Array.from({ length: 200 }, (_, index) => `Category ${String(index + 1).padStart(3, '0')}`);
const sizes = names.map((_, index) => Math.round(90000 / (index + 1) ** 0.8));
const empty = made([['carrier', 'text', []], ['flights', 'number', []]]);

const one = (name: string, type: Chart['type'], fields: Field[], encoding: Chart['encoding'], main: Frame, options: Chart['options'] = {}, more: Partial<Sample> & { trend?: Frame; previous?: Frame } = {}): Sample => {
	const { trend, previous, ...rest } = more;
	const frames: Frames = { main };
	if (trend) frames.trend = trend;
	if (previous) frames.previous = previous;
	return { name, chart: { type, fields, encoding, options }, frames, ...rest };
};

const single = (value: number | null, id: string): Frame => made([[id, 'number', [value]]]);
const xy = { x: 'carrier', y: ['flights'] };

export const samples: Sample[] = [
	one('kpi departures', 'kpi', [flights], { value: 'flights' }, single(336776, 'flights'), { compare: 'previous-period', compare_label: 'vs 2012', trend: { field: 'date', by: 'month' } }, { previous: single(329310, 'flights'), trend: pick('by_month', ['date', 'flights']) }),
	one('kpi on time', 'kpi', [onTime], { value: 'on_time' }, single(0.7843, 'on_time'), { compare: 'previous-period', compare_label: 'vs 2012', target: 0.8, trend: { field: 'date', by: 'month' } }, { previous: single(0.7912, 'on_time'), trend: pick('by_month', ['date', 'on_time']) }),
	one('kpi delay', 'kpi', [delay], { value: 'delay' }, single(12.64, 'delay'), { compare: 'previous-period', target: 15, trend: { field: 'date', by: 'day' } }, { previous: single(13.4, 'delay'), trend: pick('by_day', ['date', 'delay']) }),
	one('kpi money', 'kpi', [measure('revenue', 'Revenue', { format: { style: 'currency', currency: 'EUR' }, higher_is: 'better' })], { value: 'revenue' }, single(123456789.5, 'revenue'), {}, {}),
	one('kpi none', 'kpi', [delay], { value: 'delay' }, single(null, 'delay'), { target: 15 }),
	one('bar months', 'bar', [date('month'), flights], { x: 'date', y: ['flights'] }, pick('by_month', ['date', 'flights']), { highlight: 'max' }),
	one('bar weekdays', 'bar', [dimension('weekday', 'Weekday', { format: format('weekday') }), flights], { x: 'weekday', y: ['flights'] }, pick('by_weekday', ['weekday', 'flights'])),
	one('bar days', 'bar', [date('day'), flights], { x: 'date', y: ['flights'] }, pick('by_day', ['date', 'flights'])),
	one('bar carriers', 'bar', [carrier, flights], xy, pick('by_carrier', ['carrier', 'flights'])),
	one('bar target', 'bar', [carrier, onTime], { x: 'carrier', y: ['on_time'] }, pick('by_carrier', ['carrier', 'on_time']), { orientation: 'horizontal', target: 0.8, highlight: 'max' }),
	one('bar origin target', 'bar', [origin, onTime], { x: 'origin', y: ['on_time'] }, pick('by_origin', ['origin', 'on_time']), { target: 0.8 }),
	one('bar grouped', 'bar', [date('month'), origin, flights], { x: 'date', y: ['flights'], series: 'origin' }, pick('by_month_origin', ['date', 'origin', 'flights'])),
	one('bar stacked', 'bar', [date('month'), origin, flights], { x: 'date', y: ['flights'], series: 'origin' }, pick('by_month_origin', ['date', 'origin', 'flights']), { stack: 'stacked' }),
	one('bar percent', 'bar', [carrier, origin, flights], { x: 'carrier', y: ['flights'], series: 'origin' }, pick('by_carrier_origin', ['carrier', 'origin', 'flights']), { stack: 'percent', orientation: 'horizontal' }),
	one('bar percent months', 'bar', [date('month'), origin, flights], { x: 'date', y: ['flights'], series: 'origin' }, pick('by_month_origin', ['date', 'origin', 'flights']), { stack: 'percent' }),
	one('bar negative', 'bar', [carrier, measure('change', 'Change', { format: format('decimal', 1), unit: 'min' })], { x: 'carrier', y: ['change'] }, made([['carrier', 'text', ['Alaska', 'Delta', 'United', 'JetBlue', 'Envoy', 'Frontier']], ['change', 'number', [6.4, 3.1, 0, -2.2, null, -8.7]]])),
	one('bar negative lying', 'bar', [carrier, measure('change', 'Change', { format: format('decimal', 1), unit: 'min' })], { x: 'carrier', y: ['change'] }, made([['carrier', 'text', ['Alaska', 'Delta', 'United', 'JetBlue', 'Envoy', 'Frontier']], ['change', 'number', [6.4, 3.1, 0, -2.2, null, -8.7]]]), { orientation: 'horizontal' }),
	one('bar one', 'bar', [carrier, flights], xy, made([['carrier', 'text', ['United Air Lines']], ['flights', 'number', [58665]]])),
	one('bar 200', 'bar', [carrier, flights], xy, made([['carrier', 'text', names], ['flights', 'number', sizes]])),
	one('bar none', 'bar', [carrier, flights], xy, empty),
	one('line months', 'line', [date('month'), onTime], { x: 'date', y: ['on_time'] }, pick('by_month', ['date', 'on_time']), { target: 0.8 }),
	one('line days', 'line', [date('day'), delay], { x: 'date', y: ['delay'] }, pick('by_day', ['date', 'delay'])),
	one('line origins', 'line', [date('month'), origin, onTime], { x: 'date', y: ['on_time'], series: 'origin' }, pick('by_month_origin', ['date', 'origin', 'on_time'])),
	one('line carriers', 'line', [date('month'), carrier, delay], { x: 'date', y: ['delay'], series: 'carrier' }, pick('by_month_carrier', ['date', 'carrier', 'delay'])),
	one('line gap', 'line', [date('month'), delay], { x: 'date', y: ['delay'] }, where(pick('by_month', ['date', 'delay']), (row) => row !== 4 && row !== 6)),
	one('line one', 'line', [date('month'), delay], { x: 'date', y: ['delay'] }, where(pick('by_month', ['date', 'delay']), (row) => row === 4)),
	one('line two weeks', 'line', [date('day'), delay], { x: 'date', y: ['delay'] }, where(pick('by_day', ['date', 'delay']), (row) => row >= 20 && row < 40)),
	one('area', 'area', [date('day'), flights], { x: 'date', y: ['flights'] }, pick('by_day', ['date', 'flights'])),
	one('area stacked', 'area', [date('month'), origin, flights], { x: 'date', y: ['flights'], series: 'origin' }, pick('by_month_origin', ['date', 'origin', 'flights']), { stack: 'stacked' }),
	one('bar-line two axes', 'bar-line', [date('month'), flights, onTime], { x: 'date', bars: ['flights'], lines: ['on_time'] }, pick('by_month', ['date', 'flights', 'on_time'])),
	one('bar-line one axis', 'bar-line', [date('month'), flights, measure('plan', 'Planned', { format: format('decimal', 0) })], { x: 'date', bars: ['flights'], lines: ['plan'] }, { ...pick('by_month', ['date', 'flights']), columns: [...pick('by_month', ['date', 'flights']).columns, { name: 'plan', type: 'number', values: Array.from({ length: 12 }, (_, month) => 26500 + month * 300) }] }),
	one('donut', 'donut', [origin, flights], { group: 'origin', value: 'flights' }, pick('by_origin', ['origin', 'flights'])),
	one('donut others', 'donut', [carrier, flights], { group: 'carrier', value: 'flights' }, pick('by_carrier', ['carrier', 'flights']), { others_after: 5 }),
	one('donut one', 'donut', [origin, flights], { group: 'origin', value: 'flights' }, made([['origin', 'text', ['JFK']], ['flights', 'number', [111279]]])),
	one('leaderboard', 'leaderboard', [carrier, onTime], { group: 'carrier', value: 'on_time' }, pick('by_carrier', ['carrier', 'on_time']), { target: 0.8, limit: 10 }),
	one('leaderboard routes', 'leaderboard', [dimension('place', 'Destination'), flights], { group: 'place', value: 'flights' }, pick('by_dest', ['place', 'flights'])),
	one('heatmap', 'heatmap', [dimension('hour', 'Hour', { format: format('hour') }), dimension('weekday', 'Weekday', { format: format('weekday') }), delay], { x: 'hour', y: 'weekday', value: 'delay' }, where(pick('by_hour_weekday', ['hour', 'weekday', 'delay']), (row) => row % 29 !== 7)),
	one('heatmap months', 'heatmap', [date('month'), carrier, delay], { x: 'date', y: 'carrier', value: 'delay' }, pick('by_month_carrier', ['date', 'carrier', 'delay'])),
	one('table', 'table', [carrier, flights, onTime, delay], { dimensions: ['carrier'], values: ['flights', 'on_time', 'delay'] }, pick('by_carrier', ['carrier', 'flights', 'on_time', 'delay'])),
	one('table long', 'table', [date('day'), carrier, dimension('flight', 'Flight'), origin, dimension('place', 'Destination'), measure('dep_delay', 'Delay', { unit: 'min' }), measure('distance', 'Distance', { unit: 'mi' })], { rows: [] }, { ...pick('raw', ['date', 'carrier', 'flight', 'origin', 'place', 'dep_delay', 'distance']), truncated: true }),
	one('map', 'point-map', [dimension('lat', 'Latitude'), dimension('lon', 'Longitude'), dimension('place', 'Destination'), flights], { latitude: 'lat', longitude: 'lon', label: 'place', group: ['place'], size: 'flights' }, pick('by_dest', ['lat', 'lon', 'place', 'flights'])),
	one('map colour', 'point-map', [dimension('lat', 'Latitude'), dimension('lon', 'Longitude'), dimension('place', 'Destination'), flights, delay], { latitude: 'lat', longitude: 'lon', label: 'place', group: ['place'], size: 'flights', color: 'delay' }, where(pick('by_dest', ['lat', 'lon', 'place', 'flights', 'delay']), (row) => row % 2 === 0)),
	one('map world', 'point-map', [dimension('lat', 'Latitude'), dimension('lon', 'Longitude'), dimension('place', 'City'), flights], { latitude: 'lat', longitude: 'lon', label: 'place', group: ['place'], size: 'flights' }, made([['lat', 'number', [48.85, 40.7, 35.7, -33.9, -23.5, 1.35, 55.75, 30]], ['lon', 'number', [2.35, -74, 139.7, 151.2, -46.6, 103.8, 37.6, 31.2]], ['place', 'text', ['Paris', 'New York', 'Tokyo', 'Sydney', 'São Paulo', 'Singapore', 'Moscow', 'Cairo']], ['flights', 'number', [900, 700, 650, 200, 300, 420, 100, 260]]])),
];
