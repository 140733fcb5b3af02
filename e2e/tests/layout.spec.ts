//! The layout holds: nothing wider than the screen, nothing that jumps, the narrative inside its measure.
import { expect, test } from '@playwright/test';
import { home, settled, signIn } from '../support/people.ts';

const addresses = [
	'#/flights/home',
	'#/flights/stories/who-leaves-on-time',
	'#/flights/stories/which-airport-does-what',
	'#/flights/dashboards/operations',
];

test('no page is wider than the screen', async ({ page }) => {
	await signIn(page, 'nora');
	for (const address of addresses) {
		await page.goto(`${home()}${address}`);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		await settled(page);
		const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
		expect(content, address).toBeLessThanOrEqual(screen);
	}
});

test('the page does not jump while its charts arrive', async ({ page }) => {
	await signIn(page, 'nora');
	await page.goto('about:blank');
	await page.addInitScript(() => {
		const shifts = { total: 0 };
		Object.defineProperty(window, 'shifts', { value: shifts });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) shifts.total += (entry as unknown as { value: number }).value;
		}).observe({ type: 'layout-shift', buffered: true });
	});
	for (const address of addresses) {
		await page.goto('about:blank');
		await page.goto(`${home()}${address}`);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		await settled(page);
		const shift = await page.evaluate(() => (window as unknown as { shifts: { total: number } }).shifts.total);
		expect(shift, address).toBeLessThan(0.1);
	}
});
