/** What each key says that it hashed, the newest so much: to be hashed again once it is proved wrong. */

import type { WorkId } from '../queue.js';
import type { Span } from './entries.js';
import { Spans } from './spans.js';

export interface ScannedSpan {
  readonly work: WorkId;
  readonly span: Span;
  readonly fence: number;
  readonly key: string;
  readonly atMs: number;
}

/** A ring: the newest overwrites the oldest. */
export class ScannedSpans {
  readonly #works: (WorkId | null)[];
  readonly #keys: (string | null)[];
  readonly #spans: Spans;
  readonly #fences: Float64Array;
  readonly #timesMs: Float64Array;
  #at = 0;

  constructor(most: number) {
    const length = Math.max(1, most);
    this.#works = new Array<null>(length).fill(null);
    this.#keys = new Array<null>(length).fill(null);
    this.#spans = new Spans(length);
    this.#fences = new Float64Array(length);
    this.#timesMs = new Float64Array(length);
  }

  add({ work, span, fence, key, atMs }: ScannedSpan): void {
    const at = this.#at;
    this.#works[at] = work;
    this.#keys[at] = key;
    this.#spans.set(at, span);
    this.#fences[at] = fence;
    this.#timesMs[at] = atMs;
    this.#at = (at + 1) % this.#works.length;
  }

  /** Takes out what a key hashed since then. */
  takeOf(key: string, sinceMs: number): ScannedSpan[] {
    const taken: ScannedSpan[] = [];
    for (const [at, work] of this.#works.entries()) {
      const atMs = this.#timesMs[at] ?? 0;
      if (work === null || this.#keys[at] !== key || atMs < sinceMs) continue;
      taken.push({ work, span: this.#spans.get(at), fence: this.#fences[at] ?? 0, key, atMs });
      this.#works[at] = null;
    }
    return taken;
  }
}
