// The built charts in a real browser, under the server's content security policy with Trusted Types: hostile strings stay text,
// values can be read by keyboard and pointer, the code comes in few requests. Left out, with a word, where Chromium is missing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostile } from './hostile';

const CHROMIUM = '/usr/bin/chromium';
const gallery = join(import.meta.dirname, '../gallery');
const outDir = join(tmpdir(), `aracari-charts-${process.pid}`);

if (!existsSync(CHROMIUM)) console.log(`Left out: charts in the browser, for ${CHROMIUM} is missing.`);

describe.skipIf(!existsSync(CHROMIUM))('in a browser under the policy', () => {
	let server: PreviewServer;
	let browser: Browser;
	let address = '';

	beforeAll(async () => {
		await build({ root: gallery, configFile: join(gallery, 'vite.config.ts'), logLevel: 'error', build: { outDir, emptyOutDir: true } });
		server = await preview({ root: gallery, configFile: join(gallery, 'vite.config.ts'), logLevel: 'error', build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
		address = server.resolvedUrls!.local[0]!;
		browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
	}, 120_000);
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	async function open(query: string, size = { width: 1280, height: 900 }): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
		const page = await browser.newPage({ viewport: size });
		const complaints: string[] = [];
		const requests: string[] = [];
		page.on('console', (message) => {
			if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text());
		});
		page.on('pageerror', (error) => complaints.push(error.message));
		page.on('request', (request) => requests.push(request.url()));
		await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
		await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.sample}`)));
		await page.goto(`${address}?${query}`);
		await page.waitForFunction(() => document.querySelectorAll('.waiting').length === 0 && document.querySelectorAll('.card').length > 0);
		await page.waitForTimeout(400);
		return { page, complaints, requests };
	}

	test('a table in a tile says how many rows it leaves out', async () => {
		const { page } = await open('only=table&size=tile');
		expect(await page.locator('.note').allTextContents()).toEqual(['First 5 of 16 rows', 'First 5 of more than 500 rows']);
		await page.close();
	});

	test.each(['story', 'tile', 'dashboard'])('hostile strings stay text at %s size', async (size) => {
		const { page, complaints, requests } = await open(`hostile&size=${size}`);
		// Point at every chart, so that the tooltips say the strings too.
		for (const plot of await page.locator('.plot').all()) {
			const box = (await plot.boundingBox())!;
			for (const share of [0.1, 0.5, 0.9]) await plot.hover({ position: { x: box.width * share, y: Math.min(box.height * share, box.height - 4) }, force: true });
		}
		const found = await page.evaluate(() => ({
			ran: '__ran' in window,
			strange: [...document.querySelectorAll('script:not([src]), iframe, object, embed, form, base, img, image, a[href], [onerror], [onload], [onmouseover], foreignObject, svg style, body link')].map((element) => element.outerHTML.slice(0, 100)),
			polluted: Object.keys(Object.prototype).concat(Object.keys(Object)),
			canvases: document.querySelectorAll('canvas').length,
		}));
		expect(found.ran).toBe(false);
		expect(found.strange).toEqual([]);
		expect(found.polluted).toEqual([]);
		expect(complaints).toEqual([]);
		expect(requests.filter((url) => !url.startsWith(address))).toEqual([]);
		if (size === 'story') {
			expect(found.canvases).toBeGreaterThan(0);
			const said = await page.locator('.table').first().textContent();
			expect(said).toContain(hostile[0]);
		}
		await page.close();
	}, 60_000);

	test('values can be read by keyboard', async () => {
		const { page, complaints } = await open('only=bar carriers');
		await page.locator('.plot').focus();
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => page.locator('[aria-live]').textContent()).toContain('United Air Lines Inc.: 58,665');
		await page.keyboard.press('ArrowRight');
		await expect.poll(() => page.locator('.tooltip').textContent()).toContain('JetBlue Airways');
		await page.keyboard.press('Escape');
		await expect.poll(() => page.locator('.tooltip').count()).toBe(0);
		expect(complaints).toEqual([]);
		await page.close();
	});

	test('the hidden table holds the data, the plot its summary', async () => {
		const { page } = await open('only=line months&locale=fr');
		await expect.poll(() => page.locator('.plot').getAttribute('aria-label')).toContain('Courbe : On-time rate par mois (Date).');
		expect(await page.locator('figure table tbody tr').count()).toBe(12);
		expect(await page.locator('figure table tbody tr').first().textContent()).toContain('Janvier 2013');
		await page.close();
	});

	test('a long table scrolls with few rows in the page, sorts and searches', async () => {
		const { page } = await open('only=table long');
		const rows = page.locator('.table tbody tr:not(.gap)');
		expect(await rows.count()).toBeLessThan(60);
		await page.locator('.scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
		await expect.poll(() => rows.last().getAttribute('aria-rowindex')).toBe('501');
		await page.getByRole('button', { name: 'Delay' }).click();
		await expect.poll(() => page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
		const delays = await rows.evaluateAll((list) => list.slice(0, 8).map((row) => Number(row.children[5]!.textContent!.replace('−', '-'))));
		expect(delays).toEqual([...delays].sort((a, b) => b - a));
		await page.getByRole('searchbox').fill('zurich nowhere');
		await expect.poll(() => page.locator('.nothing').textContent()).toContain('Nothing matches');
		await page.close();
	});

	test('at 390 pixels nothing is wider than the page', async () => {
		const { page, complaints } = await open('size=story', { width: 390, height: 844 });
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
		expect(complaints).toEqual([]);
		await page.close();
	}, 60_000);

	test('all lazily loaded code is at most five files and 300 KB', () => {
		const files = readdirSync(join(outDir, 'assets')).filter((file) => /\.(js|css)$/.test(file) && !file.startsWith('index-'));
		const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(outDir, 'assets', file)), { level: 9 }).length, 0);
		expect(files.length).toBeLessThanOrEqual(5);
		expect(bytes).toBeLessThanOrEqual(300 * 1024);
		expect(files.filter((file) => file.startsWith('engine')).length).toBe(1);
	});
});
