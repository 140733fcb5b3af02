//! Starts the binary over the flights app, and a plain static server with the exported client on another origin.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const binary = process.env.ARACARI_BINARY ?? join(root, 'target/debug/aracari');

const kinds: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const address = socket.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      socket.close(() => resolve(port));
    });
  });
}

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

async function ready(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server was not ready in 20 s');
}

export default async function start(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'aracari-e2e-'));
  const data = join(folder, 'data');
  const [port, otherPort] = [await freePort(), await freePort()];
  const [url, other] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${otherPort}`];

  const readers = join(root, 'examples/flights-readers.yaml');
  const printed = execFileSync(binary, ['user', 'add', '--from', readers, '--data', data], { encoding: 'utf8' });
  for (const name of ['nora', 'marc', 'eli']) {
    const words = printed
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .find((line) => line[0] === name);
    process.env[`PASSWORD_${name.toUpperCase()}`] = words?.at(-1) ?? '';
  }

  execFileSync(binary, ['client', '--out', join(folder, 'client'), '--api', url]);
  const child = spawn(
    binary,
    ['serve', join(root, 'examples/flights'), '--listen', `127.0.0.1:${port}`, '--data', data, '--allow-origin', other],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, RUST_LOG: 'warn' } },
  );
  await ready(url, child);
  const files = await serveFolder(join(folder, 'client'), otherPort);
  process.env.ARACARI_URL = url;
  process.env.ARACARI_OTHER_URL = other;

  return async () => {
    files.close();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}
