/** What is measured: the three parts of a miner, through the eyes of whoever asks them. */

import type { ClusterStatus } from '../cluster/queue.js';
import type { SourceStatus, WorkerStats } from '../miner/ports.js';
import type { MinerStats } from '../miner/stats.js';

/**
 * A `Miner`, its source and its worker. Asked anew at every scrape, so each may be a getter whose
 * answer changes while the program runs; counters then begin again, as Prometheus expects.
 */
export interface Mining {
  readonly miner: { stats(): MinerStats };
  readonly source: { status(): SourceStatus };
  /** `cluster`: of a worker that lends its work. */
  readonly worker: { stats(): WorkerStats; cluster?(): ClusterStatus };
}
