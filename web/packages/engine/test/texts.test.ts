import type { NarrativeCondition, RichText } from '@aracari/api';
import { describe, expect, it } from 'vitest';
import { accentTones, contrastOf } from '../src/accent.ts';
import { figureLines, neighbours, pageBlocks, pageFilters, trendHeight } from '../src/blocks.ts';
import { formatDays, formatInstant, formatUpdate } from '../src/dates.ts';
import { chooseLocale, messages } from '../src/i18n/index.ts';
import { codeParts } from '../src/code-parts.ts';
import { chooseNarrative, impliedFormat, resolveValue, type TextValues } from '../src/narrative.ts';
import { buildIndex, find, plainText } from '../src/search.ts';
import { Ui } from '../src/ui.svelte.ts';
import { app, chart, frame } from './fixture.ts';

describe('values in a text', () => {
	const values: TextValues = {
		frames: { best: frame({ name: ['Hawaiian', 'Delta'], rate: [0.97, 0.8] }), none: frame({ name: [] }) },
		vars: { target: 0.8 },
		filters: new Map<string, string | { start: string; end: string }>([
			['period', { start: '2013-01-01', end: '2013-03-31' }],
			['carrier', 'United, Delta'],
		]),
		view: new Map([['airport', 'All New York']]),
	};
	it.each([
		['best.rate', 0.97],
		['best.name', 'Hawaiian'],
		['none.name', null],
		['vars.target', 0.8],
		['filters.period.end', Date.UTC(2013, 2, 31)],
		['filters.carrier', 'United, Delta'],
		['view.airport', 'All New York'],
	])('%s is found', (path, value) => {
		expect(resolveValue(path, values)).toMatchObject({ known: true, value });
	});
	it.each([
		'best.other',
		'other.rate',
		'vars.__proto__',
		'vars.constructor',
		'__proto__.x',
		'constructor.name',
		'filters.period',
		'',
		'best',
	])('%s is not', (path) => {
		expect(resolveValue(path, values)).toEqual({ known: false });
	});
	it('choose a format when the text names none', () => {
		expect([1200, 0.5, 'a', null].map((value) => impliedFormat(value))).toEqual([
			{ style: 'decimal', decimals: 0 },
			{ style: 'decimal', decimals: 1 },
			{ style: 'text' },
			{ style: 'text' },
		]);
	});
});

describe('a narrative', () => {
	const text = (words: string): RichText => [{ p: [words] }];
	const values = (best: string | null, worst: string | null, rate: number | null = 0.5): TextValues => ({
		frames: { best: frame({ name: [best], rate: [rate] }), worst: frame({ name: [worst] }) },
		vars: { target: 0.8 },
		filters: new Map(),
		view: new Map(),
	});
	const told = (when: NarrativeCondition, given: TextValues): boolean => {
		const story = { ...app.stories['who']!, narrative: text('otherwise'), narratives: [{ when, text: text('chosen') }] };
		return chooseNarrative(story, given) !== story.narrative;
	};
	const same: NarrativeCondition = { value: 'best.name', operator: 'eq', to: { value: 'worst.name' } };

	it('is another one where the best is the worst', () => {
		expect(told(same, values('United', 'United'))).toBe(true);
		expect(told(same, values('United', 'Delta'))).toBe(false);
	});
	it('waits for its data, and never takes nothing for equal', () => {
		expect(told(same, { ...values('United', 'United'), frames: undefined })).toBe(false);
		expect(told(same, values(null, null))).toBe(false);
		expect(told({ value: 'best.name', operator: 'isnull' }, values(null, null))).toBe(true);
		expect(told({ value: 'best.name', operator: 'isnull' }, { ...values(null, null), frames: undefined })).toBe(false);
	});
	it.each([
		['lt', true],
		['le', true],
		['gt', false],
		['ge', false],
		['ne', true],
		['eq', false],
		['notnull', true],
	] as const)('compares numbers: %s', (operator, expected) => {
		expect(told({ value: 'best.rate', operator, to: { number: 0.8 } }, values('a', 'b'))).toBe(expected);
		expect(told({ value: 'best.rate', operator, to: { value: 'vars.target' } }, values('a', 'b'))).toBe(expected);
	});
	it('is the plain one in a story without conditions', () => {
		expect(chooseNarrative(app.stories['who']!, values('a', 'b'))).toBe(app.stories['who']!.narrative);
	});
});

describe('code in a message', () => {
	it.each([
		['`avgg` is unknown here', [['avgg', true], [' is unknown here', false]]],
		['no code', [['no code', false]]],
		['one ` alone', [['one ` alone', false]]],
		['`a` or `b`', [['a', true], [' or ', false], ['b', true]]],
	] as [string, [string, boolean][]][])('%s', (message, parts) => {
		expect(codeParts(message).map((part) => [part.text, part.code])).toEqual(parts);
	});
});

describe('search', () => {
	const index = buildIndex(app, 'Home');
	it.each([
		['', 'home'],
		['who', 'story/who'],
		['leave people', 'story/growth'],
		['operations', 'dashboard/operations'],
		['OPÉRA', 'dashboard/operations'],
		['take', 'term/departure'],
	])('%j finds %s first', (query, key) => {
		expect(find(index, query)[0]?.key).toBe(key);
	});
	it('needs every word', () => {
		expect(find(index, 'who nowhere')).toEqual([]);
		expect(plainText(app.glossary[0]!.definition)).toBe('A flight that left.');
	});
});

