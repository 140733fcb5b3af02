//! The layout holds: nothing wider than the screen, nothing that jumps, the narrative inside its measure.
import { expect, test } from '@playwright/test';
import { home, settled, signIn } from '../support/people.ts';
import { onPhone } from '../support/steps.ts';

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

test('tiles of a row start below their heads on one line, also where one head is longer', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/home');
	await settled(page);
	const section = page.getByRole('region', { name: 'Leaders and laggards' });
	const tops = await section.locator('ol').evaluateAll((lists) => lists.map((one) => one.getBoundingClientRect().top));
	const rows = new Map<number, number>();
	for (const top of tops) rows.set(Math.round(top), (rows.get(Math.round(top)) ?? 0) + 1);
	expect(tops).toHaveLength(4);
	expect([...rows.values()]).toEqual(onPhone(page) ? [1, 1, 1, 1] : [4]);
});

test('the trend of a figure fills the height that a chart beside it takes', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/home');
	await settled(page);
	const height = async (name: string): Promise<number> =>
		(await page.getByRole('article').filter({ hasText: name }).locator('.spark').boundingBox())?.height ?? 0;
	const row = ['Departures', 'On-time rate', 'Cancellation rate'];
	expect(await Promise.all(row.map(height))).toEqual([40, 40, 40]);
	const beside = await height('Distance flown');
	if (onPhone(page)) expect(beside).toBe(40);
	else expect(beside).toBeGreaterThan(55);
});

test('a finger finds what it presses', async ({ page }) => {
	test.skip(!onPhone(page), 'desktops have a pointer');
	await signIn(page, 'nora');
	for (const address of addresses) {
		await page.goto(`${home()}${address}`);
		await settled(page);
		const missed = await page.evaluate(() => {
			const pressed = [...document.querySelectorAll<HTMLElement>('main a, main button, nav a, section button')];
			const seen = pressed.filter((one) => one.checkVisibility() && !one.closest('p, li') && one.offsetParent !== null);
			return seen
				.filter((one) => {
					one.scrollIntoView({ block: 'center' });
					const box = one.getBoundingClientRect();
					const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
					return [-20, 20].some((away) => !one.contains(document.elementFromPoint(x, y + away)));
				})
				.map((one) => one.ariaLabel ?? one.textContent);
		});
		expect(missed, address).toEqual([]);
	}
});
