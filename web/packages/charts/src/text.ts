/** Widths and wrapping of text without a DOM, close enough to Inter to lay out labels. */

const NARROW = /[iljtfrI1.,:;'’|!()[\]\s]/;
const WIDE = /[mwMW%@—←→]/;

/** Width in pixels at a font size; errs on the wide side. */
export function textWidth(text: string, size = 12): number {
	let widest = 0;
	for (const line of text.split('\n')) {
		let units = 0;
		for (const letter of line) {
			const code = letter.codePointAt(0) ?? 0;
			if (code > 0x2e80) units += 1;
			else if (letter >= '0' && letter <= '9') units += 0.63;
			else if (NARROW.test(letter)) units += 0.32;
			else if (WIDE.test(letter)) units += 0.88;
			else if (letter !== letter.toLowerCase()) units += 0.69;
			else units += 0.57;
		}
		widest = Math.max(widest, units * size);
	}
	return Math.ceil(widest);
}

let canvas: CanvasRenderingContext2D | null | undefined;
/** Inter's tabular figures and signs all have this width, of the size. */
const TABULAR = 0.65;

/** Width in pixels as the browser draws it with tabular figures; an estimate where there is no browser. */
export function drawnWidth(text: string, size: number, weight = 400): number {
	canvas ??= globalThis.document?.createElement('canvas').getContext('2d') ?? null;
	if (!canvas) return textWidth(text, size);
	canvas.font = `${weight} ${size}px 'Inter Variable', Inter, system-ui, sans-serif`;
	const rest = text.replace(/[\d+\-−=<>×*]/g, '');
	return Math.ceil(canvas.measureText(rest).width + (text.length - rest.length) * TABULAR * size) + 1;
}

/** Cuts a text to a width, with an ellipsis. */
export function shorten(text: string, width: number, size = 12): string {
	if (textWidth(text, size) <= width) return text;
	let kept = '';
	let used = textWidth('…', size);
	for (const letter of text) {
		used += textWidth(letter, size);
		if (used > width) break;
		kept += letter;
	}
	return `${kept.trimEnd()}…`;
}

/** Breaks a text at spaces into at most so many lines of a width; the last is cut if it must be. */
export function wrap(text: string, width: number, lines: number, size = 12): string[] {
	const words = text.split(/[\s\u200b]+/).filter(Boolean);
	const out: string[] = [];
	let line = '';
	for (const [index, word] of words.entries()) {
		const longer = line ? `${line} ${word}` : word;
		if (!line || textWidth(longer, size) <= width) {
			line = longer;
			continue;
		}
		if (out.length === lines - 1) {
			line = [line, ...words.slice(index)].join(' ');
			break;
		}
		out.push(line);
		line = word;
	}
	if (line) out.push(line);
	return out.map((each) => shorten(each, width, size));
}
