//! What a page may cost in a cold browser.
import { expect, type Page, test } from '@playwright/test';
import { home, settled, signIn } from '../support/people.ts';

interface Cost {
	requests: number;
	code: number;
	beforeCharts: number;
}

async function cost(page: Page, address: string): Promise<Cost> {
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	await session.send('Network.setCacheDisabled', { cacheDisabled: true });
	const seen = new Map<string, { url: string; type: string }>();
	const result: Cost = { requests: 0, code: 0, beforeCharts: 0 };
	session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
		if (request.url.startsWith('data:') || request.url.startsWith('blob:')) return;
		result.requests += 1;
		seen.set(requestId, { url: request.url, type: type ?? '' });
	});
	session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
		const request = seen.get(requestId);
		if (!request || !/\.(js|css)(\?|$)/.test(request.url)) return;
		result.code += encodedDataLength / 1024;
		if (!/\/(engine|outline|Table)-/.test(request.url)) result.beforeCharts += encodedDataLength / 1024;
	});
	await page.goto('about:blank');
	await page.goto(`${home()}${address}`);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	// Every card is looked at, so that what is put off until it is seen counts too.
	for (const card of await page.getByRole('main').getByRole('article').all()) await card.scrollIntoViewIfNeeded();
	await settled(page);
	await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined);
	return result;
}

test('a dashboard of ten charts costs at most 15 requests and 450 KB of code', async ({ page }) => {
	await signIn(page, 'nora');
	const { requests, code } = await cost(page, '#/flights/dashboards/operations');
	expect(requests).toBeLessThanOrEqual(15);
	expect(code).toBeGreaterThan(50);
	expect(code).toBeLessThanOrEqual(450);
});

test('at most 120 KB of code come before the first chart', async ({ page }) => {
	await signIn(page, 'nora');
	const { beforeCharts } = await cost(page, '#/flights/home');
	expect(beforeCharts).toBeGreaterThan(10);
	expect(beforeCharts).toBeLessThanOrEqual(120);
});
