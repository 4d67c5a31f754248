/** How many requests an address may make: a bucket of tokens each. Pure: the time is passed in. */

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Addresses remembered; of more, the one heard of longest ago is forgotten. */
const MOST_ADDRESSES = 10_000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond - for each address, with bursts of two seconds' worth; 0: no limit */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** @returns how long to wait in milliseconds; 0: go on */
  take(address: string, nowMs: number): number {
    if (this.#perSecond === 0) return 0;
    const most = 2 * this.#perSecond;
    const bucket = this.#buckets.get(address) ?? { tokens: most, atMs: nowMs };
    const grown = bucket.tokens + ((nowMs - bucket.atMs) / 1000) * this.#perSecond;
    const tokens = Math.min(most, grown);
    const isAllowed = tokens >= 1;
    this.#buckets.delete(address); // so that it goes to the end of the order
    this.#buckets.set(address, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MOST_ADDRESSES && oldest !== undefined) this.#buckets.delete(oldest);
    return isAllowed ? 0 : Math.ceil(((1 - tokens) / this.#perSecond) * 1000);
  }
}
