/** What the two ends of the NATS adapter are opened with. */

import type { Clock } from '../../miner/clock.js';
import type { ChunkHost } from '../datasets/host.js';
import type { Capabilities, MasterQueue, NodeInfo, QueueEvent, WorkerQueue } from '../queue.js';

/** How a server is reached, and as whom. */
export interface NatsAccess {
  /** `nats://HOST:PORT` or `tls://HOST:PORT`, of one cluster of servers. */
  readonly servers: readonly string[];
  /** Of an nkey, as `nk -gen user` writes it (`SU...`). */
  readonly seed?: string | undefined;
  /** Instead of an nkey. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM texts. Needed wherever the server is not on this machine. */
  readonly tls?: NatsTls | undefined;
}

export interface NatsTls {
  /** Default: those that Node trusts. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What both ends have in common. */
export interface NatsNode extends NatsAccess {
  /**
   * Letters, digits and `_`: first word of every subject, stream and bucket, so that several
   * clusters share a server. Default: `pow`.
   */
  readonly cluster?: string | undefined;
  /**
   * 32 hex digits; the same when it starts again. Default: made of the nkey, as the rights of a
   * worker are ({@link serverAuthorization}); random without one.
   */
  readonly id?: string | undefined;
  /** For people. Default: that of the machine. */
  readonly name?: string | undefined;
  readonly limits?: Partial<NatsLimits> | undefined;
  readonly clock?: Clock | undefined;
  /** Random, `0 <= n < 1`. */
  readonly random?: (() => number) | undefined;
}

/** What the works of a master need, and who has it. */
export interface NatsDataset {
  /** 64 hex digits. */
  readonly root: string;
  readonly from: ChunkHost;
}

export interface NatsMasterOptions extends NatsNode {
  /** Where the record is kept. Left out: in memory, and a restart forgets it. */
  readonly journalFile?: string | undefined;
  /** Units of exactly so many nonces. Default: about two seconds of the worker that asks. */
  readonly fixedNonces?: bigint | undefined;
  /** Default: true. Shares are counted and parts of units hashed again. */
  readonly proofOfScanning?: boolean | undefined;
  /** Higher than every epoch seen anywhere; for masters that were elected elsewhere. */
  readonly epochAbove?: number | undefined;
  /**
   * While another master leads. `refuse` (default): reject with `POW_WORKER`; `wait`: until it is
   * gone, or `signal` aborts. A master that starts again under its own id never waits.
   */
  readonly otherMaster?: 'refuse' | 'wait' | undefined;
  /** Gives up connecting and waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Copies of every stream, on so many servers: 1 (default), 3 or 5. */
  readonly replicas?: number | undefined;
  /** Put into the object store for the workers, while the master goes on. */
  readonly dataset?: NatsDataset | undefined;
  readonly onEvent?: ((event: QueueEvent) => void) | undefined;
}

export interface NatsMaster extends MasterQueue {
  /** The server that it is connected to, `HOST:PORT`. */
  readonly server: string;
}

export interface NatsWorker extends WorkerQueue {
  /** Datasets of the master, as far as they are in the object store. */
  readonly chunks: ChunkHost;
}

export interface NatsWorkerOptions extends NatsNode {
  /** Default: `worker`. An observer gets no leases. */
  readonly role?: NodeInfo['role'] | undefined;
  readonly capabilities: Capabilities;
  /** What is told while it runs: connections, and why they ended. */
  readonly onNotice?:
    | ((notice: { readonly level: 'debug' | 'info' | 'warn'; readonly text: string }) => void)
    | undefined;
}

export interface NatsLimits {
  /** A lease that is not extended for so long goes to another worker. The master's counts. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly suspectMs: number;
  readonly deadMs: number;
  /** A worker whose connection is gone keeps its leases for so long, if others have enough. */
  readonly graceMs: number;
  /** Of a leader that does not renew its claim. */
  readonly leaderMs: number;
  /** Units that lie ready for each worker, in multiples of those that it holds at once. */
  readonly rounds: number;
  /** Holders have so long to let go of a cancelled work. */
  readonly cancelMs: number;
  /** Units are left, none is pending: looked into after so long. */
  readonly watchdogMs: number;
}

export const NATS_LIMITS: NatsLimits = {
  leaseMs: 15_000,
  heartbeatMs: 2_000,
  suspectMs: 6_000,
  deadMs: 10_000,
  graceMs: 3_000,
  leaderMs: 10_000,
  rounds: 2,
  cancelMs: 2_000,
  watchdogMs: 10_000,
};
