/** What a worker of a cluster is made of, and what it tells. Plain data: it crosses to the thread. */

import type { EngineOptions } from '../../core/engine-options.js';
import type { EngineStats } from '../../native/contract.js';
import type { ChunkHost } from '../datasets/host.js';
import type { NatsWorkerOptions } from '../nats/options.js';
import type { Capabilities, WorkerQueue } from '../queue.js';
import type { MasterAddress, MutualTls, TcpWorkerOptions } from '../tcp/options.js';

/** What the thread itself gives to the queue. */
type OfThread = 'capabilities' | 'serves' | 'onNotice' | 'clock' | 'random';

/** Where leases come from. */
export type QueueAddress =
  | ({ readonly adapter: 'tcp' } & Omit<TcpWorkerOptions, OfThread>)
  | ({ readonly adapter: 'nats' } & Omit<NatsWorkerOptions, OfThread>)
  | {
      readonly adapter: 'module';
      /** URL of a module that exports `join: (how: JoinHow) => JoinedQueue`. */
      readonly url: string;
      /** Handed to `join` as it is; what structured cloning takes. */
      readonly options?: unknown;
    };

/** Where datasets are kept, and how many bytes of them. Default: 64 GiB. */
export interface DatasetOptions {
  readonly folder: string;
  readonly mostBytes?: number | undefined;
  /** Served to other nodes, and fetched from them. Default: over the master alone. */
  readonly peers?: PeerOptions | undefined;
}

export type PeerOptions = { readonly tls: MutualTls } & (
  | {
      readonly listen: MasterAddress;
      /** What others are told instead of the host that is listened on. */
      readonly advertise?: string | undefined;
    }
  /** Another port of this node serves the same folder. */
  | { readonly servedAt: MasterAddress }
);

/** A queue, and the datasets that come over it where the adapter carries them. */
export type JoinedQueue = WorkerQueue & { readonly chunks?: ChunkHost };

export interface JoinHow {
  readonly capabilities: Capabilities;
  /** Datasets of this node, for others. */
  readonly serves: ChunkHost | undefined;
  readonly onNotice: (notice: WorkerNotice) => void;
  readonly options: unknown;
}

/** One line, no control characters. */
export interface WorkerNotice {
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
}

export interface ClusterWorkerNodeOptions extends EngineOptions {
  readonly queue: QueueAddress;
  /** Left out: works that need a dataset are given back. */
  readonly datasets?: DatasetOptions | undefined;
  /** How often {@link ClusterWorkerStats} come from the thread. Default: 500. */
  readonly statsMs?: number | undefined;
  readonly onNotice?: ((notice: WorkerNotice) => void) | undefined;
}

/** Counts are since the node was opened. */
export interface ClusterWorkerStats {
  readonly connection: ReturnType<WorkerQueue['connection']>;
  /** The last thing that went wrong, of the queue or of a unit. */
  readonly lastError: string | null;
  readonly capabilities: Capabilities;
  readonly engine: EngineStats;
  /** In hand now, oldest first. */
  readonly leases: readonly LeaseRow[];
  readonly units: UnitCounts;
  /** Nonces hashed for leases. */
  readonly hashes: number;
  /** Reported, solutions among them. */
  readonly shares: number;
  readonly solutions: number;
}

export interface LeaseRow {
  /** `<work>.<index>`. */
  readonly unit: string;
  readonly lane: string;
  readonly hashes: number;
  readonly ageMs: number;
}

export interface UnitCounts {
  /** Hashed to the end, or to the solution that ended the work. */
  readonly completed: number;
  /** Given up because the master said so: cancelled, moved, lost. */
  readonly stopped: number;
  /** Given back because they could not be hashed. */
  readonly failed: number;
}
