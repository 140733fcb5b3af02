//! Starts the binary over the flights app, and a plain static server with the exported client on another origin.
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { addReaders, binary, freePort, root, serve } from './server.ts';

const kinds: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.json': 'application/json',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2',
};

/** Serves a folder as the plainest of static servers would. */
async function serveFolder(folder: string, port: number): Promise<Server> {
	const server = createServer((request, response) => {
		const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
		let file = join(folder, path);
		if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
		if (!file.startsWith(folder) || !existsSync(file)) {
			response.writeHead(404).end();
			return;
		}
		response.writeHead(200, { 'content-type': kinds[extname(file)] ?? 'application/octet-stream' });
		createReadStream(file).pipe(response);
	});
	return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

export default async function start(): Promise<() => Promise<void>> {
	const folder = mkdtempSync(join(tmpdir(), 'aracari-e2e-'));
	const data = join(folder, 'data');
	const passwords = addReaders(join(root, 'examples/flights-readers.yaml'), data);
	for (const [name, password] of Object.entries(passwords)) process.env[`PASSWORD_${name.toUpperCase()}`] = password;

	const [port, otherPort] = [await freePort(), await freePort()];
	const other = `http://127.0.0.1:${otherPort}`;
	execFileSync(binary, ['client', '--out', join(folder, 'client'), '--api', `http://127.0.0.1:${port}`]);
	const server = await serve([join(root, 'examples/flights')], data, ['--allow-origin', other], port);
	const files = await serveFolder(join(folder, 'client'), otherPort);
	process.env.ARACARI_URL = server.url;
	process.env.ARACARI_OTHER_URL = other;

	return async () => {
		files.close();
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	};
}
