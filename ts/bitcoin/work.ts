/** A header as the core searches it. */

import { requireObject, requireOneOf } from '../core/arguments.js';
import { Target } from '../core/target.js';
import { Work } from '../core/work.js';
import { decodeHeader, NONCE_OFFSET } from './header.js';

/** Chains with Bitcoin's header hash it by one of these. */
const ALGORITHMS = ['sha256d', 'blake2s'] as const;

export interface BitcoinWorkOptions {
  /** Default: `sha256d`. */
  readonly algorithm?: (typeof ALGORITHMS)[number] | undefined;
}

/** A search, ready for the core. */
export interface BitcoinWork {
  readonly work: Work;
  /** As the header states it. A pool's may be easier. */
  readonly target: Target;
}

/**
 * The search for a header's nonce: its last four bytes, of which nothing else is touched.
 *
 * @param bytes - a header, 80
 * @throws {@link PowError} `POW_WORK_SIZE` for any other length; `POW_ARGUMENT` for an `nBits` that
 *   Bitcoin Core refuses (negative, zero, more than 256 bits), `algorithm`
 */
export function bitcoinWork(bytes: Uint8Array, options: BitcoinWorkOptions = {}): BitcoinWork {
  requireObject(options, 'options');
  const algorithm = requireOneOf(options.algorithm ?? 'sha256d', ALGORITHMS, 'algorithm');
  const target = Target.fromCompact(decodeHeader(bytes).nBits);
  const nonce = { offset: NONCE_OFFSET, encoding: 'u32le' } as const;
  return { work: new Work({ algorithm, message: bytes, nonce, hashOrder: 'le' }), target };
}
