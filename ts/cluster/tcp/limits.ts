/** What one connection, one address and one key may take of a master. */

import { RATES, type RateClass } from '../wire/table.js';
import { MOST_WORK_BYTES } from '../wire/work-spec.js';

/** What is hashed goes out in one message; beside it stand targets, layout and names. */
export const MOST_SPEC_MESSAGE_BYTES = MOST_WORK_BYTES - 2_048;

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface TcpLimits {
  /** From the connection to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** From the connection to its HELLO. */
  readonly helloMs: number;
  /** Of the one frame that counts before a HELLO is taken. */
  readonly helloBytes: number;
  /** Connections that have not said HELLO yet. */
  readonly halfOpen: number;
  readonly acceptsPerSecond: number;
  readonly acceptsPerSecondAndAddress: number;
  readonly connectionsPerAddress: number;
  readonly peers: number;
  /** A header is complete so long after its first byte. */
  readonly headerMs: number;
  /** A payload, after its header; it gets longer for what is large (see `leastBytesPerSecond`). */
  readonly payloadMs: number;
  /** Of a chunk of a dataset. */
  readonly chunkMs: number;
  readonly leastBytesPerSecond: number;
  /** Queued for one peer: nothing more is read of it. Above what chunks of datasets come to. */
  readonly pauseAtBytes: number;
  /** Queued for one peer: it is closed. */
  readonly closeAtBytes: number;
  /** Queued for all peers: those with most are closed. */
  readonly mostQueuedBytes: number;
  /** Something is queued and nothing is taken: it is closed. */
  readonly undrainedMs: number;
  /** Messages of one connection; a worker keeps below them by itself. */
  readonly rates: Readonly<Record<RateClass, Rate>>;
  /** Reading stops so long when there are more. */
  readonly floodMs: number;
  /** So many floods within a minute close the connection, and are a strike. */
  readonly floods: number;
  readonly heartbeatMs: number;
  readonly suspectMs: number;
  readonly deadMs: number;
  /** A worker that was lost gets its leases back when it returns within. */
  readonly graceMs: number;
  /** Last words have so long to be sent. */
  readonly lingerMs: number;
}

export const TCP_LIMITS: TcpLimits = {
  handshakeMs: 2_000,
  helloMs: 3_000,
  helloBytes: 4_096,
  halfOpen: 64,
  acceptsPerSecond: 20,
  acceptsPerSecondAndAddress: 5,
  connectionsPerAddress: 32,
  peers: 256,
  headerMs: 2_000,
  payloadMs: 5_000,
  chunkMs: 10_000,
  leastBytesPerSecond: 65_536,
  pauseAtBytes: 2 << 20,
  closeAtBytes: 8 << 20,
  mostQueuedBytes: 128 << 20,
  undrainedMs: 5_000,
  rates: RATES,
  floodMs: 1_000,
  floods: 3,
  heartbeatMs: 2_000,
  suspectMs: 6_000,
  deadMs: 10_000,
  graceMs: 3_000,
  lingerMs: 1_000,
};
