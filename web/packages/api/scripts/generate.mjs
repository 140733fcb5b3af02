// Writes `src/schema.d.ts`.
import { writeFile } from 'node:fs/promises';
import { generated, generateTypes } from './schema.mjs';

await writeFile(generated, await generateTypes());
