/** Hash rates of the last seconds, in all and per lane. Pure: counts and times in. */

const WINDOW_MS = 10_000;

/** Since the beginning. */
export interface Counts {
  readonly hashes: number;
  readonly lanes: readonly { readonly lane: string; readonly hashes: number }[];
}

interface Sample {
  readonly atMs: number;
  readonly hashes: number;
  readonly lanes: ReadonlyMap<string, number>;
}

export class Rates {
  readonly #samples: Sample[] = [];

  add({ hashes, lanes }: Counts, atMs: number): void {
    const counts = new Map(lanes.map((lane) => [lane.lane, lane.hashes]));
    this.#samples.push({ atMs, hashes, lanes: counts });
    // The one before the window stays: a rate is a difference.
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Hashes per second. */
  get total(): number {
    return this.#rate(({ hashes }) => hashes);
  }

  /** Hashes per second of every lane that hashed, the fastest first. */
  get lanes(): readonly { readonly lane: string; readonly rate: number }[] {
    return [...(this.#samples.at(-1)?.lanes.keys() ?? [])]
      .map((lane) => ({ lane, rate: this.#rate(({ lanes }) => lanes.get(lane) ?? 0) }))
      .filter(({ rate }) => rate > 0)
      .sort((left, right) => right.rate - left.rate);
  }

  #rate(countOf: (sample: Sample) => number): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((countOf(last) - countOf(first)) * 1000) / (last.atMs - first.atMs);
  }
}
