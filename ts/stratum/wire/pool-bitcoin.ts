/** Jobs of the Bitcoin dialect, client side. */

import { wordsReversed } from './bitcoin-server.js';
import type { PoolBitcoinJob } from './pool-messages.js';
import { hexNumber } from './requests.js';

/** All transactions of a block have no more. */
const MOST_COINBASE = 1_000_000;
const MOST_BRANCHES = 32;
const MOST_ID = 256;

/** @returns what is wrong with it */
export function bitcoinJobOf(params: readonly unknown[]): PoolBitcoinJob | string {
  const [jobId, parent, coinbase1, coinbase2, branches, version, nBits, time, clean] = params;
  if (typeof jobId !== 'string' || jobId.length > MOST_ID) return 'no job id';
  const words = bytesOf(parent, 32);
  if (words?.length !== 32) return 'no previous hash of 32 bytes';
  const [one, two] = [bytesOf(coinbase1, MOST_COINBASE), bytesOf(coinbase2, MOST_COINBASE)];
  if (one === null || two === null) return 'a coinbase that is no hex';
  if (!Array.isArray(branches) || branches.length > MOST_BRANCHES) return 'no list of branches';
  const nodes = branches.map((branch: unknown) => bytesOf(branch, 32));
  const whole = nodes.filter((node) => node?.length === 32) as Uint8Array[];
  if (whole.length !== nodes.length) return 'a branch that is not of 32 bytes';
  const numbers = [version, nBits, time].map(hexNumber);
  const [ofVersion, ofBits, ofTime] = numbers;
  if (ofVersion == null || ofBits == null || ofTime == null) return 'version, nbits or ntime';
  return {
    ...{ kind: 'bitcoin', jobId, isClean: clean === true, parent: wordsReversed(words) },
    ...{ coinbase1: one, coinbase2: two, branches: whole },
    ...{ version: ofVersion, nBits: ofBits, timeSeconds: ofTime },
  };
}

/** Whole bytes of hex; `null`: none, or too many. */
function bytesOf(value: unknown, most: number): Uint8Array | null {
  if (typeof value !== 'string' || value.length > 2 * most) return null;
  return value.length % 2 === 0 && /^[0-9a-f]*$/i.test(value) ? Buffer.from(value, 'hex') : null;
}
