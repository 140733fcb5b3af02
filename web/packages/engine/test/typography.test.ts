import type { Inline, RichText } from '@aracari/api';
import { describe, expect, it } from 'vitest';
import { afterFigure, openings, typeset, withinSentence } from '../src/typography.ts';
import { app, chart } from './fixture.ts';

describe('typesetting', () => {
	it('keeps French punctuation with its word, and leaves names of data alone', () => {
		const home = { ...app.home, title: 'Qui part « à l’heure » ? Réponse : eux ; eux !' };
		const told = { ...chart, encoding: { label: 'prix : net' }, options: { highlight: 'Oui ?' } };
		const narrative: RichText = [{ p: ['Vrai ', { b: ['ou faux ?'] }, { value: 'a -il' }, { term: 'b-on', c: ['a ?'] }] }];
		const story = { ...app.stories['growth']!, title: 'Et après ?', chart: told, narrative };
		const chapters = [{ ...app.chapters[0]!, stories: ['who-leaves-on-time'] }];
		const set = typeset({ ...app, locale: 'fr', home, chapters, stories: { growth: story } });

		expect(set.home.title).toBe(
			'Qui part «\u00a0à l’heure\u00a0»\u202f? Réponse\u00a0: eux\u202f; eux\u202f!',
		);
		expect(set.stories['growth']!.title).toBe('Et après\u202f?');
		expect(set.stories['growth']!.chart).toEqual(told);
		expect(set.stories['growth']!.narrative).toEqual([
			{ p: ['Vrai ', { b: ['ou faux\u202f?'] }, { value: 'a -il' }, { term: 'b-on', c: ['a\u202f?'] }] },
		]);
		expect(set.chapters[0]!.stories).toEqual(['who-leaves-on-time']);
	});
	it('keeps a French question whole', () => {
		const home = { ...app.home, title: 'Où va-t-elle, ouvrez-en, sont-ils là, peut-on, arc-en-ciel' };
		const { title } = typeset({ ...app, locale: 'fr', home }).home;
		expect(title).toBe('Où va-\u2060t-\u2060elle, ouvrez-en, sont-\u2060ils là, peut-\u2060on, arc-en-ciel');
	});
	it('leaves other languages as they are', () => {
		expect(typeset(app)).toBe(app);
	});
	it('binds a figure to the word after it', () => {
		expect(afterFigure(' minutes late', 6.9)).toBe('\u00a0minutes late');
		expect(afterFigure(' of them', 'Delta')).toBe(' of them');
		expect(afterFigure(', then', 6.9)).toBe(', then');
	});
	it('writes a month small within a French sentence, large at its beginning', () => {
		const value = (path: string): Inline => ({ value: path });
		const [first, inside, second, item] = ['a', 'b', 'c', 'd'].map(value) as [Inline, Inline, Inline, Inline];
		const text: RichText = [
			{ p: [{ b: [first] }, ' est pire que ', { b: [inside] }, '. ', second, ' suit.'] },
			{ list: [[item]], ordered: false },
		];
		expect(openings(text)).toEqual(new Set([first, second, item]));
		expect(withinSentence('Février 2013', { style: 'month' }, 'fr', false)).toBe('février 2013');
		expect(withinSentence('Février 2013', { style: 'month' }, 'fr', true)).toBe('Février 2013');
		expect(withinSentence('February 2013', { style: 'month' }, 'en', false)).toBe('February 2013');
		expect(withinSentence('Delta', { style: 'text' }, 'fr', false)).toBe('Delta');
	});
});
