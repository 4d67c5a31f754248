/** A master as a program: what a test asks of it, it does; what happens, it writes down. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openNatsMaster } from '../../../ts/cluster/nats/master.js';
import type { MasterQueue, QueueEvent, WorkId } from '../../../ts/cluster/queue.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import type { MasterHow } from './adapters.js';
import { answerWith } from './child.js';
import { write } from './history.js';
import { type WorkAsked, workAsked } from './work.js';

let master: MasterQueue | null = null;
/** A benchmark: nothing is written down. */
let countsOnly = false;
let accepted = 0;
let publishedAtMs = 0;

function opened(): MasterQueue {
  if (master === null) throw new Error('not open');
  return master;
}

answerWith({
  async open({ adapter, options, history }: MasterHow) {
    const early: QueueEvent[] = [];
    const onEvent = (event: QueueEvent) => {
      if (event.kind === 'result' && event.verdict === 'accepted') accepted += 1;
      if (countsOnly) return;
      if (master === null) early.push(event);
      else write(history, master.epoch, event);
    };
    const how = { ...options, onEvent } as never;
    const queue = adapter === 'tcp' ? await openMaster(how) : await openNatsMaster(how);
    master = queue;
    for (const event of early) write(history, queue.epoch, event);
    return { port: 'port' in queue ? queue.port : 0, epoch: queue.epoch };
  },
  async publish(asked: WorkAsked) {
    const { spec, space } = workAsked(asked);
    publishedAtMs = performance.timeOrigin + performance.now();
    await opened().publish(spec, space);
    return spec.id;
  },
  cancel: ({ work }: { work: WorkId }) => opened().cancel(work, 'stale'),
  status: () => opened().status(),
  /** Of what is still in use: garbage is collected first. */
  memory() {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage();
  },
  'count only'() {
    countsOnly = true;
  },
  accepted: () => accepted,
  'published at': () => publishedAtMs,
  close: () => opened().close(),
});
