/** Finds what the pointer or the keyboard is at. */
import type { Plan } from './plan';

export function markAt(plan: Plan, x: number, y: number): number {
	const { marks, pointing, plot } = plan;
	if (typeof pointing === 'function') return pointing(x, y);
	const slack = 8;
	if (x < plot.left - slack || x > plot.right + slack || y < plot.top - slack || y > plot.bottom + slack) return -1;
	let found = -1;
	let best = Infinity;
	marks.forEach((mark, index) => {
		const distance =
			pointing === 'y'
				? Math.abs(mark.y - y)
				: pointing === 'x'
					? Math.abs(mark.x - x)
					: Math.hypot(mark.x - x, mark.y - y);
		if (distance < best) [found, best] = [index, distance];
	});
	return found;
}

/** Index after a key; `null` when the key means nothing here. */
export function markAfter(plan: Plan, at: number, key: string): number | null {
	const count = plan.marks.length;
	if (count === 0) return null;
	switch (key) {
		case 'ArrowRight':
		case 'ArrowDown':
			return at < 0 ? 0 : Math.min(count - 1, at + 1);
		case 'ArrowLeft':
		case 'ArrowUp':
			return at < 0 ? count - 1 : Math.max(0, at - 1);
		case 'Home':
			return 0;
		case 'End':
			return count - 1;
		case 'Escape':
			return -1;
		default:
			return null;
	}
}
