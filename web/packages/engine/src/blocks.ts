//! Which blocks a page asks the server for.
import type { Chart, DashboardItem, PageRef, Presentation, Tile } from '@aracari/api';

export function pageFilters(app: Presentation, page: PageRef): string[] {
	if (page.kind === 'home') return app.home.filters;
	if (page.kind === 'story') return storyOf(app, page.id)?.filters ?? [];
	return dashboardOf(app, page.id)?.filters ?? [];
}

/** Every block of a page with its chart; text values have none. */
export function pageBlocks(app: Presentation, page: PageRef): Map<string, Chart | null> {
	const blocks = new Map<string, Chart | null>();
	if (page.kind === 'home')
		for (const tile of app.home.sections.flatMap((section) => section.tiles)) addTile(blocks, tile);
	if (page.kind === 'story') {
		const story = storyOf(app, page.id);
		if (story?.values) blocks.set('values', null);
		if (story) blocks.set('chart', story.chart);
		if (story?.second_chart) blocks.set('second_chart', story.second_chart);
	}
	if (page.kind === 'dashboard') for (const item of dashboardOf(app, page.id)?.items ?? []) addItem(blocks, item);
	return blocks;
}

function addTile(blocks: Map<string, Chart | null>, tile: Tile): void {
	if (tile.chart) blocks.set(tile.id, tile.chart);
	if (tile.values) blocks.set(`${tile.id}.values`, null);
}

function addItem(blocks: Map<string, Chart | null>, item: DashboardItem): void {
	if (item.chart) blocks.set(item.id, item.chart);
}

export function storyOf(app: Presentation, id: string): Presentation['stories'][string] | undefined {
	return Object.hasOwn(app.stories, id) ? app.stories[id] : undefined;
}

export function dashboardOf(app: Presentation, id: string): Presentation['dashboards'][number] | undefined {
	return app.dashboards.find((dashboard) => dashboard.id === id);
}

/** Stories in reading order, so that previous and next follow the chapters. */
export function readingOrder(app: Presentation): string[] {
	return app.chapters.flatMap((chapter) => chapter.stories).filter((id) => storyOf(app, id));
}

export function neighbours(
	app: Presentation,
	story: string,
): { previous: string | undefined; next: string | undefined } {
	const order = readingOrder(app);
	const at = order.indexOf(story);
	return { previous: at > 0 ? order[at - 1] : undefined, next: at < 0 ? undefined : order[at + 1] };
}

/** Pixels of a trend below a figure, with the air above it. */
export const trendHeight = ({ options }: Chart): number => (options.trend ? 52 : 0);

/** Pixels of the lines below the figures of a row, where the most are: the trends of all start on one line. */
export function figureLines(items: readonly { chart?: Chart }[]): number {
	const lines = ({ options }: Chart): number => (options.compare ? 24 : 0) + (options.target == null ? 0 : 24);
	return Math.max(0, ...items.map(({ chart }) => (chart?.type === 'kpi' ? lines(chart) : 0)));
}

/** Figures that stand side by side on a phone in pairs: those left without a neighbour, which take the whole width. */
export function oddFigures(items: readonly { id: string; chart?: Chart }[]): Set<string> {
	const odd = new Set<string>();
	let run: string[] = [];
	for (const { id, chart } of [...items, { id: '', chart: undefined }]) {
		if (chart?.type === 'kpi') {
			run.push(id);
			continue;
		}
		const last = run.at(-1);
		if (run.length % 2 === 1 && last !== undefined) odd.add(last);
		run = [];
	}
	return odd;
}
