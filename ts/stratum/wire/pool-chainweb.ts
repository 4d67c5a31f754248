/** Jobs of the Chainweb dialect, client side. */

import type { PoolChainwebJob } from './pool-messages.js';

const LEAST_BYTES = 178;
const MOST_BYTES = 1024;
const MOST_ID = 256;

/** @returns what is wrong with it */
export function chainwebJobOf([jobId, header, clean]: readonly unknown[]):
  | PoolChainwebJob
  | string {
  if (typeof jobId !== 'string' || jobId.length > MOST_ID) return 'no job id';
  if (typeof header !== 'string' || !/^([0-9a-f]{2})+$/i.test(header)) return 'no header in hex';
  const bytes = Buffer.from(header, 'hex');
  if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) return `${bytes.length} bytes`;
  // Some pools leave the third out: it is always true.
  return { kind: 'chainweb', jobId, isClean: clean !== false, header: bytes };
}
