/** How fast one peer may talk. Pure: times in. */

import type { RateClass } from '../wire/table.js';
import { Bucket } from './bucket.js';
import type { TcpLimits } from './limits.js';

const MEMORY_MS = 60_000;

export class Flood {
  readonly #limits: Pick<TcpLimits, 'rates' | 'floodMs' | 'floods'>;
  readonly #buckets: Readonly<Record<RateClass, Bucket>>;
  #floods: number[] = [];

  constructor(limits: Pick<TcpLimits, 'rates' | 'floodMs' | 'floods'>, nowMs: number) {
    this.#limits = limits;
    const { any, request, result, extend } = limits.rates;
    this.#buckets = {
      any: new Bucket(any.perSecond, any.burst, nowMs),
      request: new Bucket(request.perSecond, request.burst, nowMs),
      result: new Bucket(result.perSecond, result.burst, nowMs),
      extend: new Bucket(extend.perSecond, extend.burst, nowMs),
    };
  }

  /** It has flooded too often. */
  get isTooMuch(): boolean {
    return this.#floods.length >= this.#limits.floods;
  }

  /** @returns 0: a message of that class may be read; else nothing may, for so long */
  take(rate: RateClass, nowMs: number): number {
    const own = this.#buckets[rate];
    const waitMs = Math.max(own.waitMs(nowMs), this.#buckets.any.waitMs(nowMs));
    if (waitMs === 0) {
      this.#buckets.any.take(nowMs);
      if (rate !== 'any') own.take(nowMs);
      return 0;
    }
    this.#floods = this.#floods.filter((atMs) => nowMs - atMs < MEMORY_MS);
    this.#floods.push(nowMs);
    return Math.max(waitMs, this.#limits.floodMs);
  }
}
