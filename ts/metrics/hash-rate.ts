/** A hash rate from counts that are looked at now and then. Pure: counts and times in. */

const WINDOW_MS = 10_000;
/** However often somebody looks, only so many samples are kept. */
const LEAST_APART_MS = 1000;

interface Sample {
  readonly hashes: number;
  readonly atMs: number;
}

export class HashRate {
  #samples: Sample[] = [];

  /** Hashes per second since the first look, or over the last ten seconds or a little more. */
  at(hashes: number, atMs: number): number {
    const last = this.#samples.at(-1);
    // Fewer than before: another worker, which counts from zero.
    if (last !== undefined && hashes < last.hashes) this.#samples = [];
    if (last === undefined || hashes < last.hashes || atMs - last.atMs >= LEAST_APART_MS) {
      this.#samples.push({ hashes, atMs });
    }
    // The one before the window stays: a rate is a difference.
    while (atMs - (this.#samples[1]?.atMs ?? atMs) >= WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    if (first === undefined || atMs <= first.atMs) return 0;
    return ((hashes - first.hashes) * 1000) / (atMs - first.atMs);
  }
}
