/** A job of a source as a work of the cluster: its id, what workers hash, what is carved. */

import { createHash } from 'node:crypto';
import { goalPlan } from '../core/goal.js';
import { Work, workPlan } from '../core/work.js';
import { PowError } from '../errors.js';
import type { Job } from '../miner/ports.js';
import { type Nonces, noncesOf } from '../miner/variants.js';
import type { WorkPlan } from '../native/contract.js';
import { goalBytes } from '../native/goal-bytes.js';
import type { Patch, WorkId, WorkSpace, WorkSpec } from './queue.js';
import { shareTargetOf } from './share-target.js';
import { MOST_PATCH_BYTES } from './wire/messages.js';

export interface WorkOfJobOptions {
  /**
   * Hashes of a usual unit: the share target is then such that it has 32 shares, or the job's own
   * target where that is easier. Default: the target, so that solutions alone are shares.
   */
  readonly unitHashes?: number | undefined;
  /** Root of the dataset that workers need first. */
  readonly dataset?: string | undefined;
}

export interface WorkOfJob {
  readonly spec: WorkSpec;
  readonly space: WorkSpace;
}

/**
 * The same job after a restart of the master gives the same work: id, start and patches are made of
 * its bytes alone.
 *
 * @throws what `job.work` throws; {@link PowError} `POW_RANGE` for nonces that the layout does not
 *   hold, `POW_WORKER` when variants differ in length, layout, or in more than a unit can tell
 */
export function workOfJob(job: Job, options: WorkOfJobOptions = {}): WorkOfJob {
  const { unitHashes, dataset } = options;
  const { work } = job.work(0n);
  const first = workPlan(work, 'job.work');
  const nonces = noncesOf(job, first);
  const digest = digestOf(job, first, nonces);
  const { lane, target, goal } = job;
  const shareTarget = unitHashes === undefined ? target : shareTargetOf(target, unitHashes);
  const spec = { id: idOf(digest), lane, work, target, shareTarget, goal, dataset };
  const start = digest.readBigUInt64BE(16) % (nonces.end - nonces.start);
  const patchOf = (variant: bigint) => patchOfJob(job, variant, first);
  for (const variant of sampleOf(job)) patchOf(variant);
  return {
    spec,
    space: { variants: job.variants, nonces, first: nonces.start + start, patchOf },
  };
}

/** @throws as {@link workOfJob} */
export function workIdOf(job: Job): WorkId {
  const first = workPlan(job.work(0n).work, 'job.work');
  return idOf(digestOf(job, first, noncesOf(job, first)));
}

/**
 * The work that a unit is of: variant 0, with the bytes of its own variant.
 *
 * @throws {@link PowError} `POW_WORK_SIZE` for a patch that does not lie in the message
 */
export function patchedWork(work: Work, patch: Patch | null): Work {
  if (patch === null) return work;
  const { algorithm, nonce, hashOrder, message } = work;
  const { offset, bytes } = patch;
  if (offset + bytes.length > message.length) {
    const detail = `a patch of ${bytes.length} bytes at ${offset} of ${message.length}`;
    throw new PowError('POW_WORK_SIZE', detail);
  }
  message.set(bytes, offset);
  return new Work({ algorithm, nonce, hashOrder, message });
}

function idOf(digest: Buffer): WorkId {
  return digest.toString('hex', 0, 16);
}

function digestOf(job: Job, first: WorkPlan, nonces: Nonces): Buffer {
  const { algorithm, nonceOffset, nonceEncoding, nonceDigits, hashOrder, message } = first;
  const layout = [algorithm, nonceOffset, nonceEncoding, nonceDigits, hashOrder, message.length];
  const space = [job.goal, job.variants, nonces.start, nonces.end];
  const hash = createHash('sha256').update(`${[...layout, ...space].join(' ')}\n`);
  hash.update(goalBytes(goalPlan(job.target, 'job.target'), hashOrder)).update(message);
  for (const variant of sampleOf(job)) {
    hash.update(variantOf(job, variant, first).message);
  }
  return hash.digest();
}

/** Variants that are looked at before anything is lent. */
function sampleOf({ variants }: Job): readonly bigint[] {
  return variants > 1n ? [1n, variants - 1n] : [];
}

function patchOfJob(job: Job, variant: bigint, first: WorkPlan): Patch | null {
  if (variant === 0n) return null;
  const patch = patchBetween(first, variantOf(job, variant, first));
  const length = patch?.bytes.length ?? 0;
  if (length <= MOST_PATCH_BYTES) return patch;
  const run = `differs from variant 0 in a run of ${length} bytes`;
  const detail = `${job.id}: variant ${variant} ${run}, and a cluster sends ${MOST_PATCH_BYTES}`;
  throw new PowError('POW_WORKER', detail);
}

function variantOf(job: Job, variant: bigint, first: WorkPlan): WorkPlan {
  const plan = workPlan(job.work(variant).work, 'job.work');
  const isLike =
    plan.message.length === first.message.length &&
    plan.algorithm === first.algorithm &&
    plan.hashOrder === first.hashOrder &&
    plan.nonceOffset === first.nonceOffset &&
    plan.nonceEncoding === first.nonceEncoding &&
    plan.nonceDigits === first.nonceDigits;
  if (isLike) return plan;
  throw new PowError('POW_WORKER', `${job.id}: variant ${variant} is not laid out as variant 0`);
}

/** The shortest run of bytes that holds every difference. */
function patchBetween(first: WorkPlan, other: WorkPlan): Patch | null {
  const [left, right] = [first.message, other.message];
  let [start, end] = [0, right.length];
  while (start < end && left[start] === right[start]) start += 1;
  while (end > start && left[end - 1] === right[end - 1]) end -= 1;
  return start === end ? null : { offset: start, bytes: right.slice(start, end) };
}
