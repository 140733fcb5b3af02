//! What a failure means in plain words.
import type { Problem } from '@aracari/api';
import type { Messages } from './i18n/index.ts';

type Wording = { [Key in keyof Messages]: Messages[Key] extends string ? Key : never }[keyof Messages];

const wordings: Record<string, Wording> = {
	offline: 'problemOffline',
	incomplete: 'problemOffline',
	forbidden: 'problemForbidden',
	timeout: 'problemTimeout',
	limit_exceeded: 'problemLimit',
	too_large: 'problemLimit',
	source_failed: 'problemSource',
	pipeline_failed: 'problemPipeline',
	rate_limited: 'problemBusy',
	unavailable: 'problemBusy',
	not_ready: 'appNotReady',
	invalid_request: 'problemInvalid',
};

/** The problem itself; those who can mend it find more in its hint. */
export function explain(problem: Problem, t: Messages): string {
	const key = Object.hasOwn(wordings, problem.code) ? wordings[problem.code] : undefined;
	return t[key ?? 'problemOther'];
}

/** Whether asking again may help. */
export function canRetry(problem: Problem): boolean {
	return problem.code !== 'forbidden' && problem.code !== 'invalid_request' && problem.code !== 'not_found';
}
