//! The main job as a person does it: sign in, home, story, filter, view, dashboard, link, sign out.
import { expect, test } from '@playwright/test';
import { chooseAirline, chooseView, onPhone, openDashboard } from '../support/steps.ts';
import { home, settled, signIn, watch } from '../support/people.ts';

test('from sign-in to sign-out', async ({ page, context }) => {
	const complaints = watch(page);
	await signIn(page, 'nora');

	// Home: figures, rankings, a small chart.
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('How did New York fly in 2013?');
	const main = page.getByRole('main');
	await expect(main.getByRole('article').filter({ hasText: 'Departures' }).first()).toContainText(/336,776|337k/);
	await expect(main.getByRole('article').filter({ hasText: 'On-time rate' }).first()).toContainText('78.5%');
	await settled(page);
	expect(await main.getByRole('article').count()).toBeGreaterThanOrEqual(8);

	// Story, opened from its tile.
	await main.getByRole('link', { name: 'Most punctual airlines' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who leaves on time?');
	await expect(main).toContainText(
		'Hawaiian Airlines Inc. is the most punctual airline with 93.0% of its flights on time',
	);
	await expect(main).toContainText('against a target of 80%');
	await expect(main).toContainText('US Bureau of Transportation Statistics');

	// Filter: the narrative, the chart and the address follow.
	await chooseAirline(page, 'Delta', 'Delta Air Lines Inc.');
	await expect(main).toContainText('Delta Air Lines Inc. is the only airline with enough flights here to rank: 83.7%');
	await expect(page).toHaveURL(/carrier=DL/);

	// View: chosen once, kept on every page.
	await chooseView(page, 'John F Kennedy Intl');
	await expect(page).toHaveURL(/JFK/);
	await expect(main).not.toContainText('83.7%');

	// Dashboard, with the same filter and view.
	await openDashboard(page);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Operations');
	await settled(page);
	await expect(page).toHaveURL(/carrier=DL/);
	const departures = main.getByRole('article').filter({ hasText: 'Departures' }).first();
	await expect(departures).toContainText(/20,701|20\.7k/);

	// The address is the page: opened elsewhere it shows the same.
	const copy = await context.newPage();
	await copy.goto(page.url());
	if (test.info().project.name === 'other-origin') {
		// A bearer token lives in its tab alone: the link asks to sign in, then shows the page.
		await expect(copy.getByLabel('User name')).toBeVisible();
	} else {
		await expect(copy.getByRole('main').getByRole('article').filter({ hasText: 'Departures' }).first()).toContainText(
			/20,701|20\.7k/,
		);
	}
	await copy.close();

	// Sign out: the way back leads to the door.
	await page.getByRole('button', { name: 'Profile' }).filter({ visible: true }).click();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByLabel('User name')).toBeVisible();
	await page.goto(`${home()}#/flights/home`);
	await page.reload();
	await expect(page.getByLabel('User name')).toBeVisible();
	expect(complaints).toEqual([]);
});

test('two readers see different rows of the same page', async ({ page }) => {
	await signIn(page, 'marc');
	const main = page.getByRole('main');
	await expect(main.getByRole('article').filter({ hasText: 'Departures' }).first()).toContainText(/58,665|58\.7k/);

	await main.getByRole('link', { name: 'Most punctual airlines' }).click();
	await expect(main).toContainText('United Air Lines Inc. is the only airline with enough flights here to rank: 79.0%');
	await expect(main).not.toContainText('JetBlue');
});

test('a link keeps its page through the sign-in', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/stories/busiest-routes?period=december');

	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Which routes are busiest?');
	await expect(page).toHaveURL(/stories\/busiest-routes\?.*period=december/);
});

test('interface and content in French', async ({ page }) => {
	await signIn(page, 'nora');
	await page.getByRole('button', { name: 'Profile' }).filter({ visible: true }).click();
	await page.getByText('Français', { exact: true }).click();

	await expect(page.getByRole('heading', { level: 1 })).toHaveText(
		/^Comment New York a-\u2060t-\u2060elle volé en 2013\u202f\?$/,
	);
	await expect(page.getByRole('main').getByRole('article').filter({ hasText: 'Ponctualité' }).first()).toContainText(
		/78,5\s%/,
	);
	await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
	if (!onPhone(page)) await expect(page.getByRole('link', { name: 'Accueil' })).toBeVisible();
});
