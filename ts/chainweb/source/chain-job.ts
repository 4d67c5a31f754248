/** Jobs made of a node's work, and what is checked of a solution before the node gets to see it. */

import { PowError } from '../../errors.js';
import type { Found, Job, RolledWork } from '../../miner/ports.js';
import type { FetchedWork } from '../client.js';
import { decodeWorkHeader, type WorkHeader } from '../codec/header.js';
import { chainwebWork, powHashOf } from '../codec/work.js';

/** Bytes of the creation time: i64, microseconds. */
const TIME = { start: 8, end: 16 } as const;
const NONCE_BYTES = 8;

export interface ChainJobOptions {
  readonly id: string;
  readonly change: Job['change'];
  readonly proof: Job['proof'];
  /** How long the work may be mined, from when it was asked for. */
  readonly lifeMs: number;
}

export function laneOf(chain: number): string {
  return `chain-${chain}`;
}

/**
 * A job whose variants are creation times: variant `v` is `v` microseconds after the time in the
 * work, up to the end of its life. Every other byte stays as the node made it.
 */
export function chainJob(work: FetchedWork, { id, change, proof, lifeMs }: ChainJobOptions): Job {
  return {
    ...{ id, change, proof },
    lane: laneOf(work.header.chain),
    target: work.header.target,
    goal: 'first',
    deadlineMs: work.sentAtMs + lifeMs,
    variants: BigInt(Math.max(1, Math.floor(lifeMs * 1000))),
    work: (variant) => rolled(work, variant),
  };
}

function rolled({ work, header }: FetchedWork, variant: bigint): RolledWork {
  const bytes = Buffer.from(work);
  bytes.writeBigInt64LE(header.creationTimeMicros + variant, TIME.start);
  return { work: chainwebWork(bytes).work, roll: { timeOffsetMicros: variant } };
}

/**
 * The bytes to post. A wrong nonce would burn the work: the node forgets it after any attempt.
 *
 * @param job - as it was given out
 * @throws {@link PowError} `POW_MISMATCH` when the solution is none of this work
 */
export function checkedSolution(
  work: FetchedWork,
  job: Job,
  found: Found,
): { readonly bytes: Uint8Array; readonly header: WorkHeader } {
  const bytes = new Uint8Array(found.solution.message);
  if (bytes.length !== work.work.length) throw mismatch(`${bytes.length} bytes`);
  const header = decodeWorkHeader(bytes);
  if (!sameButRolled(bytes, work.work)) throw mismatch('bytes that are not ours to change');
  const offset = header.creationTimeMicros - work.header.creationTimeMicros;
  if (offset < 0n || offset >= job.variants) throw mismatch(`a time ${offset} us off`);
  if (job.proof === 'required' && !work.header.target.isMetBy(powHashOf(bytes), 'le')) {
    throw mismatch('a hash above the target');
  }
  return { bytes, header };
}

function sameButRolled(one: Uint8Array, other: Uint8Array): boolean {
  const tail = one.length - NONCE_BYTES;
  return (
    Buffer.compare(one.subarray(0, TIME.start), other.subarray(0, TIME.start)) === 0 &&
    Buffer.compare(one.subarray(TIME.end, tail), other.subarray(TIME.end, tail)) === 0
  );
}

function mismatch(what: string): PowError {
  return new PowError('POW_MISMATCH', `not posted: the solution has ${what}`);
}
