/** How many nonces a slice has, so that it takes about as long whatever is hashed. Pure. */

const SLICE_MS = 200;
/** Weight of the newest slice. */
const WEIGHT = 0.3;
/** Kinds of work remembered; a source has a few. */
const MOST_KINDS = 64;
const MOST_NONCES = 2 ** 40;

/** One slice that was hashed to its end. */
export interface SliceRun {
  readonly nonces: number;
  readonly tookMs: number;
  /** Slices that shared the threads with it, itself one of them. */
  readonly beside: number;
  readonly threads: number;
}

export class Pace {
  /** Hashes a millisecond of one thread, by kind of work. */
  readonly #rates = new Map<string, number>();

  /**
   * @param kind - of works that hash alike
   * @param guess - hashes a second of one thread, where none was measured
   */
  nonces(kind: string, guess: number): bigint {
    const rate = this.#rates.get(kind) ?? guess / 1e3;
    const nonces = Math.min(rate * SLICE_MS, MOST_NONCES);
    return nonces >= 1 ? BigInt(Math.floor(nonces)) : 1n;
  }

  /** One slice moves the pace by a factor of two at most: a thread may have slept. */
  note(kind: string, guess: number, run: SliceRun): void {
    if (!(run.tookMs > 0)) return;
    const old = this.#rates.get(kind) ?? guess / 1e3;
    const measured = (run.nonces * run.beside) / (run.threads * run.tookMs);
    const bounded = Math.min(Math.max(measured, old / 2), old * 2);
    this.#rates.delete(kind); // so that it is the newest
    this.#rates.set(kind, old + WEIGHT * (bounded - old));
    const [oldest] = this.#rates.keys();
    if (this.#rates.size > MOST_KINDS && oldest !== undefined) this.#rates.delete(oldest);
  }
}
