/** The update stream of one chain, kept open: read, watched, opened again. */

import type { Clock } from '../miner/clock.js';
import { failureOf, NodeFailure } from '../miner/node-failure.js';
import { pause } from '../miner/pause.js';
import { Retry, type RetryRule } from '../miner/retry.js';
import { EventParser } from './updates/event-parser.js';

/** A stream that ends sooner than this counts as a failure, or a node that ends each would spin. */
const SHORTEST_LIFE_MS = 1_000;

/**
 * `opened`: what happened before is unknown; `new-cut`: another parent; `refreshed`: more to mine;
 * `ended`: what happens from here on is unknown, and the node may be gone.
 */
export type UpdateEvent = 'opened' | 'new-cut' | 'refreshed' | 'ended';

export interface ChainUpdatesOptions {
  /** The bytes of a stream, from its head on. */
  open(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Called for every event. */
  onEvent(event: UpdateEvent): void;
  /** Called whenever the stream is lost otherwise than by its own end. */
  onFailure(failure: NodeFailure): void;
  /** A stream that is silent for so long is opened anew. */
  readonly silenceMs: number;
  readonly retry: RetryRule;
  readonly clock: Clock;
  /** Random, `0 <= n < 1`. */
  fraction(): number;
}

export class ChainUpdates {
  readonly #options: ChainUpdatesOptions;
  readonly #retry: Retry;
  readonly #closing = new AbortController();
  #connected = false;
  #over: Promise<void>;

  /** Opens the stream at once. */
  constructor(options: ChainUpdatesOptions) {
    this.#options = options;
    this.#retry = new Retry(options.retry, options.fraction);
    this.#over = this.#run(this.#closing.signal);
  }

  /** Whether events would come. */
  get isConnected(): boolean {
    return this.#connected;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#over;
  }

  async #run(closing: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!closing.aborted) {
      const startMs = clock.now();
      let failure: NodeFailure | null = null;
      try {
        await this.#read(closing);
      } catch (error) {
        failure = failureOf(error);
      }
      const wasOpen = this.#connected;
      this.#connected = false;
      if (closing.aborted) return;
      if (wasOpen) this.#options.onEvent('ended');
      if (failure !== null) this.#options.onFailure(failure);
      const lived = clock.now() - startMs >= SHORTEST_LIFE_MS;
      if (lived && failure === null) this.#retry.succeeded();
      else await pause(clock, this.#retry.failed(clock.now()), closing);
    }
  }

  /** One stream, until it ends; returns, too, when it fell silent. */
  async #read(closing: AbortSignal): Promise<void> {
    const watchdog = new Watchdog(this.#options.clock, this.#options.silenceMs, closing);
    try {
      const chunks = await this.#options.open(watchdog.signal);
      this.#connected = true;
      watchdog.heard();
      this.#options.onEvent('opened');
      const parser = new EventParser();
      for await (const chunk of chunks) {
        watchdog.heard();
        for (const name of parser.feed(chunk)) {
          this.#retry.succeeded();
          this.#options.onEvent(name === 'Refreshed Block' ? 'refreshed' : 'new-cut');
        }
      }
    } catch (error) {
      if (!watchdog.hasBitten) throw error;
    } finally {
      watchdog.over();
    }
  }
}

/** Aborts its signal after silence, or along with another signal. */
class Watchdog {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #ends = new AbortController();
  readonly #closing: AbortSignal;
  readonly #closed = () => this.#ends.abort(this.#closing.reason);
  #cancel: () => void = () => {};
  #bitten = false;

  constructor(clock: Clock, silenceMs: number, closing: AbortSignal) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#closing = closing;
    closing.addEventListener('abort', this.#closed);
    if (closing.aborted) this.#closed();
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#ends.signal;
  }

  get hasBitten(): boolean {
    return this.#bitten;
  }

  heard(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(this.#silenceMs, () => {
      this.#bitten = true;
      this.#ends.abort(new NodeFailure('late', `silent for ${this.#silenceMs} ms`));
    });
  }

  over(): void {
    this.#cancel();
    this.#closing.removeEventListener('abort', this.#closed);
  }
}
