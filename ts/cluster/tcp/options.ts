/** What the two ends of the embedded adapter are opened with. */

import type { Clock } from '../../miner/clock.js';
import type { ChunkHost } from '../datasets/host.js';
import type { Capabilities, MasterQueue, NodeInfo, QueueEvent, WorkerQueue } from '../queue.js';
import type { TcpLimits } from './limits.js';

/** PEM texts. Both sides show a certificate that `ca` has signed. */
export interface MutualTls {
  readonly kind: 'mtls';
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export type MasterSecurity =
  /** TLS 1.3 with a key for each worker, of the file that `addKey` writes. */
  | { readonly kind: 'psk'; readonly keysFile: string }
  | MutualTls
  /** On loopback only. */
  | { readonly kind: 'plain' };

export type WorkerSecurity =
  /** `secret`: 64 hex digits. */
  | { readonly kind: 'psk'; readonly identity: string; readonly secret: string }
  | (MutualTls & {
      /** Name in the certificate of the master. Default: the host it is reached at. */
      readonly servername?: string | undefined;
    })
  | { readonly kind: 'plain' };

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

export interface TcpMasterOptions {
  /** Default: any free port of 127.0.0.1. */
  readonly listen?: Partial<MasterAddress> | undefined;
  readonly security: MasterSecurity;
  /** Where the record is kept. Left out: in memory, and a restart forgets it. */
  readonly journalFile?: string | undefined;
  /** 32 hex digits. Default: random. */
  readonly id?: string | undefined;
  /** For people. Default: that of the machine. */
  readonly name?: string | undefined;
  /** Units of exactly so many nonces. Default: about two seconds of the worker that asks. */
  readonly fixedNonces?: bigint | undefined;
  /** Default: true. Shares are counted and parts of units hashed again. */
  readonly proofOfScanning?: boolean | undefined;
  /** Higher than every epoch seen anywhere; for masters that were elected. */
  readonly epochAbove?: number | undefined;
  /** Datasets of this machine, for workers that ask. */
  readonly chunks?: ChunkHost | undefined;
  readonly limits?: Partial<TcpLimits> | undefined;
  readonly onEvent?: ((event: QueueEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Random, `0 <= n < 1`. */
  readonly random?: (() => number) | undefined;
}

export interface TcpMaster extends MasterQueue {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** Workers that have the dataset: what they serve goes over their connections. */
  chunkHosts(root: string): readonly ChunkHost[];
}

export interface TcpWorker extends WorkerQueue {
  /** Datasets of the master. */
  readonly chunks: ChunkHost;
}

export interface TcpWorkerOptions {
  /** Masters, tried in turn. */
  readonly seeds: readonly MasterAddress[];
  readonly security: WorkerSecurity;
  /** 32 hex digits; the same when it starts again. Default: random. */
  readonly id?: string | undefined;
  /** For people. Default: that of the machine. */
  readonly name?: string | undefined;
  /** Default: `worker`. An observer gets no leases. */
  readonly role?: NodeInfo['role'] | undefined;
  readonly capabilities: Capabilities;
  /** Datasets of this node, for the master to relay. */
  readonly serves?: ChunkHost | undefined;
  /** What is told while it runs: connections, and why they ended. */
  readonly onNotice?:
    | ((notice: { readonly level: 'debug' | 'info' | 'warn'; readonly text: string }) => void)
    | undefined;
  readonly limits?: Partial<TcpLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
}
