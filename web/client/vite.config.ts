// The client as static files with relative addresses: it works under any sub-path of any static server.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { preloadFont } from './scripts/preload-font.ts';

type Modules = { getModuleInfo(id: string): { isEntry: boolean; importers: string[] } | null };

/** Whether a page needs a module before any chart: it is reached from the entry without a dynamic import. */
function isNeededAtStart(id: string, modules: Modules, seen = new Set<string>()): boolean {
	if (seen.has(id)) return false;
	seen.add(id);
	const module = modules.getModuleInfo(id);
	return (
		module !== null && (module.isEntry || module.importers.some((importer) => isNeededAtStart(importer, modules, seen)))
	);
}

export default defineConfig({
	root: import.meta.dirname,
	base: './',
	plugins: [svelte({ configFile: `${import.meta.dirname}/svelte.config.js` }), preloadFont('inter-latin-wght-normal')],
	build: {
		target: ['chrome123', 'firefox120', 'safari17.5'],
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		// One style sheet and one script to start with: fewer requests, and what charts load later is drawing code only.
		cssCodeSplit: false,
		chunkSizeWarningLimit: 700,
		rolldownOptions: {
			output: {
				codeSplitting: {
					groups: [{ debugName: 'start', name: (id, modules) => (isNeededAtStart(id, modules) ? 'start' : null) }],
				},
			},
		},
	},
	server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
