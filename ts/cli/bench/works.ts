import type { WorkOptions } from '../../index.js';
import { KNOWN_ANSWERS } from '../known-answers.js';

/** One kind of work that is timed. */
export interface BenchWork {
  readonly layout: string;
  /** For people: what is hashed. */
  readonly summary: string;
  readonly work: WorkOptions;
}

function realWork(name: WorkOptions['algorithm']): WorkOptions {
  const known = KNOWN_ANSWERS.find(({ work }) => work.algorithm === name);
  if (known === undefined) throw new Error(`no known work for ${name}`);
  return known.work;
}

const ascii = (text: string) => new TextEncoder().encode(text);
const DIGITS_64 = '0123456789abcdef'.repeat(4);

/** Around the nonce of ChainCore's block text: 105 bytes before it, 142 behind. */
const CHAINCORE_PREFIX = `{"index": 1, "merkle_root": "${DIGITS_64}", "nonce": `;
const CHAINCORE_SUFFIX = `, "previous_hash": "${DIGITS_64}", "target_difficulty": 4, "timestamp": 1700000000.123456}`;

/** Every work that is timed; the first with an algorithm is the one that peers are timed on. */
export const BENCH_WORKS: readonly BenchWork[] = [
  {
    layout: 'chainweb',
    summary: 'Chainweb header, 286 bytes, u64le nonce',
    work: realWork('blake2s'),
  },
  {
    layout: 'bitcoin',
    summary: 'Bitcoin header, 80 bytes, u32le nonce',
    work: realWork('sha256d'),
  },
  {
    layout: 'text',
    summary: '52 characters and 8 decimal digits',
    work: {
      algorithm: 'sha256',
      message: ascii(`${DIGITS_64.slice(0, 51)}:`),
      nonce: { offset: 52, encoding: 'decimal', digits: 8 },
      hashOrder: 'be',
    },
  },
  {
    layout: 'chaincore',
    summary: 'ChainCore block text, decimal nonce at 105, 142 bytes behind it',
    work: {
      algorithm: 'sha256d',
      message: ascii(CHAINCORE_PREFIX + CHAINCORE_SUFFIX),
      nonce: { offset: CHAINCORE_PREFIX.length, encoding: 'decimal' },
      hashOrder: 'be',
    },
  },
];
