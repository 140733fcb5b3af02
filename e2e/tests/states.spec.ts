//! What a reader sees when things go wrong: expired sessions, failing charts, nothing to show, mistakes of an author.
import { expect, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { home, password, settled, signIn, watch } from '../support/people.ts';
import { addReaders, root, serve } from '../support/server.ts';

test('a cold page asks to sign in without a complaint in the console', async ({ page }) => {
	const complaints = watch(page);
	for (const address of ['', '#/flights/stories/busiest-routes']) {
		await page.goto('about:blank');
		await page.goto(`${home()}${address}`);
		await expect(page.getByLabel('User name')).toBeVisible();
	}
	expect(complaints).toEqual([]);
});

test('an app that was never right: readers learn that it is not ready, administrators why', async ({ page }) => {
	const folder = mkdtempSync(join(tmpdir(), 'aracari-broken-'));
	const [app, data] = [join(folder, 'flights'), join(folder, 'data')];
	mkdirSync(app);
	writeFileSync(join(app, 'app.yaml'), 'id: flights\ntitel: Departures\n');
	const passwords = addReaders(join(root, 'examples/flights-readers.yaml'), data);
	const server = await serve([app], data);
	try {
		expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
		const enter = async (name: string, address: string): Promise<void> => {
			await page.goto('about:blank');
			await page.context().clearCookies();
			await page.goto(`${server.url}/${address}`);
			await page.getByLabel('User name').fill(name);
			await page.getByLabel('Password', { exact: true }).fill(passwords[name] ?? '');
			await page.getByRole('button', { name: 'Sign in' }).click();
		};
		for (const address of ['', '#/flights/home']) {
			await enter('nora', address);
			await expect(page.getByRole('heading', { level: 1 })).toHaveText('This app is not ready yet');
			await expect(page.getByText('titel')).toHaveCount(0);
		}
		await enter('eli', '');
		await expect(page.getByText('the key titel is unknown here')).toBeVisible();
		await expect(page.getByText('did you mean title?')).toBeVisible();
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});

test('a chart whose steps fail: editors learn over which step and value, readers that it does not work', async ({
	page,
}) => {
	const folder = mkdtempSync(join(tmpdir(), 'aracari-failing-'));
	const [app, data] = [join(folder, 'shops'), join(folder, 'users')];
	mkdirSync(join(app, 'data'), { recursive: true });
	const value = `no number ${'x'.repeat(200)}`;
	writeFileSync(join(app, 'data/sales.csv'), `shop,code\n${value},${value}\n`);
	const numbers = 'SELECT shop, CAST(code AS BIGINT) AS code FROM input';
	const content = {
		id: 'shops',
		title: 'Shops',
		locales: ['en'],
		access: 'everyone',
		sources: [{ id: 'files', type: 'files' }],
		datasets: [
			{
				id: 'sales',
				source: 'files',
				table: 'data/sales.csv',
				steps: [{ name: 'customsql', query: numbers }],
				metrics: {
					codes: { label: 'Codes', aggregate: 'sum', column: 'code' },
				},
				permissions: { rows: 'everyone' },
			},
		],
		home: {
			title: 'Shops',
			sections: [
				{
					id: 'all',
					title: 'All',
					tiles: [
						{
							id: 'codes',
							title: 'Codes',
							width: 2,
							chart: {
								type: 'bar',
								dataset: 'sales',
								x: 'shop',
								y: ['codes'],
								orientation: 'horizontal',
							},
						},
					],
				},
			],
		},
	};
	writeFileSync(join(app, 'app.yaml'), JSON.stringify(content));
	const people = [{ name: 'reader' }, { name: 'editor', role: 'admin' }].map((one) => ({
		...one,
		display_name: one.name,
	}));
	writeFileSync(join(folder, 'people.yaml'), JSON.stringify(people));
	const passwords = addReaders(join(folder, 'people.yaml'), data);
	const server = await serve([app], data);
	try {
		await page.setViewportSize({ width: 390, height: 844 });
		for (const name of ['reader', 'editor']) {
			await page.goto('about:blank');
			await page.context().clearCookies();
			await page.goto(`${server.url}/#/shops/home`);
			await page.getByLabel('User name').fill(name);
			await page.getByLabel('Password', { exact: true }).fill(passwords[name] ?? '');
			await page.getByRole('button', { name: 'Sign in' }).click();
			await expect(page.getByText('The steps behind this chart do not work.')).toBeVisible();
			await expect(page.getByText('Step 1 (customsql) of the dataset sales')).toHaveCount(name === 'editor' ? 1 : 0);
			await expect(page.getByText('no number')).toHaveCount(name === 'editor' ? 1 : 0);
			expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
				0,
			);
		}
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});

test('an expired session asks to sign in and returns to the same page', async ({ page, context }) => {
	await signIn(page, 'nora', '#/flights/stories/busiest-routes?carrier=UA');
	await settled(page);
	await context.clearCookies();

	// Whoever asks first learns that the session has ended: the press, or a request of the page itself just before it.
	const next = page.getByRole('link', { name: /^Next/ });
	const name = page.getByLabel('User name');
	await next.or(name).first().click();

	await expect(name).toBeVisible();
	const asked = page.url();
	await name.fill('nora');
	await page.getByLabel('Password', { exact: true }).fill(password('nora'));
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(next).toBeVisible();
	await expect(page).toHaveURL(asked);
	await expect(page).toHaveURL(/stories\/.*carrier=UA/);
});

test('attack 43: no address leads away after the sign-in', async ({ page }) => {
	for (const address of [
		'#//evil.example/',
		'#/\\evil.example',
		'#%2f%5cevil.example',
		'#javascript:alert(1)',
		'?next=//evil.example',
	]) {
		await page.goto('about:blank');
		await page.context().clearCookies();
		await signIn(page, 'nora', address);
		expect(new URL(page.url()).origin).toBe(new URL(home()).origin);
	}
});

test('who opens a page while the list of apps is on its way stays there', async ({ page }) => {
	await page.route(/[/]apps[?]/, async (route) => {
		await new Promise((done) => setTimeout(done, 500));
		await route.continue();
	});
	const listed = page.waitForResponse(/[/]apps[?]/);
	await signIn(page, 'nora');
	await page.goto(`${home()}#/flights/stories/busiest-routes`);
	await listed;
	await settled(page);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Which routes are busiest?');
});

test('a failing page says so, keeps its layout and recovers with one press', async ({ page }) => {
	await signIn(page, 'nora');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('How did New York fly in 2013?');
	await settled(page);
	await page.route('**/queries', (route) => route.abort());
	await page.goto(`${home()}#/flights/stories/busiest-routes`);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Which routes are busiest?');
	const retry = page.getByRole('button', { name: 'Try again' }).first();
	await expect(retry).toBeVisible();

	await page.unroute('**/queries');
	await retry.click();

	await expect(page.getByRole('main')).toContainText('JFK → LAX');
});

test('a list whose source is down is asked for once, and again with one press', async ({ page }) => {
	let asked = 0;
	await page.route('**/filters/*/values', async (route) => {
		asked += 1;
		await route.fulfill({
			status: 502,
			contentType: 'application/problem+json',
			body: JSON.stringify({
				type: 'about:blank',
				title: 'down',
				status: 502,
				code: 'source_failed',
			}),
		});
	});
	await signIn(page, 'nora', '#/flights/home?carrier=UA');
	await settled(page);
	expect(asked).toBe(1);

	await page.getByRole('button', { name: /^Airline/ }).click();
	const panel = page.getByRole('dialog', { name: 'Airline' });
	await expect(panel.getByText('The data source did not answer.')).toBeVisible();
	expect(asked).toBe(2);

	await page.unroute('**/filters/*/values');
	await panel.getByRole('button', { name: 'Try again' }).click();
	await expect(panel.getByText('JetBlue Airways')).toBeVisible();
});

test('a figure over no row is no zero', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/home?carrier=HA&origin=LGA');
	const tile = page.getByRole('article').filter({ hasText: 'Departures' }).first();
	await expect(tile).toContainText('Nothing to measure here');
	await expect(tile).toContainText('–');
	await expect(tile).not.toContainText('0');
});

test('a choice that other choices leave out keeps its name', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/home?carrier=HA&origin=LGA');
	await expect(page.getByRole('region', { name: 'Filters' })).toContainText('Hawaiian Airlines Inc.');
	await expect(page.getByRole('region', { name: 'Filters' })).toContainText('La Guardia');
});

test('one airline alone is neither the best nor the worst', async ({ page }) => {
	await signIn(page, 'marc', '#/flights/stories/who-leaves-on-time');
	await expect(page.getByRole('main')).toContainText('United Air Lines Inc. is the only airline');
	await expect(page.getByRole('main')).not.toContainText('comes last');
	await page.goto(`${home()}#/flights/stories/which-airport-does-what`);
	await expect(page.getByRole('heading', { name: 'Where each airline leaves from' })).toBeVisible();
});

test('a choice without rows says what to do', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/stories/busiest-routes?carrier=HA&view.airport=LGA');
	await page.goto(`${home()}#/flights/stories/busiest-routes?carrier=HA&origin=LGA`);
	await expect(page.getByRole('main')).toContainText('No data for this choice');
});
