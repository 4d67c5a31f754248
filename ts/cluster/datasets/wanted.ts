/**
 * The datasets that the master has named. Only the master of the highest epoch of late names one:
 * nobody else can make this node fetch anything.
 */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { PowError } from '../../errors.js';
import { EPOCH_MS } from '../statement.js';
import type { DatasetFile } from './cache.js';
import { type FetchOptions, fetchDataset } from './fetch.js';
import { type DatasetRoot, isRoot } from './host.js';

export type WantedOptions = Omit<FetchOptions, 'signal'>;

interface Fetching {
  readonly file: Promise<DatasetFile>;
  readonly stop: AbortController;
  waiting: number;
}

export class WantedDatasets {
  readonly #options: WantedOptions;
  readonly #named = new Set<DatasetRoot>();
  readonly #fetching = new Map<DatasetRoot, Fetching>();
  #epoch = 0;
  /** When that epoch's master last named one. */
  #namedMs = 0;
  #closed = false;

  constructor(options: WantedOptions) {
    this.#options = options;
  }

  /**
   * A work of the master of that epoch needs that dataset.
   *
   * @returns `false`: a higher epoch was seen of late, or it is no root; nothing is done
   */
  name(epoch: number, root: string): boolean {
    const nowMs = this.#options.clock.now();
    const isOver = nowMs - this.#namedMs > EPOCH_MS;
    if ((epoch < this.#epoch && !isOver) || !isRoot(root)) return false;
    if (epoch !== this.#epoch) this.#named.clear();
    this.#epoch = epoch;
    this.#namedMs = nowMs;
    this.#named.add(root);
    return true;
  }

  /**
   * The dataset, fetched first if need be. One fetch, however many wait; it ends when nobody does
   * any more, and what came of it stays.
   *
   * @returns rejects with `signal.reason`, or `POW_SOURCE` for what the master has not named
   */
  async ready(root: DatasetRoot, signal: AbortSignal): Promise<DatasetFile> {
    signal.throwIfAborted();
    if (this.#closed || !this.#named.has(root)) {
      throw new PowError('POW_SOURCE', `dataset ${root} is not one that the master has named`);
    }
    const fetching = this.#fetching.get(root) ?? this.#fetch(root);
    fetching.waiting += 1;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason);
    });
    hearAbort(signal, leave);
    try {
      return await Promise.race([fetching.file, left]);
    } finally {
      unhearAbort(signal, leave);
      fetching.waiting -= 1;
      if (fetching.waiting === 0) fetching.stop.abort(new Error('nobody waits for it'));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#fetching.values()];
    for (const { stop } of all) stop.abort(new PowError('POW_CLOSED', 'datasets'));
    await Promise.allSettled(all.map(({ file }) => file));
  }

  #fetch(root: DatasetRoot): Fetching {
    const stop = new AbortController();
    const file = fetchDataset(root, { ...this.#options, signal: stop.signal });
    const fetching = { file, stop, waiting: 0 };
    this.#fetching.set(root, fetching);
    const end = () => {
      if (this.#fetching.get(root) === fetching) this.#fetching.delete(root);
    };
    file.then(end, end);
    // Whoever comes after the last one has left begins anew.
    stop.signal.addEventListener('abort', end, { once: true });
    return fetching;
  }
}
