/** Update streams by chain: one for each that is in use, closed a while after. */

import { ChainUpdates, type ChainUpdatesOptions, type UpdateEvent } from '../updates.js';

/** A chain out of use comes back soon, as a rule. */
const IDLE_MS = 30_000;

export interface StreamsOptions
  extends Pick<ChainUpdatesOptions, 'onFailure' | 'silenceMs' | 'retry' | 'clock' | 'fraction'> {
  open(chain: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  onEvent(chain: number, event: UpdateEvent): void;
}

export class Streams {
  readonly #options: StreamsOptions;
  readonly #streams = new Map<number, { readonly updates: ChainUpdates; usedAtMs: number }>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  isConnected(chain: number): boolean {
    return this.#streams.get(chain)?.updates.isConnected ?? false;
  }

  /** Opens the chain's stream unless it is open, and closes those long out of use. */
  use(chains: Iterable<number>): void {
    const nowMs = this.#options.clock.now();
    for (const chain of chains) {
      const open = this.#streams.get(chain);
      if (open !== undefined) open.usedAtMs = nowMs;
      else this.#streams.set(chain, { updates: this.#open(chain), usedAtMs: nowMs });
    }
    for (const [chain, { updates, usedAtMs }] of this.#streams) {
      if (nowMs - usedAtMs < IDLE_MS) continue;
      this.#streams.delete(chain);
      const closed: Promise<void> = updates.close().finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
  }

  async close(): Promise<void> {
    const open = [...this.#streams.values()].map(({ updates }) => updates.close());
    this.#streams.clear();
    await Promise.all([...open, ...this.#closing]);
  }

  #open(chain: number): ChainUpdates {
    const { open, onEvent, ...options } = this.#options;
    return new ChainUpdates({
      ...options,
      open: (signal) => open(chain, signal),
      onEvent: (event) => onEvent(chain, event),
    });
  }
}
