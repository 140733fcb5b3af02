import { Problem } from '@aracari/api';
import { expect, test } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { canRetry, explain } from '../src/problems.ts';

function problem(code: string, hint?: string): Problem {
	return new Problem({ status: 422, code, title: code, ...(hint === undefined ? {} : { hint }) });
}

test('the step over which a chart fails is told where the server names it', () => {
	const hint = 'It begins with step 2 (`join`) of the dataset `sales`.';
	for (const code of ['pipeline_failed', 'timeout', 'limit_exceeded']) {
		const words = explain(problem(code), en);
		expect(explain(problem(code, hint), en)).toBe(`${words} ${hint}`);
	}
	expect(explain(problem('internal', hint), en)).toBe(en.problemOther);
});

test('asking again helps where something may have changed', () => {
	expect(canRetry(problem('timeout'))).toBe(true);
	expect(canRetry(problem('forbidden'))).toBe(false);
});
