/** Several nodes, one of which is asked: the next one where that fails again and again. */

import { failureOf, NodeFailure } from '../../miner/node-failure.js';
import { pause } from '../../miner/pause.js';
import { Retry } from '../../miner/retry.js';
import { BusyNode } from '../client/answers.js';
import type { ChaincoreClient } from '../client.js';
import type { BlockTemplate } from '../codec.js';
import type { Settings } from './settings.js';

/** A template, and who gave it. */
export interface FetchedTemplate {
  readonly template: BlockTemplate;
  readonly client: ChaincoreClient;
  readonly askedAtMs: number;
  readonly receivedAtMs: number;
}

export interface NodesOptions {
  readonly clients: readonly ChaincoreClient[];
  readonly settings: Settings;
  onFailure(failure: NodeFailure): void;
  /** Every node has refused, at the start or for good. */
  onFatal(failure: NodeFailure): void;
}

const FIRST_TIMEOUT_MS = 10_000;
const LATER_TIMEOUT_MS = 5_000;
const LONGEST_TIMEOUT_MS = 30_000;

/** How long the answer to a template may take: longer after each failure in a row. */
export function templateTimeoutMs(failures: number): number {
  return Math.min(FIRST_TIMEOUT_MS + LATER_TIMEOUT_MS * failures, LONGEST_TIMEOUT_MS);
}

export class Nodes {
  readonly #options: NodesOptions;
  readonly #retry: Retry;
  #current = 0;
  #failures = 0;
  /** Nodes in a row that refused for good. */
  #refusals = 0;
  #hasSucceeded = false;

  constructor(options: NodesOptions) {
    this.#options = options;
    const { retry, random } = options.settings;
    this.#retry = new Retry(retry, () => random.fraction());
  }

  get current(): ChaincoreClient {
    return this.#options.clients[this.#current] as ChaincoreClient;
  }

  /** Turns to the next one. */
  next(): void {
    this.#current = (this.#current + 1) % this.#options.clients.length;
    this.#failures = 0;
  }

  /**
   * Asks until one gives a template that we mine.
   *
   * @returns `null` when `signal` aborts, or when none ever will
   */
  async template(signal: AbortSignal): Promise<FetchedTemplate | null> {
    const { settings, onFailure, onFatal } = this.#options;
    while (!signal.aborted) {
      let failure: NodeFailure;
      try {
        return await this.#ask(signal);
      } catch (error) {
        if (signal.aborted) return null;
        failure = failureOf(error);
      }
      onFailure(failure);
      if (this.#isFatal(failure)) {
        onFatal(failure);
        return null;
      }
      const delayMs = this.#retry.failed(settings.clock.now());
      const restMs = failure.isPassing ? delayMs : settings.retry.patientMs;
      const waitMs = failure instanceof BusyNode ? failure.retryAfterMs : restMs;
      this.#failures += 1;
      const isOver = !failure.isPassing || this.#failures >= settings.retries;
      const others = this.#options.clients.length > 1;
      if (isOver && others) this.next();
      // Another node is asked at once, unless all of them have failed.
      const isRound = isOver && others && this.#current !== 0;
      if (!isRound) await pause(settings.clock, waitMs, signal);
    }
    return null;
  }

  async #ask(signal: AbortSignal): Promise<FetchedTemplate> {
    const { wallet, clock, leastDifficulty, mostDifficulty } = this.#options.settings;
    const client = this.current;
    const askedAtMs = clock.now();
    const template = await client.template(wallet, templateTimeoutMs(this.#failures), signal);
    const { difficulty } = template;
    if (difficulty < leastDifficulty || difficulty > mostDifficulty) {
      const wanted = `${leastDifficulty} to ${mostDifficulty} is mined`;
      const detail = `difficulty ${difficulty}, ${wanted} (--difficulty-range): asking again`;
      throw new NodeFailure('failing', detail);
    }
    this.#retry.succeeded();
    this.#failures = 0;
    this.#refusals = 0;
    this.#hasSucceeded = true;
    return { template, client, askedAtMs, receivedAtMs: clock.now() };
  }

  /** A node that has given work may do so again; one that never did and refuses will not. */
  #isFatal(failure: NodeFailure): boolean {
    this.#refusals = failure.isPassing ? 0 : this.#refusals + 1;
    return !this.#hasSucceeded && this.#refusals >= this.#options.clients.length;
  }
}
