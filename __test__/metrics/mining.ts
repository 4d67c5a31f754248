/** A miner, a source and a worker that say what a test wants them to. */

import type { ClusterStatus } from '../../ts/cluster/queue.js';
import type { SourceStatus, WorkerStats } from '../../ts/miner/ports.js';
import type { LaneCounts, MinerStats } from '../../ts/miner/stats.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const none = { accepted: 0, stale: 0, duplicate: 0, rejected: 0, unknown: 0 };
const counts = { switches: 0, skipped: 0, solutions: 0, stales: 0, undelivered: 0 };

export const laneCounts = (lane: string, hashes: number): LaneCounts => ({
  ...{ lane, hashes, ...counts },
  ...{ blocks: none, shares: none },
});

export class ScriptedMining {
  readonly minerStats: Writable<MinerStats> = {
    ...{ ...counts, hashes: 0, wastedHashes: 0, sets: 0, jobs: 0, largestBatch: 0, refused: 0 },
    ...{ submitting: 0, errors: {}, lanes: [], blocks: { ...none }, shares: { ...none } },
  };
  readonly sourceStatus: Writable<SourceStatus> = {
    ...{ connection: 'connected', lanes: [], reconnects: 0, requests: {}, errors: {} },
    ...{ lastError: null, warnings: [] },
  };
  readonly workerStats: Writable<WorkerStats> = {
    ...{ hashes: 0, wastedHashes: 0, solutions: 0, running: [], threads: [], restarts: 0 },
    ...{ errors: {}, warnings: [] },
  };
  readonly clusterStatus: Writable<ClusterStatus> = {
    ...{ master: 'm', adapter: 'tcp', epoch: 0, workers: [], works: [] },
    totals: {
      ...{ hashes: 0, units: 0, solutions: 0, shares: 0, redelivered: 0, duplicates: 0 },
      ...{ stale: 0, rejected: 0, quarantined: 0, strikes: 0, bans: 0 },
    },
  };
  /** How often the miner was asked. */
  asked = 0;

  readonly miner = {
    stats: () => {
      this.asked += 1;
      return this.minerStats;
    },
  };
  readonly source = { status: () => this.sourceStatus };
  readonly worker = { stats: () => this.workerStats, cluster: () => this.clusterStatus };
}
