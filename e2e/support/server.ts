//! The binary under test: users, servers, free ports.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';

export const root = new URL('../..', import.meta.url).pathname;
export const binary = process.env.ARACARI_BINARY ?? join(root, 'target/debug/aracari');

export interface Running {
	url: string;
	stop: () => Promise<void>;
}

export async function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const socket = createSocket().listen(0, '127.0.0.1', () => {
			const address = socket.address();
			const port = typeof address === 'object' && address ? address.port : 0;
			socket.close(() => resolve(port));
		});
	});
}

/** Creates the people of a file; their passwords by name. */
export function addReaders(file: string, data: string): Record<string, string> {
	const printed = execFileSync(binary, ['user', 'add', '--from', file, '--data', data], {
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const words = printed.split('\n').map((line) => line.trim().split(/\s+/));
	return Object.fromEntries(words.filter((line) => line.length > 2).map((line) => [line[0] ?? '', line.at(-1) ?? '']));
}

async function ready(url: string, child: ChildProcess): Promise<void> {
	const until = Date.now() + 20_000;
	while (Date.now() < until) {
		if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
		const answer = await fetch(`${url}/health/live`).catch(() => null);
		if (answer?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error('the server was not ready in 20 s');
}

/** Serves app folders until it is stopped. */
export async function serve(apps: string[], data: string, extra: string[] = [], port?: number): Promise<Running> {
	const address = `127.0.0.1:${port ?? (await freePort())}`;
	const child = spawn(binary, ['serve', ...apps, '--listen', address, '--data', data, ...extra], {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, ARACARI_LOG: 'warn' },
	});
	const url = `http://${address}`;
	await ready(url, child);
	return {
		url,
		stop: async () => {
			const ended = new Promise((resolve) => child.once('exit', resolve));
			child.kill('SIGTERM');
			await ended;
		},
	};
}
