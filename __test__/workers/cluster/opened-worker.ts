/** The worker over a queue that does what a test says. */

import type { QueueEvent } from '../../../ts/cluster/queue.js';
import { hash, Target, type Work } from '../../../ts/index.js';
import type { Job } from '../../../ts/miner/ports.js';
import { ClusterWorker } from '../../../ts/workers/cluster.js';
import { job, VirtualClock } from '../../miner/jobs.js';
import { type Published, ScriptedQueue } from './scripted-queue.js';

export const target = Target.fromLeadingZeroBits(4);

export interface Opened {
  readonly worker: ClusterWorker;
  readonly queue: ScriptedQueue;
  readonly clock: VirtualClock;
  readonly notices: string[];
}

export async function opened(): Promise<Opened> {
  const [clock, notices] = [new VirtualClock(), [] as string[]];
  let queue: ScriptedQueue | null = null;
  const open = async (onEvent: (event: QueueEvent) => void) => {
    queue = new ScriptedQueue(onEvent);
    return queue;
  };
  const onNotice = ({ text }: { text: string }) => void notices.push(text);
  const worker = await ClusterWorker.over(open, { clock, onNotice });
  if (queue === null) throw new Error('no queue');
  return { worker, queue, clock, notices };
}

/** The lowest nonces that win. */
export function winners(work: Work, many: number): bigint[] {
  const found: bigint[] = [];
  for (let nonce = 0n; found.length < many; nonce++) {
    if (target.isMetBy(hash(work, nonce), work.hashOrder)) found.push(nonce);
  }
  return found;
}

export const easy = (id: string, rest: Partial<Job> & { content?: number } = {}) => {
  return job(id, 'lane', { target, ...rest });
};
export const last = ({ published }: ScriptedQueue) => published.at(-1) as Published;
