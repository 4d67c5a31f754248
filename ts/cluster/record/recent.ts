/** Units that are over, the newest so many: late results name them. */

import type { WorkId } from '../queue.js';
import type { Span } from './entries.js';
import { Spans } from './spans.js';

const WAYS = ['completed', 'split', 'quarantined'] as const;

export interface RecentUnit {
  readonly work: WorkId;
  readonly index: number;
  readonly span: Span;
  readonly fence: number;
  readonly how: (typeof WAYS)[number];
}

/** A ring: the newest overwrites the oldest. A `Map` would be searched for it from hole to hole. */
export class RecentUnits {
  readonly #works: (WorkId | null)[];
  readonly #indices: Float64Array;
  readonly #spans: Spans;
  readonly #fences: Float64Array;
  readonly #hows: Uint8Array;
  #at = 0;
  /** Where each stands, by work and index. */
  readonly #places = new Map<WorkId, Map<number, number>>();

  constructor(most: number) {
    const length = Math.max(1, most);
    this.#works = new Array<null>(length).fill(null);
    this.#indices = new Float64Array(length);
    this.#spans = new Spans(length);
    this.#fences = new Float64Array(length);
    this.#hows = new Uint8Array(length);
  }

  add({ work, index, span, fence, how }: RecentUnit): void {
    const at = this.#at;
    this.#forget(at);
    this.#works[at] = work;
    this.#indices[at] = index;
    this.#spans.set(at, span);
    this.#fences[at] = fence;
    this.#hows[at] = WAYS.indexOf(how);
    this.#at = (at + 1) % this.#works.length;
    let places = this.#places.get(work);
    if (places === undefined) {
      places = new Map();
      this.#places.set(work, places);
    }
    places.set(index, at);
  }

  get(work: WorkId, index: number): RecentUnit | undefined {
    const at = this.#places.get(work)?.get(index);
    if (at === undefined) return undefined;
    const how = WAYS[this.#hows[at] ?? 0] ?? 'completed';
    return { work, index, span: this.#spans.get(at), fence: this.#fences[at] ?? 0, how };
  }

  #forget(at: number): void {
    const work = this.#works[at] ?? null;
    if (work === null) return;
    const index = this.#indices[at] ?? 0;
    const places = this.#places.get(work);
    // Unless it is followed by one of a later life of its work.
    if (places?.get(index) === at) places.delete(index);
    if (places?.size === 0) this.#places.delete(work);
  }
}
