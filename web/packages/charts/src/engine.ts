/** The one lazily loaded chunk with ECharts: only the parts that our charts draw with. */
import { BarChart, LineChart, PieChart, ScatterChart } from 'echarts/charts';
import { GraphicComponent, GridSimpleComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import type { Plan } from './plan';

use([BarChart, LineChart, PieChart, ScatterChart, GridSimpleComponent, GraphicComponent, SVGRenderer, CanvasRenderer]);

export { plan } from './options';

export interface Drawing {
	draw: (plan: Plan, calm: boolean) => void;
	emphasise: (item: [number, number] | undefined) => void;
	end: () => void;
}

/** Draws plans into an element; sizes come with each plan. */
export function drawing(element: HTMLElement): Drawing {
	// ECharts empties its element by markup, which Trusted Types refuse: this element empties itself.
	emptiedByHand(element);
	let chart: EChartsType | null = null;
	let renderer: Plan['renderer'] | null = null;
	let held: [number, number] | undefined;

	function end(): void {
		// Disposing empties the picture in the same way.
		for (const picture of element.querySelectorAll('svg')) emptiedByHand(picture);
		chart?.dispose();
		chart = null;
	}
	return {
		draw(plan, calm) {
			const size = { width: element.clientWidth, height: plan.height };
			if (renderer !== plan.renderer) end();
			renderer = plan.renderer;
			if (!chart) chart = init(element, undefined, { renderer: plan.renderer, ...size });
			else if (chart.getWidth() !== size.width || chart.getHeight() !== size.height) chart.resize(size);
			held = undefined;
			chart.setOption(
				{ ...plan.option, animation: !calm },
				{ replaceMerge: ['series', 'graphic', 'xAxis', 'yAxis', 'grid'] },
			);
		},
		emphasise(item) {
			if (held) chart?.dispatchAction({ type: 'downplay', seriesIndex: held[0], dataIndex: held[1] });
			held = item;
			if (item) chart?.dispatchAction({ type: 'highlight', seriesIndex: item[0], dataIndex: item[1] });
		},
		end,
	};
}

function emptiedByHand(element: Element): void {
	Object.defineProperty(element, 'innerHTML', { configurable: true, set: () => element.replaceChildren() });
}
