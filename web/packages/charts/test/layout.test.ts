// Every sample of the gallery, at every size and language, is laid out with finite numbers inside its picture.
import { describe, expect, test } from 'vitest';
import { samples } from '../gallery/samples';
import { plan } from '../src/options';
import { outline } from '../src/outline';
import type { Context } from '../src/plan';
import { isDrawn } from '../src/preload';
import { textWidth } from '../src/text';
import { tokensOf } from '../src/tokens';
import type { Size } from '../src/types';

const world = outline();
const rooms: [Size, number, number][] = [
	['tile', 240, 150],
	['tile', 520, 150],
	['dashboard', 360, 220],
	['dashboard', 900, 400],
	['story', 326, 300],
	['story', 760, 340],
];

function* numbers(value: unknown, path = ''): Generator<[string, number]> {
	if (typeof value === 'number') yield [path, value];
	else if (Array.isArray(value)) for (const [index, each] of value.entries()) yield* numbers(each, `${path}[${index}]`);
	else if (value && typeof value === 'object') for (const [key, each] of Object.entries(value)) yield* numbers(each, `${path}.${key}`);
}

interface Text {
	type: string;
	x: number;
	y: number;
	style: { text: string; textAlign: string; font: string };
}

describe.each(rooms)('at %s size, %d by %d', (size, width, height) => {
	for (const sample of samples.filter((each) => isDrawn(each.chart.type))) {
		test.each(['en', 'fr'])(`${sample.name} (%s)`, (locale) => {
			const context: Context = { locale, tokens: tokensOf('light'), size, width, height };
			const made = plan(sample.chart, sample.frames.main, context, world);

			for (const [path, number] of numbers({ option: made.option, marks: made.marks })) expect(Number.isFinite(number), path).toBe(true);

			for (const graphic of made.option.graphic as unknown as Text[]) {
				if (graphic.type !== 'text') continue;
				const { text, textAlign, font } = graphic.style;
				// The measure errs on the wide side: a tenth is its margin.
				const wide = textWidth(text, Number(/(\d+(\.\d+)?)px/.exec(font)?.[1])) * 0.9;
				const left = textAlign === 'left' ? graphic.x : textAlign === 'right' ? graphic.x - wide : graphic.x - wide / 2;
				expect(left, `left edge of “${text}”`).toBeGreaterThanOrEqual(-2);
				expect(left + wide, `right edge of “${text}”`).toBeLessThanOrEqual(width + 2);
				expect(graphic.y, `height of “${text}”`).toBeGreaterThanOrEqual(-1);
				expect(graphic.y, `height of “${text}”`).toBeLessThanOrEqual(made.height);
			}
			for (const mark of made.marks) {
				expect(mark.x).toBeGreaterThanOrEqual(-1);
				expect(mark.x).toBeLessThanOrEqual(width + 1);
			}
		});
	}
});
