import { UsageError } from '../exit.js';
import { chaincoreSource } from './chaincore-source.js';
import { chainwebSource } from './chainweb-source.js';
import { clusterSource } from './cluster-source.js';
import { stratumSource } from './stratum-source.js';
import type { SourceRow } from './tables.js';

/** Every source. Help and the tests walk this table. */
export const SOURCES: readonly SourceRow[] = [
  chainwebSource,
  chaincoreSource,
  stratumSource,
  clusterSource,
];

/**
 * `chainweb+http://HOST:PORT` is the row and the rest.
 *
 * @throws UsageError
 */
export function sourceAt(text: string): { readonly row: SourceRow; readonly url: string } {
  const [, scheme, url = ''] = /^([a-z]+)\+(.+)$/i.exec(text) ?? [];
  const row = SOURCES.find((source) => source.scheme === scheme?.toLowerCase());
  if (row !== undefined) return { row, url };
  const known = SOURCES.map(({ scheme, form = 'http://HOST:PORT' }) => `${scheme}+${form}`).join(
    ', ',
  );
  throw new UsageError('--source', `expected ${known}, got ${text}`);
}
