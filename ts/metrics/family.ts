/** What a metric is: a name, a type, and its samples at one moment. */

import type { ClusterStatus } from '../cluster/queue.js';
import type { SourceStatus, WorkerStats } from '../miner/ports.js';
import type { MinerStats } from '../miner/stats.js';
import type { LabelNames } from './label-names.js';

/** Everything at one moment. */
export interface Snapshot {
  readonly miner: MinerStats;
  readonly source: SourceStatus;
  readonly worker: WorkerStats;
  /** `null`: the worker lends nothing. */
  readonly cluster: ClusterStatus | null;
  readonly hashesPerSecond: number;
}

/** Label values that come from elsewhere. */
export interface Labels {
  readonly lanes: LabelNames;
  readonly codes: LabelNames;
  readonly purposes: LabelNames;
  /** Workers of a cluster. */
  readonly nodes: LabelNames;
}

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Histograms only: the name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** A number is the one sample of a family without labels. */
  samples(snapshot: Snapshot, labels: Labels): number | readonly Sample[];
}

export const PREFIX = 'pow_native_';

export function counter(name: string, help: string, samples: Family['samples']): Family {
  return { name: PREFIX + name, type: 'counter', help, samples };
}

export function gauge(name: string, help: string, samples: Family['samples']): Family {
  return { name: PREFIX + name, type: 'gauge', help, samples };
}

/** Nothing of a name that has no label. */
export function named(
  label: string | null,
  samples: (label: string) => readonly Sample[],
): readonly Sample[] {
  return label === null ? [] : samples(label);
}
