/** The work of the fault tests: a header with a number in it, cut into units of equal size. */

import type { WorkSpace, WorkSpec } from '../../../ts/cluster/queue.js';
import { workOfJob } from '../../../ts/cluster/work-of-job.js';
import { type Goal, Target, Work } from '../../../ts/index.js';
import type { Job } from '../../../ts/miner/ports.js';
import { anyWork } from '../../fixtures.js';

export interface WorkAsked {
  /** Other numbers, other works. */
  readonly number: number;
  readonly units: number;
  readonly unitNonces: number;
  readonly goal?: 'first' | 'all';
  /** Zero bits of the target. Default: no hash meets it. */
  readonly bits?: number;
  readonly lane?: string;
  /** `false`: solutions alone are shares. */
  readonly proof?: boolean;
}

export function workAsked(asked: WorkAsked): { spec: WorkSpec; space: WorkSpace } {
  const { proof = true, unitNonces } = asked;
  const { spec, space } = workOfJob(jobAsked(asked), proof ? { unitHashes: unitNonces } : {});
  // From the first nonce on: a start in the middle would cut one unit in two.
  return { spec, space: { ...space, first: space.nonces.start } };
}

function jobAsked({
  number,
  units,
  unitNonces,
  goal = 'all',
  bits,
  lane = 'fault',
}: WorkAsked): Job {
  const target: Goal =
    bits === undefined ? Target.fromBigInt(0n) : Target.fromLeadingZeroBits(bits);
  const message = anyWork.message;
  new DataView(message.buffer).setUint32(8, number);
  const { algorithm, nonce, hashOrder } = anyWork;
  const work = new Work({ algorithm, message, nonce, hashOrder });
  return {
    ...{ id: `${lane}/${number}`, lane, change: 'replace', target, goal, proof: 'required' },
    ...{ variants: 1n, nonces: { start: 0n, end: BigInt(units) * BigInt(unitNonces) } },
    work: () => ({ work, roll: {} }),
  };
}
