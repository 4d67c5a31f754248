/** Keeps in the queue what the workers take in a few rounds, of each size, from each work in turn. */

import type { Algorithm } from '../../native/contract.js';
import type { WorkId, WorkSpec } from '../queue.js';
import type { OpenUnit } from '../record/coordinator.js';
import type { Keeper } from '../record/keeper.js';
import { RULES } from '../record/rules.js';
import type { CheckedNode } from './checked-options.js';
import type { Crew } from './crew.js';
import type { Lendings } from './lendings.js';
import { noncesOf } from './sizes.js';
import type { Stock } from './stock.js';
import { Waiting } from './waiting.js';

export interface FillerHow {
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly stock: Stock;
  readonly lendings: Lendings;
  readonly crew: Crew;
  readonly fixedNonces: bigint | undefined;
  /** Rejects when another master leads. */
  readonly confirm: () => Promise<void>;
  /** The queue may not hold what it should. */
  readonly onTrouble: (error: unknown) => void;
}

/** What is asked for until it begins is looked at in it. */
interface Round {
  /** So many more, whatever is counted as being there. */
  least: number;
  readonly over: Promise<void>;
}

export class Filler {
  readonly #how: FillerHow;
  /** Works that are lent, in turn. */
  #live: WorkSpec[] = [];
  /** By size: what is looked at next. */
  readonly #next = new Map<number, Round>();
  /** The newest of each size: one begins when the one before is over. */
  readonly #rounds = new Map<number, Promise<void>>();
  readonly #waiting: Waiting;

  constructor(how: FillerHow) {
    this.#how = how;
    this.#waiting = new Waiting(how.node.clock);
  }

  get live(): readonly WorkSpec[] {
    return this.#live;
  }

  get algorithms(): ReadonlySet<Algorithm> {
    return new Set(this.#live.map(({ work }) => work.algorithm));
  }

  lends(work: WorkId): boolean {
    return this.#live.some(({ id }) => id === work);
  }

  begin(spec: WorkSpec): void {
    this.#live = [...this.#live.filter(({ id }) => id !== spec.id), spec];
    this.fillAll();
    this.#waiting.look();
  }

  /** Resolves when there is a work to lend, or after so long. */
  hasWork(ms: number): Promise<void> {
    return this.#waiting.until(() => this.#live.length > 0, ms);
  }

  end(work: WorkId): void {
    this.#live = this.#live.filter(({ id }) => id !== work);
  }

  fillAll(): void {
    const sizes = new Set<number>();
    for (const algorithm of this.algorithms) {
      for (const size of this.#how.crew.sizes(algorithm)) sizes.add(size);
    }
    for (const size of sizes) void this.fill(size, 0);
  }

  /**
   * Resolves when it is there, or cannot be. Of many workers somebody always asks: nobody waits for
   * what others want later.
   */
  fill(size: number, least: number): Promise<void> {
    const waiting = this.#next.get(size);
    if (waiting !== undefined) {
      waiting.least = Math.max(least, waiting.least);
      return waiting.over;
    }
    // Not at once: what is asked for in one turn of the event loop is looked at together.
    const over = (this.#rounds.get(size) ?? Promise.resolve()).then(() => this.#fill(size));
    this.#next.set(size, { least, over });
    this.#rounds.set(size, over);
    return over;
  }

  async #fill(size: number): Promise<void> {
    const { least } = this.#next.get(size) ?? { least: 0 };
    this.#next.delete(size);
    try {
      await this.#fillOnce(size, least);
    } catch (error) {
      this.#how.onTrouble(error);
    }
  }

  async #fillOnce(size: number, least: number): Promise<void> {
    const { crew, lendings, node, stock } = this.#how;
    const works = this.#live.filter(({ work }) => crew.sizes(work.algorithm).has(size));
    const algorithms = new Set(works.map(({ work }) => work.algorithm));
    const appetite = Math.max(0, ...[...algorithms].map((each) => crew.appetite(size, each)));
    const missing = Math.max(least, node.limits.rounds * appetite - lendings.queued(size));
    if (missing <= 0 || works.length === 0) return;
    await this.#how.confirm();
    await this.#takeIn(works, size, missing);
    const units = await this.#carve(works, size, missing);
    const lent = units.filter(({ unit }) => this.lends(unit.work));
    if (lent.length > 0) await stock.put(lent, size);
  }

  /** What lies in sizes that nobody has any more is carved before anything else, in this one. */
  async #takeIn(works: readonly WorkSpec[], size: number, most: number): Promise<void> {
    const { crew, lendings, keeper, stock } = this.#how;
    const algorithms = new Map(works.map(({ id, work }) => [id, work.algorithm]));
    const here = new Map([...algorithms.values()].map((each) => [each, crew.sizes(each)]));
    const isElsewhere = (at: number) => [...here.values()].some((sizes) => !sizes.has(at));
    if (![...lendings.sizes].some(isElsewhere)) return;
    const strays = [...lendings.lying()].filter(({ size: at, unit }) => {
      const algorithm = algorithms.get(unit.work);
      if (algorithm === undefined || here.get(algorithm)?.has(at) === true) return false;
      return crew.nearest(at, algorithm) === size;
    });
    for (const { unit } of strays.slice(0, most)) {
      keeper.takeIn(unit.work, unit.index);
      lendings.remove(unit.work, unit.index);
      await stock.remove(unit.work, unit.index);
    }
  }

  async #carve(works: readonly WorkSpec[], size: number, most: number): Promise<OpenUnit[]> {
    const { keeper, fixedNonces } = this.#how;
    const units: OpenUnit[] = [];
    let open = [...works];
    while (units.length < most && open.length > 0) {
      const each = Math.max(1, Math.ceil((most - units.length) / open.length));
      const left: WorkSpec[] = [];
      for (const spec of open) {
        if (units.length >= most) break;
        const nonces = fixedNonces ?? atMost(noncesOf(size), spec);
        try {
          const carved = await keeper.carve(spec.id, { nonces, most: each });
          units.push(...carved);
          if (carved.length === each) left.push(spec);
        } catch (error) {
          // Its source throws for a variant, say: the others go on.
          this.#how.onTrouble(error);
        }
      }
      open = left;
    }
    // The next one begins with another work.
    const [first] = this.#live;
    if (first !== undefined) this.#live = [...this.#live.slice(1), first];
    return units;
  }
}

/** With no more shares than fit into results. */
function atMost(nonces: bigint, { shareTarget }: WorkSpec): bigint {
  const most = Math.floor(RULES.mostShares * shareTarget.expectedHashes);
  return Number.isSafeInteger(most) && most >= 1 && BigInt(most) < nonces ? BigInt(most) : nonces;
}
