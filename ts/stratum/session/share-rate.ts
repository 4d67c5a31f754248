/**
 * The hash rate behind a stream of shares, and how sure that is. Finding shares is a Poisson
 * process: each stands for the hashes that its target costs on average, and so many shares are off
 * by so much. Counts and times in.
 */

export interface RateEstimate {
  readonly hashesPerSecond: number;
  /** The 95 % confidence interval. */
  readonly low: number;
  readonly high: number;
  readonly shares: number;
}

interface Bucket {
  readonly startMs: number;
  shares: number;
  hashes: number;
  /** Of the hashes of each share: shares of different targets count differently. */
  squares: number;
}

const BUCKETS = 10;
/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964;

export class ShareRate {
  readonly #bucketMs: number;
  readonly #sinceMs: number;
  readonly #buckets: Bucket[] = [];

  /** @param windowMs - how long a share counts, at most */
  constructor(nowMs: number, windowMs = 600_000) {
    this.#sinceMs = nowMs;
    this.#bucketMs = windowMs / BUCKETS;
  }

  /** An accepted share that stands for `hashes`. */
  add(hashes: number, nowMs: number): void {
    const last = this.#buckets.at(-1);
    if (last !== undefined && nowMs - last.startMs < this.#bucketMs) {
      last.shares += 1;
      last.hashes += hashes;
      last.squares += hashes * hashes;
      return;
    }
    const before = Math.floor((nowMs - this.#sinceMs) / this.#bucketMs);
    const startMs = this.#sinceMs + before * this.#bucketMs;
    this.#buckets.push({ startMs, shares: 1, hashes, squares: hashes * hashes });
    this.#forget(nowMs);
  }

  estimate(nowMs: number): RateEstimate {
    this.#forget(nowMs);
    const seconds = Math.max(1, nowMs - this.#fromMs(nowMs)) / 1000;
    let [shares, hashes, squares] = [0, 0, 0];
    for (const bucket of this.#buckets) {
      shares += bucket.shares;
      hashes += bucket.hashes;
      squares += bucket.squares;
    }
    if (shares === 0) return { hashesPerSecond: 0, low: 0, high: 0, shares };
    // So many equal shares would be as uncertain.
    const count = (hashes * hashes) / squares;
    const each = hashes / count / seconds;
    return {
      hashesPerSecond: hashes / seconds,
      low: poissonLow(count) * each,
      high: poissonHigh(count) * each,
      shares,
    };
  }

  #forget(nowMs: number): void {
    const fromMs = this.#fromMs(nowMs);
    while ((this.#buckets[0]?.startMs ?? fromMs) < fromMs) this.#buckets.shift();
  }

  /** What is counted begins here: a bucket that has left the window in part is dropped whole. */
  #fromMs(nowMs: number): number {
    const begun = Math.ceil((nowMs - this.#sinceMs) / this.#bucketMs);
    return this.#sinceMs + Math.max(0, begun - BUCKETS) * this.#bucketMs;
  }
}

/** Byar's approximation of the exact limits of a Poisson mean (Breslow and Day 1987, 2.10). */
function poissonLow(count: number): number {
  return count * (1 - 1 / (9 * count) - Z / (3 * Math.sqrt(count))) ** 3;
}

function poissonHigh(count: number): number {
  const next = count + 1;
  return next * (1 - 1 / (9 * next) + Z / (3 * Math.sqrt(next))) ** 3;
}
