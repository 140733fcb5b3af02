//! An open page follows what changes behind it.
import { expect, type Page, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addReaders, type Running, serve } from '../support/server.ts';

let folder: string;
let server: Running;
let passwords: Record<string, string>;
const app = (): string => join(folder, 'shops');

function writeRows(...amounts: number[]): void {
	const rows = amounts.map((amount, index) => `shop ${index + 1},${amount}`);
	writeFileSync(join(app(), 'data/sales.csv'), `shop,amount\n${rows.join('\n')}\n`);
}

function writeApp(title: string): void {
	const total = { label: 'Sales', aggregate: 'sum', column: 'amount' };
	const permissions = { rows: 'everyone' };
	const tile = { id: 'sales', title: 'Sales', chart: { type: 'kpi', dataset: 'sales', value: 'total' } };
	const content = {
		id: 'shops',
		title: 'Shops',
		locales: ['en'],
		access: 'everyone',
		sources: [{ id: 'files', type: 'files' }],
		datasets: [
			{ id: 'sales', label: 'Sales', source: 'files', table: 'data/sales.csv', metrics: { total }, permissions },
		],
		home: { title, sections: [{ id: 'all', title: 'All', tiles: [tile] }] },
	};
	writeFileSync(join(app(), 'app.yaml'), JSON.stringify(content));
}

test.beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'aracari-live-'));
	mkdirSync(join(app(), 'data'), { recursive: true });
	writeRows(1000, 234);
	writeApp('How do we sell?');
	writeFileSync(join(folder, 'people.yaml'), JSON.stringify([{ name: 'reader', display_name: 'Reader' }]));
	passwords = addReaders(join(folder, 'people.yaml'), join(folder, 'users'));
	server = await serve([app()], join(folder, 'users'));
});

test.afterEach(async () => {
	await server.stop();
	rmSync(folder, { recursive: true, force: true });
});

async function open(page: Page): Promise<void> {
	await page.goto(`${server.url}/#/shops/home`);
	await page.getByLabel('User name').fill('reader');
	await page.getByLabel('Password', { exact: true }).fill(passwords.reader ?? '');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('article')).toContainText('1,234');
}

test('an edited file is shown without a reload', async ({ page }) => {
	await open(page);

	writeApp('How do we sell now?');

	await expect(page.getByRole('heading', { level: 1 })).toHaveText('How do we sell now?');
	await expect(page.getByText('Updated to the newest version').last()).toBeVisible();
});

test('changed rows are shown without a reload', async ({ page }) => {
	await open(page);

	writeRows(5000, 678);

	await expect(page.getByRole('article')).toContainText('5,678');
	await expect(page.getByText('The data was updated').last()).toBeVisible();
});

test('who comes back after a while sees the present figures', async ({ page }) => {
	const turn = (hidden: boolean): Promise<void> =>
		page.evaluate((value) => {
			Object.defineProperty(document, 'hidden', { configurable: true, value });
			document.dispatchEvent(new Event('visibilitychange'));
		}, hidden);
	await page.route('**/events', (route) => route.abort());
	await page.clock.install();
	await open(page);

	await turn(true);
	writeRows(5000, 678);
	await page.clock.fastForward('06:00');
	await turn(false);

	await expect(page.getByRole('article')).toContainText('5,678');
});
