/** What the calling thread and the worker threads see of each other while they run. */

const WORD = BigUint64Array.BYTES_PER_ELEMENT;

/** Milliseconds on a clock that all threads of the process share. */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}

/** One search: a stop flag, a cursor, the hashes made, and when the first chunk was claimed. */
export class SharedSearch {
  readonly buffer: SharedArrayBuffer;
  readonly #stop: Int32Array;
  /** Chunks claimed. It counts chunks, not nonces, so that a range may end at 2^64. */
  readonly #cursor: BigUint64Array;
  readonly #hashes: BigUint64Array;
  readonly #firstClaim: Float64Array;

  constructor(buffer = new SharedArrayBuffer(4 * WORD)) {
    this.buffer = buffer;
    this.#stop = new Int32Array(buffer, 0, 1);
    this.#cursor = new BigUint64Array(buffer, WORD, 1);
    this.#hashes = new BigUint64Array(buffer, 2 * WORD, 1);
    this.#firstClaim = new Float64Array(buffer, 3 * WORD, 1);
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
    const chunk = Atomics.add(this.#cursor, 0, 1n);
    if (chunk === 0n) this.#firstClaim[0] = sharedNow();
    return chunk;
  }

  /** By {@link sharedNow}; `null` before it. */
  get firstClaimMs(): number | null {
    return this.#firstClaim[0] || null;
  }

  addHashes(hashes: number): void {
    Atomics.add(this.#hashes, 0, BigInt(hashes));
  }

  get hashes(): number {
    return Number(Atomics.load(this.#hashes, 0));
  }
}

/** One thread over its whole life, whatever it searched. */
export class SharedThread {
  readonly buffer: SharedArrayBuffer;
  /** Hashes; microseconds holding a chunk; the number of the search in hand. The worker writes. */
  readonly #told: BigUint64Array;
  /** Whether to leave every search; the CPU limit in per cent. The calling thread writes. */
  readonly #asked: Int32Array;

  constructor(buffer = new SharedArrayBuffer(4 * WORD)) {
    this.buffer = buffer;
    this.#told = new BigUint64Array(buffer, 0, 3);
    this.#asked = new Int32Array(buffer, 3 * WORD, 2);
  }

  add(hashes: number, busyMs: number): void {
    Atomics.add(this.#told, 0, BigInt(hashes));
    Atomics.add(this.#told, 1, BigInt(Math.round(busyMs * 1000)));
  }

  get hashes(): number {
    return Number(Atomics.load(this.#told, 0));
  }

  get busyMs(): number {
    return Number(Atomics.load(this.#told, 1)) / 1000;
  }

  /** Counted from 1; 0 for none. */
  get search(): number {
    return Number(Atomics.load(this.#told, 2));
  }

  set search(number: number) {
    Atomics.store(this.#told, 2, BigInt(number));
  }

  get leaving(): boolean {
    return Atomics.load(this.#asked, 0) !== 0;
  }

  set leaving(leaving: boolean) {
    Atomics.store(this.#asked, 0, leaving ? 1 : 0);
  }

  get cpuLimit(): number {
    return Atomics.load(this.#asked, 1);
  }

  set cpuLimit(percent: number) {
    Atomics.store(this.#asked, 1, percent);
  }
}
