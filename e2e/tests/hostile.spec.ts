//! Attack 44: texts that try to run, in every place of an app that a text can reach, stay texts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { addReaders, serve } from '../support/server.ts';

const PAYLOADS = [
	'<script>window.attacked=1</script>',
	'<img src=x onerror="window.attacked=1">',
	'<svg/onload=window.attacked=1>',
	'"><iframe srcdoc="<script>parent.attacked=1</script>">',
	"'-(window.attacked=1)-'",
	'<a href="javascript:window.attacked=1">press</a>',
	'<math><mtext></p><style><img src=x onerror=window.attacked=1>',
	'<details open ontoggle=window.attacked=1>',
	'{{constructor.constructor("window.attacked=1")()}}',
	'${window.attacked=1}',
	'<%= window.attacked=1 %>',
	'{{7*7}}',
	'__proto__',
	'constructor',
	'</title><script>window.attacked=1</script>',
	'<style>@import url(http://127.0.0.1:9/)</style>',
	'<body onload=window.attacked=1>',
	'\u202Egnp.exe',
	'<template><script>window.attacked=1</script></template>',
	'javascript:window.attacked=1',
];

/** A placeholder is refused in a text that is no template; it still comes with the data. */
const TEXTS = PAYLOADS.filter((payload) => !payload.includes('{{'));

/** An app whose every text is one of the payloads. */
function writeApp(folder: string): void {
	mkdirSync(join(folder, 'data'), { recursive: true });
	const csv = (text: string): string => `"${text.replaceAll('"', '""')}"`;
	const rows = PAYLOADS.map(
		(payload, index) => `${csv(payload)},2013-0${(index % 9) + 1}-01,${index + 1},${30 + index},${-100 + index}`,
	);
	writeFileSync(join(folder, 'data/rows.csv'), `name,day,amount,lat,lon\n${rows.join('\n')}\n`);
	const text = (index: number): string => TEXTS[index % TEXTS.length] ?? '';
	const chart = (rest: object): object => ({ dataset: 'rows', ...rest });
	const app = {
		id: 'hostile',
		title: text(0),
		description: text(1),
		locales: ['en'],
		access: 'everyone',
		sources: [{ id: 'files', type: 'files' }],
		datasets: [
			{
				id: 'rows',
				label: text(2),
				source: 'files',
				table: 'data/rows.csv',
				columns: { name: { label: text(1) } },
				metrics: { total: { label: text(6), aggregate: 'sum', column: 'amount', unit: text(7), description: text(8) } },
				permissions: { rows: 'everyone' },
			},
		],
		filters: [
			{ id: 'who', type: 'multi-select', label: text(2), column: 'name', values: { dataset: 'rows', column: 'name' } },
		],
		views: [
			{ id: 'side', label: text(5), all_label: text(4), column: 'name', values: { dataset: 'rows', column: 'name' } },
		],
		glossary: [{ id: 'word', term: text(3), definition: `${text(1)} **${text(2)}**`, synonyms: [text(4)] }],
		chapters: [{ id: 'chapter', title: text(2), description: text(3) }],
		home: {
			title: text(1),
			intro: `${text(0)} [press](javascript:window.attacked=1) ${text(5)}`,
			filters: ['who'],
			sections: [
				{
					id: 'all',
					title: text(7),
					tiles: [
						{
							id: 'kpi',
							title: text(1),
							subtitle: text(2),
							story: 'story',
							chart: chart({ type: 'kpi', value: 'total' }),
						},
						{
							id: 'ranking',
							title: text(3),
							chart: chart({ type: 'leaderboard', group: 'name', value: 'total', limit: 20 }),
						},
						{ id: 'text', title: text(4), text: TEXTS.join('\n\n') },
					],
				},
			],
		},
		stories: [
			{
				id: 'story',
				chapter: 'chapter',
				title: text(1),
				values: { best: { dataset: 'rows', group: ['name'], values: ['total'], sort: ['name'] } },
				narrative: `**{{ best.name }}** ${text(1)} [${text(2)}](glossary:word)`,
				filters: ['who'],
				chart: chart({ type: 'bar', x: 'name', y: ['total'], orientation: 'horizontal', limit: 30 }),
				tip: text(3),
				source: text(4),
			},
		],
		dashboards: [
			{
				id: 'board',
				title: text(1),
				description: text(5),
				filters: ['who'],
				items: [
					{
						id: 'donut',
						title: text(0),
						x: 0,
						y: 0,
						width: 6,
						height: 4,
						chart: chart({ type: 'donut', group: 'name', value: 'total' }),
					},
					{
						id: 'table',
						title: text(1),
						x: 6,
						y: 0,
						width: 6,
						height: 4,
						chart: chart({ type: 'table', dimensions: ['name'], values: ['total'] }),
					},
					{
						id: 'heat',
						title: text(2),
						x: 0,
						y: 4,
						width: 6,
						height: 4,
						chart: chart({ type: 'heatmap', x: 'name', y: { column: 'day', by: 'month' }, value: 'total' }),
					},
					{
						id: 'line',
						title: text(3),
						x: 6,
						y: 4,
						width: 6,
						height: 4,
						chart: chart({ type: 'line', x: { column: 'day', by: 'month' }, y: ['total'], series: 'name' }),
					},
					{
						id: 'map',
						title: text(4),
						x: 0,
						y: 8,
						width: 6,
						height: 4,
						chart: chart({ type: 'point-map', latitude: 'lat', longitude: 'lon', label: 'name', size: 'total' }),
					},
				],
			},
		],
	};
	// JSON is YAML: no text needs an escape of its own.
	writeFileSync(join(folder, 'app.yaml'), JSON.stringify(app, null, 1));
}

