import { Problem } from '@aracari/api';
import { expect, test } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { canRetry, explain } from '../src/problems.ts';

function problem(code: string): Problem {
	return new Problem({ status: 422, code, title: code });
}

test('a problem is explained in words of its own, whatever its code', () => {
	const told = ['pipeline_failed', 'timeout', 'limit_exceeded'].map((code) => explain(problem(code), en));
	expect(told).toEqual([en.problemPipeline, en.problemTimeout, en.problemLimit]);
	for (const code of ['internal', 'constructor']) expect(explain(problem(code), en)).toBe(en.problemOther);
});

test('asking again helps where something may have changed', () => {
	expect(canRetry(problem('timeout'))).toBe(true);
	expect(canRetry(problem('forbidden'))).toBe(false);
});
