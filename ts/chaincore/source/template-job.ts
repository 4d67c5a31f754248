/** Jobs made of templates, and what is checked of a solution before a node gets to see it. Pure. */

import { PowError } from '../../errors.js';
import type { Found, Job, Roll } from '../../miner/ports.js';
import {
  type BlockLayout,
  type BlockTemplate,
  blockText,
  chaincoreHash,
  chaincoreWork,
  meetsDifficulty,
} from '../codec.js';

/** A node has one chain. */
export const LANE = 'chain';

export interface TemplateJobOptions {
  readonly id: string;
  readonly change: Job['change'];
  readonly layout: BlockLayout;
  /** On the monotonic clock: the round is over. */
  readonly deadlineMs: number;
}

const NO_ROLL: Roll = {};

/** One variant: all nonces of 64 bits, some of which a node takes in no time it has. */
export function templateJob(template: BlockTemplate, options: TemplateJobOptions): Job {
  const { id, change, layout, deadlineMs } = options;
  const { work, target } = chaincoreWork(template, layout);
  return {
    ...{ id, change, target, deadlineMs },
    lane: LANE,
    goal: 'first',
    proof: 'required',
    variants: 1n,
    work: () => ({ work, roll: NO_ROLL }),
    template: { kind: 'chaincore' },
  };
}

/**
 * The hash of the solved block, in hex.
 *
 * @throws {@link PowError} `POW_MISMATCH` when the solution is none of this template
 */
export function checkedSolution(
  template: BlockTemplate,
  layout: BlockLayout,
  { solution }: Found,
): string {
  const { prefix, suffix } = blockText(template, layout);
  const text = Buffer.from(solution.message).toString('utf8');
  if (text !== `${prefix}${solution.nonce}${suffix}`) throw mismatch('another text');
  const hash = chaincoreHash(template, layout, solution.nonce);
  if (!meetsDifficulty(hash, template.difficulty)) throw mismatch(`the hash ${hash}`);
  return hash;
}

function mismatch(what: string): PowError {
  return new PowError('POW_MISMATCH', `not posted: the solution has ${what}`);
}
