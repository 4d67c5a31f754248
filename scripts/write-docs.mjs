/**
 * Writes the pages that are generated from code: `npm run docs`. A test holds them to it.
 */

import { writeFileSync } from 'node:fs';
import { configurationPage, configurationSchema } from './configuration-docs.mjs';

/** By path. */
export const PAGES = new Map([
  ['docs/configuration.md', configurationPage],
  ['docs/configuration.schema.json', configurationSchema],
]);

if (process.argv[1]?.endsWith('write-docs.mjs')) {
  for (const [path, page] of PAGES) writeFileSync(new URL(`../${path}`, import.meta.url), page());
}
