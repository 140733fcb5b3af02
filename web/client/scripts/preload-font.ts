// Asks the browser for the text font at once instead of after the style sheet.
import type { Plugin } from 'vite';

export function preloadFont(name: string): Plugin {
	return {
		name: 'preload-font',
		transformIndexHtml: {
			order: 'post',
			handler(_html, context) {
				const file = Object.keys(context.bundle ?? {}).find((path) => path.includes(name));
				if (!file) return [];
				return [
					{
						tag: 'link',
						injectTo: 'head-prepend',
						attrs: { rel: 'preload', href: `./${file}`, as: 'font', type: 'font/woff2', crossorigin: true },
					},
				];
			},
		},
	};
}
