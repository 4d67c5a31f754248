/** The master that a node of `auto` is for a while: its end of the queue, a source, a miner. */

import type { MasterPart } from '../../cluster/election/auto.js';
import type { QueueEvent } from '../../cluster/queue.js';
import type { MinerEvent } from '../../miner/events.js';
import { Miner } from '../../miner/loop.js';
import type { WorkSource } from '../../miner/ports.js';
import type { PreemptionOptions } from '../../miner/preemption.js';
import { openDataset } from '../../workers/cluster/dataset.js';
import { type ClusterWorkerOptions, openQueue } from '../../workers/cluster/options.js';
import { ClusterWorker } from '../../workers/cluster.js';
import type { Notice } from '../run/tables.js';

export interface MasterPartOptions {
  readonly cluster: ClusterWorkerOptions;
  /** Of this node. */
  readonly id: string;
  /** The source is told how many jobs the worker takes at once. */
  openSource(lanes: number): WorkSource;
  readonly preemption: PreemptionOptions;
  readonly onEvent: (event: MinerEvent) => void;
  readonly onNotice: (notice: Notice) => void;
}

export interface RunningMaster extends MasterPart {
  readonly worker: ClusterWorker;
  readonly miner: Miner;
}

/**
 * @param epoch - at least that one
 * @param signal - gives up waiting for another master (NATS)
 */
export async function openMasterPart(
  options: MasterPartOptions,
  epoch: number,
  signal: AbortSignal,
): Promise<RunningMaster> {
  const { cluster, id, openSource, preemption, onEvent, onNotice } = options;
  let seenEpoch = epoch;
  const dataset = await openDataset(cluster);
  const worker = await ClusterWorker.over(
    (heard: (event: QueueEvent) => void) => {
      return openQueue(cluster, {
        ...{ id, epochAbove: epoch - 1, otherMaster: 'wait', signal, onNotice, dataset },
        onEvent: (event) => {
          if (event.kind === 'deposed') seenEpoch = event.epoch;
          heard(event);
        },
      });
    },
    { onNotice, proof: cluster.proof, unitNonces: cluster.unitNonces, dataset: dataset?.root },
  );
  const stop = new AbortController();
  let source: WorkSource;
  try {
    source = openSource(worker.lanes);
  } catch (error) {
    await worker.close();
    throw error;
  }
  const miner = new Miner(source, worker, { preemption, onEvent });
  const ended = miner.run(stop.signal).then(
    () => ({ seenEpoch }),
    (error: unknown) => ({ seenEpoch, error }),
  );
  return {
    ...{ worker, miner, ended, epoch: worker.epoch, address: worker.address },
    async close() {
      stop.abort();
      await ended;
      await source.close();
      await worker.close();
    },
  };
}
