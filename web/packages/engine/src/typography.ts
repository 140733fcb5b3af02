//! What a typesetter does to an author's words: spaces that must not break, capitals only where a sentence begins.
import type { Format, Inline, Presentation, RichText } from '@aracari/api';

const nbsp = '\u00a0';
const narrowNbsp = '\u202f';
const wordJoiner = '\u2060';
/** Where an author's words stand in a presentation; all else names things, or is compared with data. */
const titles = ['title', 'subtitle', 'second_title', 'description', 'label', 'all_label', 'source', 'alt'];
const richText = ['p', 'h', 'list', 'b', 'i', 'c', 'link'];
const worded = new Set([...titles, ...richText]);

/** French sets a space before its high punctuation and inside its quotation marks; a plain one would break there. */
function french(text: string): string {
	return (
		text
			.replace(/ ([;!?]+)/g, `${narrowNbsp}$1`)
			.replace(/ :/g, `${nbsp}:`)
			.replace(/« /g, `«${nbsp}`)
			// A question turned round stays whole: « où va-t-elle ».
			.replace(/-(?:t-)?(?=(?:elles?|ils?|on|ce)(?!\p{L}))/giu, (link) => link.replaceAll('-', `-${wordJoiner}`))
			.replace(/ »/g, `${nbsp}»`)
	);
}

/** The presentation with its words set as its language asks. */
export function typeset(app: Presentation): Presentation {
	return app.locale.startsWith('fr') ? (inWords(app) as Presentation) : app;
}

function inWords(part: unknown, key = ''): unknown {
	if (typeof part === 'string') return worded.has(key) ? french(part) : part;
	if (Array.isArray(part)) return part.map((one) => inWords(one, key));
	// Roles of a chart have names of columns, a role being a label too.
	if (typeof part !== 'object' || part === null || key === 'encoding') return part;
	return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, inWords(one, name)]));
}

/** A figure and the word that follows it stay on one line. */
export function afterFigure(text: string, figure: unknown): string {
	return typeof figure === 'number' ? text.replace(/^ (?=\p{L})/u, nbsp) : text;
}

/** The values with which a sentence of the text begins. */
export function openings(text: RichText): Set<Inline> {
	const found = new Set<Inline>();
	for (const block of text) {
		const lines = 'p' in block ? [block.p] : 'h' in block ? [block.h] : block.list;
		for (const line of lines) {
			let said = '';
			walk(line, (part) => {
				if (typeof part !== 'string' && /(^|[.!?…]\s+)$/.test(said)) found.add(part);
				said += typeof part === 'string' ? part : '0';
			});
		}
	}
	return found;
}

function walk(parts: Inline[], visit: (part: Inline) => void): void {
	for (const part of parts) {
		if (typeof part === 'string' || 'value' in part) visit(part);
		else if ('code' in part) visit(part.code);
		else walk('b' in part ? part.b : 'i' in part ? part.i : 'link' in part ? part.link : part.c, visit);
	}
}

/** French writes months and days of the week small, but for the first word of a sentence. */
export function withinSentence(words: string, { style }: Format, locale: string, opens: boolean): string {
	const small = !opens && locale.startsWith('fr') && (style === 'month' || style === 'weekday');
	return small ? words.charAt(0).toLocaleLowerCase(locale) + words.slice(1) : words;
}
