import type { Frame, Frames } from '@aracari/api';

type Column = Frame['columns'][number];

/** Shapes come as GeoJSON; charts and tables take them as its text. */
function readableColumn(column: Column): Column {
	if (column.type !== 'geometry') return column;
	return { ...column, values: column.values.map((shape) => (shape === null ? null : JSON.stringify(shape))) };
}

/** Frames with nothing in them but what a cell can show. */
export function readable(frames: Frames): Frames {
	const each = Object.entries(frames).map(([name, frame]): [string, Frame] => [
		name,
		{ ...frame, columns: frame.columns.map(readableColumn) },
	]);
	return Object.fromEntries(each);
}
