/** Leases for whoever hashes, and how many of them the master is asked for. */

import { hearAbort, unhearAbort } from '../../../core/abort.js';
import type { Clock } from '../../../miner/clock.js';
import type { Lease } from '../../queue.js';
import { MOST_LEASES } from '../../wire/messages.js';
import type { Link } from '../link.js';
import type { Hand } from './hand.js';

/** Requests are no closer than this. */
const ASK_MS = 100;

export interface TakingOptions {
  readonly hand: Hand;
  readonly clock: Clock;
  readonly link: () => Link | null;
  /** Throws what cannot mend; `true`: it is over. */
  readonly isOver: () => boolean;
}

export class Taking {
  readonly #options: TakingOptions;
  #most: (() => number) | null = null;
  /** What the master knows; -1: nothing. */
  #asked = -1;
  #askedMs = Number.NEGATIVE_INFINITY;
  #cancelAsk: (() => void) | null = null;
  #wake: () => void = () => {};

  constructor(options: TakingOptions) {
    this.#options = options;
  }

  async *leases(how: { most(): number; signal: AbortSignal }): AsyncGenerator<Lease, void, void> {
    const { hand, isOver } = this.#options;
    const { signal } = how;
    const most = () => how.most();
    this.#most = most;
    try {
      while (!signal.aborted && !isOver()) {
        const lease = hand.take();
        this.ask();
        if (lease === null) await this.#news(signal);
        else yield lease;
      }
    } finally {
      if (this.#most === most) {
        this.#most = null;
        this.ask();
        hand.untake();
      }
    }
  }

  /** Something has changed: whoever waits looks again. */
  changed(): void {
    this.#wake();
    this.ask();
  }

  /** A new connection: the master knows nothing yet. */
  up(): void {
    this.#asked = -1;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.ask();
  }

  /** Tells the master how many leases are wanted at once, where that is news. */
  ask(): void {
    const { link, clock } = this.#options;
    const open = link();
    if (open === null || this.#cancelAsk !== null) return;
    const credits = this.#credits();
    if (credits === this.#asked || (this.#asked === -1 && credits === 0)) return;
    const waitMs = this.#askedMs + ASK_MS - clock.now();
    if (waitMs > 0) {
      this.#cancelAsk = clock.after(waitMs, () => {
        this.#cancelAsk = null;
        this.ask();
      });
      return;
    }
    this.#asked = credits;
    this.#askedMs = clock.now();
    open.send({ kind: 'request', credits });
  }

  close(): void {
    this.#cancelAsk?.();
    this.#wake();
  }

  #credits(): number {
    const most = this.#most?.() ?? 0;
    return Math.max(0, Math.min(MOST_LEASES, Math.floor(most)));
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unhearAbort(signal, done);
        resolve();
      };
      this.#wake = done;
      hearAbort(signal, done);
      if (signal.aborted) done();
    });
  }
}
