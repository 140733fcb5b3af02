// The client as static files with relative addresses: it works under any sub-path of any static server.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { preloadFont } from './scripts/preload-font.ts';

export default defineConfig({
	root: import.meta.dirname,
	base: './',
	plugins: [svelte({ configFile: `${import.meta.dirname}/svelte.config.js` }), preloadFont('inter-latin-wght-normal')],
	build: {
		target: ['chrome123', 'firefox120', 'safari17.5'],
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		cssCodeSplit: true,
		reportCompressedSize: false,
	},
	server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
