// Writes a Brotli and a gzip copy beside every text file of the build, so that no server compresses them again.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const text = /\.(html|js|css|json|svg|txt|map|webmanifest)$/;
const folder = new URL('../dist', import.meta.url).pathname;
const total = { raw: 0, gzip: 0, brotli: 0 };

for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
	const path = join(entry.parentPath ?? entry.path, entry.name);
	// `config.json` is edited after the build: a stale compressed copy would win over it.
	if (!entry.isFile() || !text.test(entry.name) || entry.name === 'config.json') continue;
	const content = await readFile(path);
	const gzip = gzipSync(content, { level: 9 });
	const brotli = brotliCompressSync(content, {
		params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
	});
	await Promise.all([writeFile(`${path}.gz`, gzip), writeFile(`${path}.br`, brotli)]);
	total.raw += content.length;
	total.gzip += gzip.length;
	total.brotli += brotli.length;
}
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
process.stdout.write(
	`text files: ${kilobytes(total.raw)}, gzip ${kilobytes(total.gzip)}, brotli ${kilobytes(total.brotli)}\n`,
);
