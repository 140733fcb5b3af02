//! What a reader does on a page, on a desktop or a phone.
import { expect, type Page } from '@playwright/test';

export function onPhone(page: Page): boolean {
	return (page.viewportSize()?.width ?? 0) < 720;
}

export async function chooseAirline(page: Page, search: string, airline: string): Promise<void> {
	if (onPhone(page)) {
		await page.getByRole('button', { name: /^Filters/ }).click();
	} else {
		await page
			.getByRole('region', { name: 'Filters' })
			.getByRole('button', { name: /^Airline/ })
			.first()
			.click();
	}
	await page.getByRole('searchbox', { name: 'Search in Airline' }).fill(search);
	await page.getByRole('checkbox', { name: airline }).check();
	if (onPhone(page)) {
		await page.getByRole('button', { name: 'Show results' }).click();
	} else {
		await page.keyboard.press('Escape');
	}
}

export async function chooseView(page: Page, view: string): Promise<void> {
	await page
		.getByRole('button', { name: /^Change view/ })
		.filter({ visible: true })
		.click();
	await page.getByText(view, { exact: true }).filter({ visible: true }).last().click();
	await expect(page.getByRole('button', { name: /^Change view/ }).filter({ visible: true })).toContainText(view);
}

export async function openDashboard(page: Page): Promise<void> {
	const name = onPhone(page) ? /^Dashboard/ : 'Operations';
	await page.getByRole('navigation').getByRole('link', { name }).filter({ visible: true }).first().click();
}
