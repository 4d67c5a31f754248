/**
 * Units in the queue: published, published again, purged. What should lie there is the record's to
 * say; what does lie there is compared with it whenever one of them may have forgotten something.
 */

import type { UnitKey, WorkId } from '../queue.js';
import type { OpenUnit } from '../record/coordinator.js';
import { epochOf } from '../record/fence.js';
import type { Keeper } from '../record/keeper.js';
import type { CheckedNode } from './checked-options.js';
import { encodeUnit } from './codec.js';
import type { Nats } from './connection.js';
import { layOutSize } from './layout.js';
import type { Lendings } from './lendings.js';

/** Of JetStream: such a message lies there already. */
const LIES_THERE = 10077;

export interface StockHow {
  readonly node: CheckedNode;
  readonly nats: Nats;
  readonly lendings: Lendings;
  readonly keeper: Pick<Keeper, 'view' | 'relend'>;
  /** What was lent in an older epoch is void: workers let it go. */
  readonly since: number;
  /** Where a unit of this work goes. */
  readonly sizeFor: (unit: OpenUnit) => number;
}

export class Stock {
  readonly #how: StockHow;
  readonly #laidOut = new Map<number, Promise<void>>();

  constructor(how: StockHow) {
    this.#how = how;
  }

  /** Consumers may be gone: they are laid out again before they are used. */
  forgetConsumers(): void {
    this.#laidOut.clear();
  }

  /** Everybody may pull from it. */
  async prepare(size: number): Promise<void> {
    const { nats, node } = this.#how;
    let laidOut = this.#laidOut.get(size);
    if (laidOut === undefined) {
      laidOut = layOutSize(nats, node.names, node.limits, size);
      this.#laidOut.set(size, laidOut);
      laidOut.catch(() => this.#laidOut.delete(size));
    }
    await laidOut;
  }

  /** @param there - names of consumers; others that were laid out are laid out again */
  async keepConsumers(there: ReadonlySet<string>): Promise<void> {
    for (const size of [...this.#laidOut.keys()]) {
      if (there.has(this.#how.node.names.consumer(size))) continue;
      this.#laidOut.delete(size);
      await this.prepare(size);
    }
  }

  /** Puts units into the queue of that size. Rejects when the server does not take them. */
  async put(units: readonly OpenUnit[], size: number): Promise<void> {
    await this.prepare(size);
    // Counted before they are there: a worker may have begun before we hear that they are.
    for (const unit of units) this.#how.lendings.add(unit, size);
    await Promise.all(units.map((unit) => this.#publish(unit, size)));
  }

  /** The old message of the unit goes first, wherever it lies. */
  async putAgain(unit: OpenUnit, size: number): Promise<void> {
    const { work, index } = unit.unit;
    await this.remove(work, index);
    await this.put([unit], size);
  }

  async remove(work: WorkId, index: number): Promise<void> {
    const { names } = this.#how.node;
    await this.#purge(names.unitAnywhere(work, index));
  }

  /** @returns how many messages there were */
  removeWork(work: WorkId): Promise<number> {
    return this.#purge(this.#how.node.names.unitsOf(work));
  }

  async removeAll(): Promise<void> {
    await this.#purge(this.#how.node.names.everyUnit);
  }

  /** Units of a work that nobody has, and that do not lie in the queue: some may be on their way. */
  async missing(work: WorkId): Promise<readonly UnitKey[]> {
    const { keeper, lendings } = this.#how;
    const there = await this.#indices(work);
    return [...keeper.view.outstanding(work)]
      .filter(({ unit: { index } }) => !there.has(index) && !lendings.get(work, index)?.holder)
      .map(({ unit: { index } }): UnitKey => `${work}.${index}`);
  }

  /**
   * Makes the queue what the record says.
   *
   * @param settle - resolves when every result that is on its way has been counted
   * @param stuck - units that lie there but are not given out count as missing
   * @returns how many had to be put there
   */
  async mend(work: WorkId, settle: () => Promise<void>, stuck: boolean): Promise<number> {
    const { keeper, lendings } = this.#how;
    const carved = new Set([...keeper.view.outstanding(work)].map(({ unit }) => unit.index));
    const there = stuck ? new Map<number, number>() : await this.#indices(work);
    if (stuck) await this.removeWork(work);
    // A unit leaves the queue after its result was stored: those that are not there are lost only
    // if they are open when all results are counted.
    await settle();
    const open = new Map<number, OpenUnit>();
    for (const unit of keeper.view.outstanding(work)) open.set(unit.unit.index, unit);
    const missing: OpenUnit[] = [];
    for (const index of carved) {
      const unit = open.get(index);
      if (unit === undefined) continue;
      const size = there.get(index);
      if (size === undefined) missing.push(unit);
      // Somebody may have had it for long.
      else if (lendings.get(work, index) === null) lendings.add(unit, size);
    }
    for (const index of there.keys()) if (!open.has(index)) await this.remove(work, index);
    const bySize = new Map<number, OpenUnit[]>();
    for (const unit of missing) {
      for (const valid of await this.#valid(unit)) {
        const size = this.#how.sizeFor(valid);
        bySize.set(size, [...(bySize.get(size) ?? []), valid]);
      }
    }
    for (const [size, units] of bySize) await this.put(units, size);
    return missing.length;
  }

  /** Under a fence that workers take: another record may have been the master's since it was lent. */
  async #valid(open: OpenUnit): Promise<readonly OpenUnit[]> {
    const { keeper, since } = this.#how;
    if (epochOf(open.fence) >= since) return [open];
    const { work, index } = open.unit;
    return keeper.relend(work, index, { fault: 'none', worker: null });
  }

  /** What lies in the queue of a work: index and size. */
  async #indices(work: WorkId): Promise<Map<number, number>> {
    const { nats, node } = this.#how;
    const subjects_filter = node.names.unitsOf(work);
    const { state } = await nats.jsm.streams.info(node.names.units, { subjects_filter });
    const indices = new Map<number, number>();
    for (const subject of Object.keys(state.subjects ?? {})) {
      const [index, , size] = subject.split('.').reverse();
      indices.set(Number(index), Number(size));
    }
    return indices;
  }

  async #publish({ unit, fence, resumeAt }: OpenUnit, size: number): Promise<void> {
    const { nats, node, lendings } = this.#how;
    const ttlMs = node.limits.leaseMs;
    const bytes = encodeUnit({ unit, fence, resumeAt, ttlMs });
    try {
      await nats.js.publish(node.names.unit(size, unit.work, unit.index), bytes);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === LIES_THERE) return;
      const lending = lendings.get(unit.work, unit.index);
      if (lending?.holder === null) lendings.remove(unit.work, unit.index);
      throw error;
    }
  }

  async #purge(filter: string): Promise<number> {
    const { nats, node } = this.#how;
    return (await nats.jsm.streams.purge(node.names.units, { filter })).purged;
  }
}
