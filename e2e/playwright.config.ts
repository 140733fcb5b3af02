//! Browser tests: the real binary, the flights app, Debian's Chromium, desktop and phone, same and other origin.
import { defineConfig } from '@playwright/test';

const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export default defineConfig({
	testDir: 'tests',
	globalSetup: './support/start.ts',
	fullyParallel: true,
	workers: 2,
	retries: 0,
	timeout: 60_000,
	expect: { timeout: 10_000 },
	reporter: [['list']],
	use: {
		locale: 'en-GB',
		timezoneId: 'Europe/Paris',
		reducedMotion: 'reduce',
		trace: 'off',
		screenshot: 'only-on-failure',
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
				'--no-first-run',
				'--disable-quic',
			],
		},
	},
	projects: [
		{ name: 'desktop', use: desktop },
		{ name: 'phone', use: phone, testMatch: /walk|accessibility|layout/ },
		{ name: 'other-origin', use: { ...desktop }, testMatch: /walk/ },
	],
});
