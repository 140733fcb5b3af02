// Unit tests of every package; state modules run without a DOM.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [svelte({ configFile: false })],
	resolve: { conditions: ['browser'] },
	test: { include: ['packages/*/{src,test}/**/*.test.ts'], environment: 'node' },
});
