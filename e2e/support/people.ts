//! Signing in and out as a person does.
import { expect, type Page, test } from '@playwright/test';

/** Where the project under test finds the client. */
export function home(): string {
	const other = test.info().project.name === 'other-origin';
	return `${other ? process.env.ARACARI_OTHER_URL : process.env.ARACARI_URL}/`;
}

export const password = (name: string): string => process.env[`PASSWORD_${name.toUpperCase()}`] ?? '';

export async function signIn(page: Page, name: string, address = ''): Promise<void> {
	await page.goto(`${home()}${address}`);
	await page.getByLabel('User name').fill(name);
	await page.getByLabel('Password', { exact: true }).fill(password(name));
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByLabel('User name')).toHaveCount(0);
}

/** Waits until nothing on the page is loading. */
export async function settled(page: Page): Promise<void> {
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await expect(page.locator('main [aria-busy="true"]')).toHaveCount(0);
}

/** Fails the test on errors of the page and on breaches of its content policy. */
export function watch(page: Page): string[] {
	const complaints: string[] = [];
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
	page.on('console', (message) => {
		if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
	});
	return complaints;
}
