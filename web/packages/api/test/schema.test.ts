import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
// @ts-expect-error a script without types
import * as schema from '../scripts/schema.mjs';

const { generated, generateTypes, snapshot } = schema as {
	generated: URL;
	snapshot: URL;
	generateTypes: () => Promise<string>;
};

it.skipIf(!existsSync(snapshot))(
	'the types are those of the server’s reviewed document: `npm run schema`',
	async () => {
		expect(await readFile(generated, 'utf8')).toBe(await generateTypes());
	},
);
