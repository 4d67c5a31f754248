/** What the calling thread and the worker threads see of each other while they run. */

const WORD = BigUint64Array.BYTES_PER_ELEMENT;

/** One search: a stop flag, a cursor, and a hash counter for each thread. */
export class SharedSearch {
  readonly buffer: SharedArrayBuffer;
  readonly #stop: Int32Array;
  /** Chunks claimed. It counts chunks, not nonces, so that a range may end at 2^64. */
  readonly #cursor: BigUint64Array;
  readonly #hashes: BigUint64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#stop = new Int32Array(buffer, 0, 1);
    this.#cursor = new BigUint64Array(buffer, WORD, 1);
    this.#hashes = new BigUint64Array(buffer, 2 * WORD);
  }

  static create(threads: number): SharedSearch {
    return new SharedSearch(new SharedArrayBuffer((2 + threads) * WORD));
  }

  /** Asks every thread to leave: chunks claimed already are finished, no more are claimed. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#stop, 0) !== 0;
  }

  /** Claims the next chunk, in ascending order over all threads. */
  claim(): bigint {
    return Atomics.add(this.#cursor, 0, 1n);
  }

  addHashes(thread: number, hashes: number): void {
    Atomics.add(this.#hashes, thread, BigInt(hashes));
  }

  get hashes(): number {
    let sum = 0n;
    for (let thread = 0; thread < this.#hashes.length; thread++) {
      sum += Atomics.load(this.#hashes, thread);
    }
    return Number(sum);
  }
}

/** One thread over its whole life, whatever it searched. */
export class SharedCounters {
  readonly buffer: SharedArrayBuffer;
  /** Hashes; microseconds holding a chunk. Only the worker thread writes. */
  readonly #totals: BigUint64Array;

  constructor(buffer = new SharedArrayBuffer(2 * WORD)) {
    this.buffer = buffer;
    this.#totals = new BigUint64Array(buffer);
  }

  add(hashes: number, busyMs: number): void {
    Atomics.add(this.#totals, 0, BigInt(hashes));
    Atomics.add(this.#totals, 1, BigInt(Math.round(busyMs * 1000)));
  }

  get hashes(): number {
    return Number(Atomics.load(this.#totals, 0));
  }

  get busyMs(): number {
    return Number(Atomics.load(this.#totals, 1)) / 1000;
  }
}
