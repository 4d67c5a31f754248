/** What nodes of a cluster say to each other, as plain objects, and how much of it at once. */

import type {
  CancelReason,
  Capabilities,
  ClusterStatus,
  LeaseEnd,
  NodeInfo,
  Unit,
  UnitResult,
  Verdict,
  WorkId,
  WorkSpec,
} from '../queue.js';
import type { MasterAddress, Statement } from '../statement.js';

/** One lease by name. */
export interface LeaseName {
  readonly work: WorkId;
  readonly index: number;
  readonly fence: number;
}

/** A lease, and how far it is. */
export interface LeaseProgress extends LeaseName {
  readonly scannedTo: bigint;
}

export type ClusterRole = 'worker' | 'observer' | 'auto';

/** The first message of a connection. */
export interface Hello {
  readonly kind: 'hello';
  /** At most 64 characters, and the same after a restart of the connection. */
  readonly id: string;
  readonly name: string;
  readonly role: ClusterRole;
  /** Highest version of the frames that the node speaks. */
  readonly version: number;
  /** 16 random bytes of this connection. */
  readonly nonce: Uint8Array;
  /** Highest epoch of a master that the node has heard; 0: none. */
  readonly epochSeen: number;
  readonly capabilities: Capabilities;
  /** Leases that it goes on with; at most 64. */
  readonly held: readonly LeaseProgress[];
}

export interface HelloReply {
  readonly kind: 'hello-reply';
  readonly master: string;
  readonly name: string;
  readonly version: number;
  readonly epoch: number;
  /** That of the hello. */
  readonly nonce: Uint8Array;
  readonly heartbeatMs: number;
  /** Without a word from the master for so long, the worker connects again. */
  readonly deadMs: number;
  /** Leases at once. */
  readonly mostLeases: number;
  /** Which of the held leases go on, and for how long; the others are over. */
  readonly kept: readonly LeaseVerdict[];
}

export interface LeaseVerdict extends LeaseName {
  /** From now; 0: the lease is over. */
  readonly ttlMs: number;
}

/** A unit on its way to a worker. The worker knows the work by a `work` message before it. */
export interface AssignedUnit {
  readonly unit: Unit;
  readonly fence: number;
  readonly resumeAt: bigint;
  readonly ttlMs: number;
}

export type Message =
  | Hello
  | HelloReply
  | { readonly kind: 'capabilities'; readonly capabilities: Capabilities }
  | { readonly kind: 'peer-list'; readonly peers: readonly NodeInfo[] }
  /** How many leases the worker takes, those in its hands included, until it says otherwise. */
  | { readonly kind: 'request'; readonly credits: number }
  | { readonly kind: 'assign'; readonly units: readonly AssignedUnit[] }
  | {
      readonly kind: 'result';
      /** The worker's number of it, the same when it is sent again; `stored` names it. */
      readonly serial: number;
      readonly result: UnitResult;
    }
  /** Chunks `[first, first + count)` of a dataset. */
  | {
      readonly kind: 'dataset-request';
      /** 64 hex digits. */
      readonly root: string;
      readonly first: number;
      readonly count: number;
    }
  | {
      readonly kind: 'dataset-chunk';
      readonly root: string;
      readonly index: number;
      /** At most 1 MiB; `null`: this node does not have it. */
      readonly bytes: Uint8Array | null;
    }
  /** The other end answers a heartbeat of a worker with the same tick. */
  | { readonly kind: 'heartbeat'; readonly tick: number }
  | { readonly kind: 'goodbye'; readonly reason: string }
  | { readonly kind: 'extend'; readonly leases: readonly LeaseProgress[] }
  | { readonly kind: 'extended'; readonly leases: readonly LeaseVerdict[] }
  /** The answer to a result or a release, once it is on record. */
  | {
      readonly kind: 'stored';
      readonly serial: number;
      readonly verdict: Verdict;
      readonly reason?: string | undefined;
    }
  | ({
      readonly kind: 'release';
      readonly serial: number;
      readonly failed?: string | undefined;
    } & LeaseProgress)
  | { readonly kind: 'work'; readonly spec: WorkSpec }
  /** The end of a work. */
  | { readonly kind: 'cancel'; readonly work: WorkId; readonly reason: CancelReason }
  /** The end of one lease. */
  | ({ readonly kind: 'revoke'; readonly reason: LeaseEnd } & LeaseName)
  /** Between nodes of `auto`, on a port of their own. */
  | {
      readonly kind: 'statement';
      readonly statement: Statement;
      /** Where this node itself is spoken to; 0: nowhere. */
      readonly port: number;
      /** Where others are, as far as it knows. */
      readonly known: readonly MasterAddress[];
    }
  | { readonly kind: 'status-request' }
  | { readonly kind: 'status'; readonly status: ClusterStatus }
  /** Something was refused; `retryAfterMs` is 0 where trying again is of no use. */
  | {
      readonly kind: 'error';
      readonly about: MessageKind | null;
      readonly text: string;
      readonly retryAfterMs: number;
    };

export type MessageKind = Message['kind'];
export type MessageOf<Kind extends MessageKind> = Extract<Message, { readonly kind: Kind }>;

/** Entries of one message at most. */
export const MOST_UNITS = 64;
export const MOST_LEASES = 64;
export const MOST_PEERS = 128;
/** So that 64 units with their patches fit into one message. */
export const MOST_PATCH_BYTES = 896;
/** Text of a reason, cut where it is longer. */
export const MOST_TEXT_BYTES = 512;
