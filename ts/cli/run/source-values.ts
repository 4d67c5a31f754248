/** Values of flags that several sources have, into what their options take. */

import { readFileSync } from 'node:fs';
import { UsageError } from '../exit.js';

/** @throws UsageError */
export function readCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError('--ca', error instanceof Error ? error.message : String(error));
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UsageError('--ca', `expected a PEM file with certificates, got ${path}`);
}

/** @throws UsageError beyond an hour */
export function milliseconds(seconds: number, flag: string): number {
  if (seconds > 3600) throw new UsageError(flag, `expected at most 3600 seconds, got ${seconds}`);
  return Math.max(1, Math.round(seconds * 1000));
}
