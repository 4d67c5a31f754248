/** How settings that change while a session runs come into force. */

import type { Miner } from '../../miner/loop.js';
import type { Worker } from '../../miner/ports.js';
import type { PreemptionOptions } from '../../miner/preemption.js';
import { CpuWorker } from '../../workers/cpu.js';
import type { Appliers } from '../config/reload.js';
import type { Settings } from '../config/schema.js';
import type { Log } from '../log.js';

/** What they act on. */
export interface HotParts {
  readonly miner: Miner;
  readonly worker: Worker;
  readonly log: Log;
  setBlocks(blocks: number | undefined): void;
}

/** One for every hot setting that means something to these parts. */
export function appliersOf({ miner, worker, log, setBlocks }: HotParts): Appliers {
  const preempt = (settings: Settings) => miner.changePreemption(preemptionOf(settings));
  const ofCpu: Appliers =
    worker instanceof CpuWorker
      ? new Map([
          ['engine.threads', ({ engine }) => worker.resize(engine.threads)],
          ['engine.cpuLimit', ({ engine }) => worker.limitCpu(engine.cpuLimit)],
        ])
      : new Map();
  return new Map([
    ...ofCpu,
    ['blocks', ({ blocks }: Settings) => setBlocks(blocks)],
    [
      'log.level',
      (settings: Settings) => {
        log.level = settings.log.level;
      },
    ],
    ['preemption.rule', preempt],
    ['preemption.delayMs', preempt],
    ['preemption.minimumIntervalMs', preempt],
  ]);
}

export function preemptionOf({ preemption }: Settings): PreemptionOptions {
  const { rule, delayMs, minimumIntervalMs } = preemption;
  return {
    rule: rule === 'delayed' ? { kind: rule, ms: delayMs } : { kind: rule },
    minimumIntervalMs,
  };
}