describe('a page', () => {
	it('asks for its charts and its values', () => {
		expect([...pageBlocks(app, { kind: 'home' }).keys()]).toEqual(['departures', 'words.values']);
		expect([...pageBlocks(app, { kind: 'story', id: 'who' }).keys()]).toEqual(['values', 'chart', 'second_chart']);
		expect([...pageBlocks(app, { kind: 'story', id: 'constructor' }).keys()]).toEqual([]);
		expect(pageFilters(app, { kind: 'dashboard', id: 'operations' })).toEqual(['period']);
	});
	it('leads to its neighbours across chapters', () => {
		expect(neighbours(app, 'map')).toEqual({ previous: 'growth', next: 'who' });
		expect(neighbours(app, 'who').next).toBeUndefined();
		expect(neighbours(app, 'missing')).toEqual({ previous: undefined, next: undefined });
	});
});

describe('the interface', () => {
	it('says everything in every language', () => {
		const { en, fr } = messages;
		expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
		for (const [key, words] of Object.entries(fr)) expect(typeof words, key).toBe(typeof en[key as keyof typeof en]);
		expect([fr.storyCount(1), fr.storyCount(2), en.storyCount(1)]).toEqual(['1 récit', '2 récits', '1 story']);
		expect([en.tooManyAttempts(1), en.tooManyAttempts(600)]).toEqual([
			'Too many attempts. Try again in 1 second.',
			'Too many attempts. Try again in 10 minutes.',
		]);
	});
	it('chooses the reader’s language and remembers it', () => {
		const kept = new Map<string, string>();
		const storage = {
			getItem: (key: string) => kept.get(key) ?? null,
			setItem: (key: string, value: string) => void kept.set(key, value),
		};
		const ui = new Ui({ languages: ['de', 'fr-CA'], storage, prefersDark: true });
		expect([ui.locale, ui.theme, ui.t.home]).toEqual(['fr', 'dark', 'Accueil']);
		ui.suggestLocale('en');
		expect(ui.locale).toBe('en');
		ui.chooseLocale('fr');
		ui.chooseTheme('light');
		ui.suggestLocale('en');
		const next = new Ui({ languages: ['en'], storage, prefersDark: true });
		expect([ui.locale, next.locale, next.theme]).toEqual(['fr', 'fr', 'light']);
		expect(chooseLocale([null, '__proto__', 'xx'])).toBe('en');
	});
	it('works where storage is forbidden', () => {
		const refuse = (): never => {
			throw new Error('denied');
		};
		const ui = new Ui({ languages: [], storage: { getItem: refuse, setItem: refuse }, prefersDark: false });
		ui.chooseTheme('dark');
		expect(ui.theme).toBe('dark');
	});
	it.each(['#0B6BCB', '#FFEE00', '#111111', '#FFFFFF', '#ff0000'])('makes %s readable in light and dark', (accent) => {
		for (const [theme, surface] of [
			['light', '#ffffff'],
			['dark', '#161a20'],
		] as const) {
			const tones = accentTones(accent, theme)!;
			expect(contrastOf(tones.text, surface)).toBeGreaterThanOrEqual(4.5);
			expect(contrastOf(tones.on, tones.fill)).toBeGreaterThanOrEqual(4.5);
		}
	});
	it('takes nothing but a colour for an accent', () => {
		for (const text of ['red', 'url(//x)', '#12', '#0B6BCB;background:url(x)'])
			expect(accentTones(text, 'light')).toBeNull();
	});
	it('keeps as many lines free below the figures of a row as the fullest has', () => {
		const of = (options: typeof chart.options, type = chart.type) => ({ chart: { ...chart, type, options } });
		const trend = { field: 'date', by: 'month' as const };
		expect(figureLines([])).toBe(0);
		expect(figureLines([of({}), of({ target: 0 })])).toBe(24);
		expect(figureLines([of({ target: 1, compare: 'previous-point' }), of({ target: 1 }, 'bar'), {}])).toBe(48);
		expect([chart, of({ trend }).chart].map(trendHeight)).toEqual([0, 52]);
	});
	it('writes days without shifting them', () => {
		expect(formatDays('2013-01-01', '2013-03-31', 'en').replaceAll('\u2009', ' ')).toBe('1 Jan – 31 Mar 2013');
		expect(formatInstant('nonsense', 'en')).toBe('');
		expect(formatUpdate('nonsense', 'en')).toBe('');
	});
	it('says when data was updated, with its day where it stands alone', () => {
		const [then, now] = [new Date(2013, 4, 3, 18, 5), new Date(2013, 4, 3, 20)];
		const [iso, tomorrow] = [then.toISOString(), now.getTime() + 86_400_000];
		expect(formatInstant(iso, 'en', now.getTime())).toBe('18:05');
		expect(formatUpdate(iso, 'en', now.getTime())).toBe('today, 18:05');
		expect(formatUpdate(iso, 'fr', now.getTime())).toBe('aujourd’hui, 18:05');
		expect(formatUpdate(iso, 'en', tomorrow)).toBe('3 May 2013, 18:05');
	});
});
