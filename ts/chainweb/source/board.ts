/**
 * Which chains are mined, and which of the node's answers are news. Pure: answers and times in,
 * decisions out.
 */

import type { FetchedWork } from '../client.js';

/** Parents remembered as solved. */
const MOST_SOLVED = 4096;

export interface BoardOptions {
  /** How many chains at once. */
  readonly chains: number;
  /** The same work once more is news when its creation time is so much later. */
  readonly newerMs: number;
}

export interface Decision {
  /** What the work means for its chain; `null`: nothing. */
  readonly change: 'replace' | 'refresh' | null;
  /** A chain that is mined no longer; `null`: none. */
  readonly dropped: number | null;
  /** Whether one more chain is mined for it. */
  readonly isGain: boolean;
}

interface Parent {
  readonly key: string;
  readonly sentAtMs: number;
}

export class ChainBoard {
  readonly #options: BoardOptions;
  readonly #live = new Map<number, FetchedWork>();
  /** When the work of a chain was last known to be the newest. */
  readonly #checkedAtMs = new Map<number, number>();
  readonly #parents = new Map<number, Parent>();
  /** By parent: when it was settled that its solution counts; infinity while that is open. */
  readonly #solved = new Map<string, number>();

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** Chains that are mined, with their newest work. */
  get live(): ReadonlyMap<number, FetchedWork> {
    return this.#live;
  }

  get hasRoom(): boolean {
    return this.#live.size < this.#options.chains;
  }

  checkedAtMs(chain: number): number | null {
    return this.#checkedAtMs.get(chain) ?? null;
  }

  /**
   * An answer to a request for work.
   *
   * @param asked - the chain that was suggested; the node may have picked another
   */
  take(work: FetchedWork, asked: number | null): Decision {
    const { chain } = work.header;
    const parent = parentKey(work);
    const known = this.#parents.get(chain);
    // Two answers may overtake each other.
    const isOld = known !== undefined && known.sentAtMs > work.sentAtMs && known.key !== parent;
    if (!isOld) this.#parents.set(chain, { key: parent, sentAtMs: work.sentAtMs });
    // What was asked for cannot be mined now, or the node would have given it.
    const dropped = asked !== null && asked !== chain && this.drop(asked) ? asked : null;
    if (isOld || this.isSolved(work)) return { change: null, dropped, isGain: false };
    const running = this.#live.get(chain);
    if (running === undefined && !this.hasRoom) return { change: null, dropped, isGain: false };
    this.#checkedAtMs.set(chain, work.receivedAtMs);
    const change = running === undefined ? 'replace' : this.#changeFrom(running, work);
    if (change !== null) this.#live.set(chain, work);
    return { change, dropped, isGain: running === undefined };
  }

  /** @returns whether it was mined */
  drop(chain: number): boolean {
    this.#checkedAtMs.delete(chain);
    return this.#live.delete(chain);
  }

  /** Whether the chain is known to have gone on to another parent since. */
  isOutdated(work: FetchedWork): boolean {
    const known = this.#parents.get(work.header.chain);
    return known !== undefined && known.key !== parentKey(work);
  }

  /**
   * Whether a block on the same parent is on its way, or was accepted after the work had been asked
   * for. (A node that gives out such work after that has forgotten the block.)
   */
  isSolved(work: FetchedWork): boolean {
    const settledAtMs = this.#solved.get(parentKey(work));
    return settledAtMs !== undefined && work.sentAtMs <= settledAtMs;
  }

  /**
   * A solution is on its way: until the node has seen it, it gives work on the same parent.
   *
   * @returns whether the chain is mined no longer
   */
  markSolved(work: FetchedWork): boolean {
    const { chain } = work.header;
    const parent = parentKey(work);
    this.#solved.delete(parent); // so that it goes to the end of the order
    this.#solved.set(parent, Number.POSITIVE_INFINITY);
    const [oldest] = this.#solved.keys();
    if (this.#solved.size > MOST_SOLVED && oldest !== undefined) this.#solved.delete(oldest);
    const running = this.#live.get(chain);
    return running !== undefined && parentKey(running) === parent && this.drop(chain);
  }

  /** What became of it. Work whose solution came to nothing may be mined again. */
  settleSolved(work: FetchedWork, result: 'accepted' | 'other', nowMs: number): void {
    if (result === 'accepted') this.#solved.set(parentKey(work), nowMs);
    else this.#solved.delete(parentKey(work));
  }

  #changeFrom(running: FetchedWork, work: FetchedWork): 'replace' | 'refresh' | null {
    if (parentKey(running) !== parentKey(work)) return 'replace';
    if (payloadKey(running) !== payloadKey(work)) return 'refresh';
    const newer = work.header.creationTimeMicros - running.header.creationTimeMicros;
    return newer >= BigInt(Math.floor(this.#options.newerMs * 1000)) ? 'refresh' : null;
  }
}

/** The block that the work continues. */
function parentKey({ header }: FetchedWork): string {
  return Buffer.from(header.parent).toString('hex');
}

/** What the node remembers work by. */
function payloadKey({ header }: FetchedWork): string {
  return Buffer.from(header.payloadHash).toString('hex');
}