test('attack 44: hostile texts in titles, data, units, narratives and filters never run', async ({ page }) => {
	const folder = mkdtempSync(join(tmpdir(), 'aracari-hostile-'));
	const [app, data] = [join(folder, 'app'), join(folder, 'data')];
	writeApp(app);
	writeFileSync(join(folder, 'people.yaml'), JSON.stringify([{ name: 'reader', display_name: PAYLOADS[1] }]));
	const passwords = addReaders(join(folder, 'people.yaml'), data);
	const server = await serve([app], data);
	const complaints: string[] = [];
	page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
	page.on('console', (message) => {
		if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
	});
	page.on('request', (request) => {
		if (!request.url().startsWith(server.url) && !/^(data|blob|about):/.test(request.url()))
			complaints.push(`request: ${request.url()}`);
	});
	try {
		await page.goto(`${server.url}/`);
		await page.getByLabel('User name').fill('reader');
		await page.getByLabel('Password', { exact: true }).fill(passwords.reader ?? '');
		await page.getByRole('button', { name: 'Sign in' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(PAYLOADS[1] ?? '');
		for (const address of ['#/hostile/home', '#/hostile/stories/story', '#/hostile/dashboards/board']) {
			await page.goto(`${server.url}/${address}`);
			await expect(page.getByRole('heading', { level: 1 })).toHaveText(PAYLOADS[1] ?? '');
			await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
			for (const picture of await page.locator('main svg, main canvas').all())
				await picture.hover({ force: true, timeout: 2_000 }).catch(() => undefined);
			const outcome = await page.evaluate(() => ({
				attacked: (window as unknown as { attacked?: number }).attacked ?? null,
				polluted: ({} as Record<string, unknown>).attacked ?? null,
				foreign: document.querySelectorAll(
					'main script, main iframe, main [onerror], main [onload], main style, a[href^="javascript"]',
				).length,
			}));
			expect(outcome, address).toEqual({ attacked: null, polluted: null, foreign: 0 });
		}
		await page.goto(`${server.url}/#/hostile/home`);
		await page.getByRole('region', { name: 'Filters' }).getByRole('button').first().click();
		await expect(page.getByText('{{7*7}}', { exact: true }).first()).toBeVisible();
		expect(await page.evaluate(() => (window as unknown as { attacked?: number }).attacked ?? null)).toBeNull();
		expect(complaints).toEqual([]);
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});
