/**
 * When a template is news, when it is too old, and when a round is over. Pure: facts and times in,
 * decisions out. A round is the time spent on one height.
 */

import type { ChainTip } from '../client/answers.js';
import type { BlockTemplate } from '../codec.js';

export interface RoundsOptions {
  readonly roundMs: number;
  readonly refreshMs: number;
}

/** Why a template is to be fetched. */
export type Need = 'chain-moved' | 'too-old' | 'round-over' | null;

/** Parents remembered as solved. */
const MOST_SOLVED = 1024;

export class Rounds {
  readonly #options: RoundsOptions;
  /** By parent: when it was settled that its block counts; infinity while that is open. */
  readonly #solved = new Map<string, number>();
  #running: BlockTemplate | null = null;
  #receivedAtMs = 0;
  #startedAtMs = 0;
  #count = 0;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Rounds so far. */
  get count(): number {
    return this.#count;
  }

  /** When the template was last known to be the newest; `null`: none is mined. */
  get receivedAtMs(): number | null {
    return this.#running === null ? null : this.#receivedAtMs;
  }

  /** When the round is over, on the monotonic clock. */
  get endsAtMs(): number {
    return this.#startedAtMs + this.#options.roundMs;
  }

  /**
   * A template has come.
   *
   * @param askedAtMs - when it was asked for
   * @returns what it means for the older one; `null`: its block is found already
   */
  take(
    template: BlockTemplate,
    askedAtMs: number,
    receivedAtMs: number,
  ): 'replace' | 'refresh' | null {
    if (this.isSolved(template, askedAtMs)) return null;
    const running = this.#running;
    const isSame = running?.previousHash === template.previousHash;
    if (!isSame || receivedAtMs >= this.endsAtMs) {
      this.#startedAtMs = receivedAtMs;
      this.#count += 1;
    }
    this.#running = template;
    this.#receivedAtMs = receivedAtMs;
    return isSame && running.difficulty === template.difficulty ? 'refresh' : 'replace';
  }

  /** Whether the running template still stands, as far as the time says. */
  needAt(nowMs: number): Need {
    if (this.#running === null) return 'chain-moved';
    if (nowMs >= this.endsAtMs) return 'round-over';
    return nowMs - this.#receivedAtMs >= this.#options.refreshMs ? 'too-old' : null;
  }

  /** Whether it stands, as far as the node's newest block says. */
  needAfter(tip: ChainTip): Need {
    return this.isOutdated(this.#running, tip) ? 'chain-moved' : null;
  }

  isOutdated(template: BlockTemplate | null, { hash, length }: ChainTip): boolean {
    return template === null || template.previousHash !== hash || template.index !== length;
  }

  /** Nothing is mined until the next template. */
  drop(): void {
    this.#running = null;
  }

  /**
   * Whether a block on the same parent is on its way, or was accepted after the template had been
   * asked for. (A node that gives such a template after that has forgotten the block.)
   */
  isSolved({ previousHash }: BlockTemplate, askedAtMs: number): boolean {
    const settledAtMs = this.#solved.get(previousHash);
    return settledAtMs !== undefined && askedAtMs <= settledAtMs;
  }

  /** A block on its parent is on its way. */
  markSolved({ previousHash }: BlockTemplate): void {
    this.#solved.delete(previousHash); // so that it goes to the end of the order
    this.#solved.set(previousHash, Number.POSITIVE_INFINITY);
    const [oldest] = this.#solved.keys();
    if (this.#solved.size > MOST_SOLVED && oldest !== undefined) this.#solved.delete(oldest);
    if (this.#running?.previousHash === previousHash) this.#running = null;
  }

  /** What became of it. A parent whose block came to nothing may be mined on again. */
  settleSolved({ previousHash }: BlockTemplate, result: 'accepted' | 'other', nowMs: number): void {
    if (result === 'accepted') this.#solved.set(previousHash, nowMs);
    else this.#solved.delete(previousHash);
  }
}
