/** A lease cut into slices: what is hashed next, and up to where everything is hashed. Pure. */

/** Nonces `[start, end)` of a lease; those below `doneTo` are hashed. */
export interface Slice {
  readonly start: bigint;
  readonly end: bigint;
  readonly doneTo: bigint;
}

type OwnSlice = { -readonly [Key in keyof Slice]: Slice[Key] };

export class Slices {
  readonly #end: bigint;
  /** Of the next slice. */
  #next: bigint;
  /** In order; the first one is not done. */
  readonly #open: OwnSlice[] = [];

  constructor(start: bigint, end: bigint) {
    this.#next = start < end ? start : end;
    this.#end = end;
  }

  /** Nonces that no slice has. */
  get left(): bigint {
    return this.#end - this.#next;
  }

  /** Every nonce of the lease below it is hashed. */
  get scannedTo(): bigint {
    return this.#open[0]?.doneTo ?? this.#next;
  }

  /** Everything is hashed. */
  get isDone(): boolean {
    return this.scannedTo === this.#end;
  }

  /**
   * The next slice. A rest that is not worth a slice goes with it.
   *
   * @param most - 1 or more
   */
  cut(most: bigint): Slice {
    const end = this.left < most + most / 2n ? this.#end : this.#next + most;
    const slice: OwnSlice = { start: this.#next, end, doneTo: this.#next };
    this.#next = end;
    this.#open.push(slice);
    return slice;
  }

  /** Nonces of a slice below `nonce` are hashed. */
  note(slice: Slice, nonce: bigint): void {
    (slice as OwnSlice).doneTo = nonce;
    while (this.#open[0] !== undefined && this.#open[0].doneTo === this.#open[0].end) {
      this.#open.shift();
    }
  }
}
