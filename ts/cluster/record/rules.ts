/** Every figure that the record of a cluster goes by. */

export interface Rules {
  /** Of the asking worker's rate: what a unit takes. */
  readonly targetMs: number;
  /** Units of exactly so many nonces, for whoever counts units. Default: by rates. */
  readonly fixedNonces?: bigint | undefined;
  /** A unit has no more than so many shares, on average. */
  readonly mostShares: number;
  readonly leaseMs: { readonly least: number; readonly most: number };
  /** A lease lasts so many times what everything in the worker's hands should take. */
  readonly leaseFactor: number;
  /** Of one worker. */
  readonly mostLeases: number;
  readonly suspectMs: number;
  readonly deadMs: number;
  /** A worker that comes back within it keeps what nobody else has got meanwhile. */
  readonly graceMs: number;
  /** How long a cancelled work waits for its holders. */
  readonly cancelMs: number;
  /** Failures of a unit until it is split; fewer are counted of one key where there are others. */
  readonly mostFailures: number;
  /** Splits until a unit is given up. */
  readonly mostSplits: number;
  /** A work of the journal that nobody publishes any more leaves the record. */
  readonly dormantMs: number;
  /** Accepted units that late results, and proofs against their worker, can still name. */
  readonly recentUnits: number;
}

/** As they are unless the opener says otherwise. */
export const RULES: Rules = {
  targetMs: 2_000,
  mostShares: 128,
  leaseMs: { least: 5_000, most: 120_000 },
  leaseFactor: 3,
  mostLeases: 64,
  suspectMs: 6_000,
  deadMs: 10_000,
  graceMs: 3_000,
  cancelMs: 2_000,
  mostFailures: 5,
  mostSplits: 3,
  dormantMs: 600_000,
  recentUnits: 1 << 16,
};
