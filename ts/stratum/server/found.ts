/** A share that solves the job it was mined for, as the miner wants it. */

import type { Solution } from '../../core/solution.js';
import type { Found, Roll } from '../../miner/ports.js';
import type { IssuedJob } from '../jobs/board.js';
import type { ReadShare } from '../jobs/share.js';
import { NONCE_BYTES } from '../jobs/template.js';
import type { Solved } from './checker.js';

const MICROS = 1_000_000n;

export function foundOf({ job, read, solution }: Solved): Found {
  return { job: job.origin.job, roll: rollOf(job, read), solution: aligned(job, read, solution) };
}

/** What was rolled: by us when the job was issued, or by the device. */
function rollOf({ origin, roll }: IssuedJob, read: ReadShare): Roll {
  if (read.kind === 'chainweb') return roll;
  const { extranonce2, fields, template } = read;
  const first = (origin.job.template as { readonly timeSeconds?: number } | undefined)?.timeSeconds;
  const seconds = BigInt(fields.timeSeconds - (first ?? template.timeSeconds));
  return { extranonce2, version: fields.version, timeOffsetMicros: seconds * MICROS };
}

/** What a pool has fixed, or a variant, is no part of the job's nonce. */
function aligned(job: IssuedJob, read: ReadShare, solution: Solution): Solution {
  if (read.kind !== 'chainweb') return solution;
  const { message, nonce } = job.origin.job.work(0n).work;
  const fixedBits = BigInt(8 * (NONCE_BYTES - (message.length - nonce.offset)));
  return { ...solution, nonce: solution.nonce >> fixedBits };
}
