//! What a reader sees when things go wrong: expired sessions, failing charts, nothing to show, mistakes of an author.
import { expect, test } from '@playwright/test';
import { home, password, settled, signIn } from '../support/people.ts';

test('an expired session asks to sign in and returns to the same page', async ({ page, context }) => {
	await signIn(page, 'nora', '#/flights/stories/busiest-routes?carrier=UA');
	await settled(page);
	await context.clearCookies();

	await page.getByRole('link', { name: /^Next/ }).click();

	await expect(page.getByLabel('User name')).toBeVisible();
	await page.getByLabel('User name').fill('nora');
	await page.getByLabel('Password', { exact: true }).fill(password('nora'));
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who flies most?');
	await expect(page).toHaveURL(/carrier=UA/);
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

test('a failing page says so, keeps its layout and recovers with one press', async ({ page }) => {
	await signIn(page, 'nora');
	await settled(page);
	await page.route('**/queries', (route) => route.abort());
	await page.goto(`${home()}#/flights/stories/busiest-routes`);
	const retry = page.getByRole('button', { name: 'Try again' }).first();
	await expect(retry).toBeVisible();

	await page.unroute('**/queries');
	await retry.click();

	await expect(page.getByRole('main')).toContainText('JFK → LAX');
});

test('a choice without rows says what to do', async ({ page }) => {
	await signIn(page, 'nora', '#/flights/stories/busiest-routes?carrier=HA&view.airport=LGA');
	await page.goto(`${home()}#/flights/stories/busiest-routes?carrier=HA&origin=LGA`);
	await expect(page.getByRole('main')).toContainText('No data for this choice');
});
