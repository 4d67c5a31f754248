/** Works that are lent: brought to the workers, compared with the queue, called back, forgotten. */

import type { CancelReason, WorkId, WorkSpec } from '../queue.js';
import type { Keeper } from '../record/keeper.js';
import { encodeWorkSpec } from '../wire/work-spec.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import { ofProgressKey } from './control.js';
import type { Dispatch } from './dispatch.js';
import type { Filler } from './filler.js';
import type { Heard, Lendings } from './lendings.js';
import { workKey, workOfKey } from './names.js';
import type { Stock } from './stock.js';
import { textOf } from './text-of.js';
import { within } from './within.js';

/** Signs of leases of works that are not lent yet. */
const MOST_SIGNS = 65_536;

export interface LiveWorksHow {
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly stock: Stock;
  readonly lendings: Lendings;
  readonly dispatch: Dispatch;
  readonly filler: Filler;
  /** Resolves when results that are on their way were counted. */
  readonly settle: () => Promise<void>;
  /** Rejects when another master leads. */
  readonly confirm: () => Promise<void>;
  /** Every worker hears that the work is over. */
  readonly tellOver: (work: WorkId, reason: CancelReason) => void;
  readonly onNotice: (text: string) => void;
}

export class LiveWorks {
  readonly #nats: Nats;
  readonly #how: LiveWorksHow;
  /** Where the server was away when their units and keys had to go. */
  readonly #ended = new Set<WorkId>();
  readonly #signs = new Map<string, Heard>();
  /** What is done to a work at the server, one after the other; what began last counts in the end. */
  readonly #turns = new Map<WorkId, Promise<void>>();

  constructor(nats: Nats, how: LiveWorksHow) {
    this.#nats = nats;
    this.#how = how;
  }

  /**
   * Another record begins: what older ones have put into the queue is void. Rejects as soon as it
   * may be that of a newer one.
   */
  async clear(): Promise<void> {
    const { stock, confirm } = this.#how;
    await confirm();
    await stock.removeAll();
    const state = await this.#state();
    const keys: string[] = [];
    for await (const key of await state.keys()) if (workOfKey(key) !== null) keys.push(key);
    for (const key of keys) {
      await confirm();
      await state.purge(key);
    }
  }

