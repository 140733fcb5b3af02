/** A line of a trend without axes, as SVG paths. */

export interface Spark {
	line: string;
	area: string;
	last: { x: number; y: number } | null;
}

/** Gaps break the line; the picture keeps room for the dot at its end. */
export function spark(values: (number | null)[], width: number, height: number, inset = 5): Spark {
	const known = values.filter((value): value is number => value !== null);
	if (known.length === 0 || width <= 0) return { line: '', area: '', last: null };
	const low = Math.min(...known);
	const high = Math.max(...known);
	const x = (index: number): number =>
		values.length > 1 ? inset / 2 + (index / (values.length - 1)) * (width - inset * 1.5) : width - inset;
	const y = (value: number): number =>
		high > low ? inset + (1 - (value - low) / (high - low)) * (height - inset * 2) : height / 2;
	const at = (value: number): string => String(Math.round(value * 10) / 10);
	let line = '';
	let area = '';
	let run: number[] = [];
	const close = (): void => {
		if (run.length === 0) return;
		const points = run.map((index) => `${at(x(index))},${at(y(values[index]!))}`);
		if (run.length === 1 && values.length > 1) points.push(points[0]!);
		line += `M${points.join('L')}`;
		area += `M${at(x(run[0]!))},${at(height)}L${points.join('L')}L${at(x(run[run.length - 1]!))},${at(height)}Z`;
		run = [];
	};
	let end = -1;
	values.forEach((value, index) => {
		if (value === null) return close();
		run.push(index);
		end = index;
	});
	close();
	return { line, area, last: { x: x(end), y: y(values[end]!) } };
}
