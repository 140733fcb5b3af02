// Development only: `npx vite packages/charts/gallery`, or built and previewed under the server's content security policy.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
	root: import.meta.dirname,
	base: './',
	plugins: [svelte({ configFile: false })],
	build: { outDir: '../node_modules/.gallery', emptyOutDir: true, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 900 },
	preview: {
		headers: {
			'Content-Security-Policy':
				"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html",
		},
	},
});