  /** Units of a work that is on record go to the workers from now on. */
  async lend(spec: WorkSpec): Promise<void> {
    await this.#supersede(spec);
    await this.#inTurn(spec.id, async () => {
      this.#ended.delete(spec.id);
      await this.#show(spec.id);
      await this.#mend(spec.id);
      const known = this.#how.keeper.view.spec(spec.id);
      if (known !== null) this.#how.filler.begin(known);
    });
  }

  /**
   * Workers are told first, then the queue is emptied of the work, then holders are waited for.
   *
   * @returns how many units nobody had
   */
  async callBack(work: WorkId, reason: CancelReason): Promise<number> {
    const { node, filler, lendings, dispatch, tellOver } = this.#how;
    const { clock, limits } = node;
    filler.end(work);
    tellOver(work, reason);
    const { queued } = lendings.counts(work);
    for (const { unit, holder } of lendings.ofWork(work)) {
      if (holder === null) lendings.remove(work, unit.index);
    }
    await Promise.all([
      within(clock, limits.cancelMs, this.#forget(work, reason)),
      dispatch.letGo(work, limits.cancelMs),
    ]);
    dispatch.forget(work);
    return queued;
  }

  /** The record has given up a work that nobody published since the start. */
  drop(work: WorkId, reason: CancelReason): void {
    if (this.#how.filler.lends(work)) return;
    this.#how.tellOver(work, reason);
    void this.#forget(work, reason);
  }

  /** A lease lives whose work may not be lent yet. */
  heard(
    key: string,
    of: { readonly worker: string; readonly work: WorkId; readonly index: number },
    heard: Heard,
  ): void {
    const { dispatch, filler } = this.#how;
    const { worker, work, index } = of;
    if (dispatch.hear(worker, { work, index }, heard) === 'known') return;
    // Published is not enough: its units are known when it is lent.
    if (filler.lends(work) || this.#signs.size >= MOST_SIGNS) return;
    this.#signs.set(key, heard);
  }

  /**
   * What workers find of a work now; `null`: they find that it is over. Where a server was made to
   * write something else there, it is shown to them again.
   */
  shown(work: WorkId, bytes: Uint8Array | null): void {
    const { filler, keeper, onNotice } = this.#how;
    const spec = keeper.view.spec(work);
    if (spec === null || !filler.lends(work)) return;
    if (bytes !== null && Buffer.compare(bytes, encodeWorkSpec(spec)) === 0) return;
    const again = async () => {
      if (filler.lends(work)) await this.#show(work);
    };
    this.#inTurn(work, again).catch((error: unknown) => {
      onNotice(`work ${work} could not be shown again: ${textOf(error)}`);
    });
  }

  /** The server may have lost everything meanwhile. */
  async restore(): Promise<void> {
    const { filler } = this.#how;
    for (const work of this.#ended) {
      await this.#inTurn(work, async () => {
        if (this.#ended.has(work)) await this.#remove(work, 'stale');
      });
    }
    for (const { id } of filler.live) {
      await this.#inTurn(id, async () => {
        if (!filler.lends(id)) return;
        await this.#show(id);
        await this.#mend(id);
      });
    }
    filler.fillAll();
  }

  /** A work of this lane that was on record before we began, and that nobody published since. */
  async #supersede({ id, lane }: WorkSpec): Promise<void> {
    const { keeper, node, tellOver } = this.#how;
    for (const other of keeper.view.status(node.clock.now()).works) {
      const isForgotten = other.lane === lane && keeper.view.spec(other.id) === null;
      if (!isForgotten || other.id === id) continue;
      tellOver(other.id, 'stale');
      await this.#forget(other.id, 'stale');
      await keeper.cancel(other.id, 'stale');
    }
  }

  /** Workers find it there, also those that come later. */
  async #show(work: WorkId): Promise<void> {
    const spec = this.#how.keeper.view.spec(work);
    if (spec !== null) await (await this.#state()).put(workKey(work), encodeWorkSpec(spec));
  }

  #inTurn(work: WorkId, act: () => Promise<void>): Promise<void> {
    const done = (this.#turns.get(work) ?? Promise.resolve()).then(act);
    const turn = done
      .catch(() => {})
      .then(() => {
        if (this.#turns.get(work) === turn) this.#turns.delete(work);
      });
    this.#turns.set(work, turn);
    return done;
  }

  #forget(work: WorkId, reason: CancelReason): Promise<void> {
    return this.#inTurn(work, () => {
      // It may have been called back before it was lent.
      this.#how.filler.end(work);
      return this.#remove(work, reason);
    });
  }

  async #remove(work: WorkId, reason: CancelReason): Promise<void> {
    // At a shutdown the work stays on record, and whoever holds a unit may need to look it up.
    if (reason !== 'shutdown') this.#ended.add(work);
    try {
      await this.#how.stock.removeWork(work);
      if (reason === 'shutdown') return;
      await (await this.#state()).purge(workKey(work));
      this.#ended.delete(work);
    } catch (error) {
      // It is done when the server is there again; workers know that the work is over.
      this.#how.onNotice(`work ${work} is still in the queue: ${textOf(error)}`);
    }
  }

  async #mend(work: WorkId): Promise<void> {
    const { keeper, stock, settle, dispatch } = this.#how;
    const [open] = keeper.view.outstanding(work);
    // What still lies there is of an earlier life, and the queue would refuse the same units of this.
    if (open === undefined) return void (await stock.removeWork(work));
    await stock.mend(work, settle, false);
    for (const [key, heard] of this.#signs) {
      const of = ofProgressKey(key);
      if (of?.work !== work) continue;
      this.#signs.delete(key);
      dispatch.hear(of.worker, { work, index: of.index }, heard);
    }
  }

  #state() {
    return this.#nats.bucket(this.#how.node.names.state);
  }
}
