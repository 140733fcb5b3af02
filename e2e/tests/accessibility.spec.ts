//! axe finds nothing serious on any page, light or dark; the keyboard reaches everything.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { home, settled, signIn } from '../support/people.ts';

async function seriousFindings(page: Page): Promise<string[]> {
	const { violations } = await new AxeBuilder({ page })
		.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
		.analyze();
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

const pages = [
	'#/flights/home',
	'#/flights/stories/who-leaves-on-time',
	'#/flights/stories/which-days-are-worst',
	'#/flights/stories/where-does-new-york-fly',
	'#/flights/dashboards/operations',
];

for (const scheme of ['light', 'dark'] as const) {
	test(`axe finds nothing serious, ${scheme}`, async ({ page }) => {
		await page.emulateMedia({ colorScheme: scheme });
		await page.goto(home());
		await expect(page.getByLabel('User name')).toBeVisible();
		expect(await seriousFindings(page)).toEqual([]);
		await signIn(page, 'nora');
		for (const address of pages) {
			await page.goto(`${home()}${address}`);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
			await settled(page);
			expect(await seriousFindings(page), address).toEqual([]);
		}
	});
}

test('the keyboard alone signs in, opens a story and a filter', async ({ page }) => {
	test.skip(test.info().project.name === 'phone', 'a phone has no keyboard');
	await page.goto(home());
	await page.getByLabel('User name').focus();
	await page.keyboard.type('nora');
	await page.keyboard.press('Tab');
	await page.keyboard.type(process.env.PASSWORD_NORA ?? '');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('How did New York fly in 2013?');
	await settled(page);

	const tile = page.getByRole('link', { name: 'Most punctual airlines' });
	for (let step = 0; step < 60; step += 1) {
		await page.keyboard.press('Tab');
		if (await tile.evaluate((link) => link === document.activeElement)) break;
	}
	await expect(tile).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who leaves on time?');

	const airline = page.getByRole('region', { name: 'Filters' }).getByRole('button', { name: /^Airline/ });
	await airline.focus();
	// What is typed before the list has come is kept.
	await page.route(/[/]filters[/]carrier[/]values/, async (route) => {
		await new Promise((done) => setTimeout(done, 500));
		await route.continue();
	});
	await page.keyboard.press('Enter');
	await page.keyboard.type('Hawaiian');
	await expect(page.getByRole('checkbox')).toHaveCount(1);
	await page.keyboard.press('Escape');
	await expect(airline).toBeFocused();
});
