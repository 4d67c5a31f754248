/** What a node of `auto` says of itself to the others. Plain data: it crosses the network. */

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** Who leads, in which term, and where its master part listens. */
export interface Leader {
  readonly id: string;
  readonly epoch: number;
  readonly address: MasterAddress;
}

export interface Statement {
  /** Stays the same over restarts. */
  readonly id: string;
  /** Whether it has a source: only such a node stands for election. */
  readonly stands: boolean;
  /** The highest that it has seen. */
  readonly epoch: number;
  /** The term that it stands for or is about to begin; `null`: it is no candidate. */
  readonly candidate: number | null;
  /**
   * Itself, or the master whose own words it heard of late. What it was told by a third node it
   * does not pass on: words about a master that is gone would circle for ever.
   */
  readonly leader: Leader | null;
}

/**
 * How long the epoch of a master counts that is not heard of any more: it may be gone for good, one
 * of a lower epoch may be all there is, and epochs of masters that were not elected by the same nodes
 * do not compare.
 */
export const EPOCH_MS = 30_000;

/** 2^36: epochs beyond would not fit the fence of a lease. */
export const MOST_EPOCH = 2 ** 36;
