//! Finds stories, dashboards and words of the glossary as one types.
import type { Presentation, RichText } from '@aracari/api';
import { readingOrder, storyOf } from './blocks.ts';
import type { Route } from './route.ts';

export type Hit = {
	key: string;
	kind: 'home' | 'story' | 'dashboard' | 'term';
	title: string;
	/** Chapter of a story, start of a definition. */
	context: string;
	route?: Route;
	definition?: RichText;
};
type Entry = Hit & { words: string; more: string };

/** Letters without accents or case, so that `meteo` finds `Météo`. */
export function fold(text: string): string {
	return text
		.normalize('NFKD')
		.replace(/[\p{M}\u2060]/gu, '')
		.toLowerCase();
}

export function buildIndex(app: Presentation, home: string): Entry[] {
	const entries: Entry[] = [
		entry({ key: 'home', kind: 'home', title: home, context: app.title, route: { page: 'home', app: app.id } }),
	];
	for (const id of readingOrder(app)) {
		const story = storyOf(app, id);
		if (!story) continue;
		const chapter = app.chapters.find((one) => one.id === story.chapter)?.title ?? '';
		entries.push(
			entry({
				key: `story/${id}`,
				kind: 'story',
				title: story.title,
				context: chapter,
				route: { page: 'story', app: app.id, id },
			}),
		);
	}
	for (const { id, title, description = '' } of app.dashboards) {
		entries.push(
			entry({
				key: `dashboard/${id}`,
				kind: 'dashboard',
				title,
				context: description,
				route: { page: 'dashboard', app: app.id, id },
			}),
		);
	}
	for (const { id, term, definition, synonyms } of app.glossary) {
		const context = plainText(definition);
		entries.push(entry({ key: `term/${id}`, kind: 'term', title: term, context, definition }, synonyms.join(' ')));
	}
	return entries;
}

function entry(hit: Hit, synonyms = ''): Entry {
	return { ...hit, words: fold(`${hit.title} ${synonyms}`), more: fold(hit.context) };
}

/** Entries that hold every word of the query; a hit in the title counts more than one beside it, a word's start more than its middle. */
export function find(index: readonly Entry[], query: string, limit = 12): Hit[] {
	const words = fold(query).split(/\s+/).filter(Boolean);
	if (words.length === 0) return index.slice(0, limit);
	const scored = index.map((one, order) => ({ one, order, score: score(one, words) })).filter(({ score }) => score > 0);
	scored.sort((left, right) => right.score - left.score || left.order - right.order);
	return scored.slice(0, limit).map(({ one }) => one);
}

function score(one: Entry, words: readonly string[]): number {
	let total = 0;
	for (const word of words) {
		const points = placeOf(one.words, word) * 3 || placeOf(one.more, word);
		if (points === 0) return 0;
		total += points;
	}
	return total;
}

function placeOf(text: string, word: string): number {
	const at = text.indexOf(word);
	if (at < 0) return 0;
	return at === 0 ? 3 : ` ${text}`.includes(` ${word}`) ? 2 : 1;
}

/** A text without its marks, for lists and labels. */
export function plainText(text: RichText): string {
	const inline = (part: RichText[number] | unknown): string => {
		if (typeof part === 'string') return part;
		if (Array.isArray(part)) return part.map(inline).join('');
		if (typeof part !== 'object' || part === null) return '';
		if ('code' in part) return String(part.code);
		return Object.entries(part)
			.filter(([key]) => ['p', 'list', 'h', 'b', 'i', 'link', 'c'].includes(key))
			.map(([, child]) => inline(child))
			.join('');
	};
	return text.map(inline).join(' ');
}
