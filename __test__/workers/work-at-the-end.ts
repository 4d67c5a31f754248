/** Jobs as a Chainweb node gives them out, but for the hash: the nonce is the last eight bytes. */

import { type Algorithm, Target, Work } from '../../ts/index.js';
import type { Job } from '../../ts/miner/ports.js';
import { job } from '../miner/jobs.js';

const BYTES = 40;

/** One hash in 16 meets it. */
export const soon = Target.fromLeadingZeroBits(4);

/** Byte 0 says what job it is, byte 1 the variant. */
export function lastBytesJob(
  id: string,
  lane: string,
  rest: Partial<Job> = {},
  algorithm: Algorithm = 'sha256',
): Job {
  return job(id, lane, {
    work: (variant) => ({
      work: new Work({
        algorithm,
        message: Uint8Array.of(id.length, Number(variant % 256n), ...new Uint8Array(BYTES - 2)),
        nonce: { offset: BYTES - 8, encoding: 'u64le' },
        hashOrder: 'le',
      }),
      roll: { timeOffsetMicros: variant },
    }),
    ...rest,
  });
}
