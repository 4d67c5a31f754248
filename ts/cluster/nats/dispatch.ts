/**
 * Decides what lies in the queue: as much as the workers take in two rounds, in their sizes; what
 * came back; and, when nothing is left to carve, what slow workers hand over to idle ones.
 */

import type { QueueEvent, UnitResult, WorkId } from '../queue.js';
import type { OpenUnit } from '../record/coordinator.js';
import type { Fault } from '../record/failures.js';
import type { Keeper } from '../record/keeper.js';
import type { CheckedNode } from './checked-options.js';
import type { Report } from './codec.js';
import type { Control, ResumeQuestion, ResumeReply, Want, WantReply } from './control.js';
import type { Crew } from './crew.js';
import type { Filler } from './filler.js';
import type { Heard, InHands, Lending, Lendings } from './lendings.js';
import { overdue } from './overdue.js';
import type { Pulse } from './pulse.js';
import { lendAnew } from './relending.js';
import { answerOf } from './resuming.js';
import { sizeOf } from './sizes.js';
import type { Stock } from './stock.js';
import { unitToMove } from './tail.js';
import { Waiting } from './waiting.js';

/** A worker for which there is nothing hears so after so long; less than it waits for an answer. */
const WANT_MS = 750;

/** Without the epoch, which the master puts in front. */
export type Told = Control extends infer Each
  ? Each extends Control
    ? Omit<Each, 'epoch'>
    : never
  : never;

export interface DispatchHow {
  readonly node: CheckedNode;
  readonly keeper: Keeper;
  readonly stock: Stock;
  readonly lendings: Lendings;
  readonly crew: Crew;
  readonly filler: Filler;
  /** To one worker. */
  readonly tell: (worker: string, control: Told) => void;
  readonly pulse: Pulse;
  /** It has no connection any more. */
  readonly onGone: (worker: string) => Promise<void>;
  readonly onEvent: (event: QueueEvent) => void;
  /** The queue may not hold what it should. */
  readonly onTrouble: (error: unknown) => void;
  /** A message may have left the queue whose unit nobody has. */
  readonly onDoubt: () => void;
}

export class Dispatch {
  readonly #how: DispatchHow;
  readonly #waiting: Waiting;

  constructor(how: DispatchHow) {
    this.#how = how;
    this.#waiting = new Waiting(how.node.clock);
  }

  /** Resolves when nobody holds a unit of the work, or after so long. */
  letGo(work: WorkId, ms: number): Promise<void> {
    return this.#waiting.until(() => this.#how.lendings.counts(work).held === 0, ms);
  }

  /** The work is over. */
  forget(work: WorkId): void {
    this.#how.lendings.removeWork(work);
  }

  /** A worker found nothing where it looked. */
  async want(worker: string, { most, credits }: Want): Promise<WantReply> {
    const { crew, lendings, filler } = this.#how;
    crew.wants(worker, most);
    await filler.hasWork(WANT_MS);
    const { algorithms } = filler;
    const own = new Set([...algorithms].map((algorithm) => crew.size(worker, algorithm)));
    // What is counted as queued may be in hands already: it says that there is nothing.
    await Promise.all([...own].map((size) => this.#how.filler.fill(size, credits)));
    const sizes = crew.search(worker, algorithms, lendings.sizes);
    await Promise.all([...own].map((size) => this.#how.stock.prepare(size)));
    if (sizes.every((size) => lendings.queued(size) === 0)) await this.#findFor(worker);
    return { sizes };
  }

  /** A sign of life of a lease. */
  hear(worker: string, unit: { work: WorkId; index: number }, heard: Heard): 'known' | 'unknown' {
    const { lendings, node, keeper, tell, onEvent } = this.#how;
    const lending = lendings.get(unit.work, unit.index);
    if (lending === null) return 'unknown';
    const sign = lendings.hear(worker, unit, heard);
    const { fence } = heard;
    if (sign.kind !== 'late' && keeper.view.bannedMs(worker, node.clock.now()) > 0) {
      tell(worker, { kind: 'end', ...unit, fence, why: 'revoked' });
      void this.takeBack(worker);
      return 'known';
    }
    if (sign.kind === 'late') {
      tell(worker, { kind: 'end', ...unit, fence, why: 'lost' });
    } else if (sign.kind === 'began') {
      const { before } = sign;
      const isTaken = before !== null && before.worker !== worker;
      if (isTaken) this.#end({ ...lending, holder: before }, 'lost');
      onEvent({ kind: 'unit', unit: lending.unit, state: 'assigned', worker, fence });
      void this.#how.filler.fill(lending.size, 0);
    }
    return 'known';
  }

  /** Resolves when the report is on record; rejects when it cannot be kept. */
  async take(worker: string, report: Report): Promise<void> {
    try {
      if (report.kind === 'result') await this.#result(worker, report.result);
      else await this.#release(worker, report);
    } finally {
      this.#waiting.look();
    }
  }

  /** A unit was delivered once more, as its worker says: its holder died, or was silent. */
  async resume(worker: string, { work, index, fence }: ResumeQuestion): Promise<ResumeReply> {
    const { lendings, node, keeper, onDoubt } = this.#how;
    const lending = lendings.get(work, index);
    if (lending === null) {
      return this.#how.filler.lends(work) ? { gone: true } : { gone: false, resumeAt: 0n, fence };
    }
    const { lost, reply } = answerOf(lendings, lending, { worker, fence }, node.clock.now());
    if (lost === null) {
      if (reply.gone && lending.holder === null) onDoubt();
      return reply;
    }
    const holder = lost === 'unheard' ? null : lost;
    const back = { fault: 'lost', worker: holder?.worker ?? null } as const;
    const { same, halves } = await lendAnew(keeper, lending, back);
    if (same === null) {
      await this.#putHalves(lending, halves);
      return { gone: true };
    }
    if (holder !== null) this.#end({ ...lending, holder }, 'lost');
    // Its message is of an older epoch, or has gone meanwhile: whatever comes of it would be late.
    const isOutdated = fence < same.fence || lendings.get(work, index) !== lending;
    if (!isOutdated) return lendings.handOver(lending, { worker, fence }, same, node.clock.now());
    await this.#putAgain(same, null);
    return { gone: true };
  }

  /** Where a unit goes that comes back. */
  sizeFor({ unit, resumeAt }: OpenUnit): number {
    const spec = this.#how.keeper.view.spec(unit.work);
    const size = sizeOf(Number(unit.end - resumeAt));
    return spec === null ? size : this.#how.crew.nearest(size, spec.work.algorithm);
  }

  async #result(worker: string, result: UnitResult): Promise<void> {
    const { keeper, lendings, crew, node, tell } = this.#how;
    const { work, index, fence, outcome, hashes } = result;
    const { verdict } = await keeper.result(worker, result);
    const lending = lendings.get(work, index);
    if (lending === null) return;
    const isIts = lending.holder === null || lending.holder.worker === worker;
    if (verdict === 'accepted') {
      if (outcome === 'partial') return;
      const algorithm = keeper.view.spec(work)?.work.algorithm;
      const sinceMs = lending.holder?.sinceMs ?? node.clock.now();
      if (algorithm !== undefined) {
        const { start, end } = lending.unit;
        const made = Math.min(hashes, Number(end - start));
        crew.finished(worker, { algorithm, hashes: made, sinceMs }, node.clock.now());
      }
      lendings.remove(work, index);
      void this.#how.filler.fill(lending.size, 0);
      return;
    }
    if (verdict === 'duplicate') {
      lendings.remove(work, index);
      return;
    }
    // Its message has left the queue with the report, and the unit is as open as before; unless it
    // was taken back meanwhile: then another message of it lies there.
    if (!isIts || fence < lending.fence || (verdict === 'stale' && outcome === 'partial')) return;
    if (verdict === 'rejected') tell(worker, { kind: 'end', work, index, fence, why: 'revoked' });
    await this.#again(lending, 'none');
  }

  async #release(worker: string, report: Extract<Report, { kind: 'release' }>): Promise<void> {
    const { work, index, fence, failed } = report;
    const lending = this.#how.lendings.get(work, index);
    if (lending === null || fence < lending.fence) return;
    const { holder } = lending;
    if (holder !== null && (holder.worker !== worker || holder.fence !== fence)) return;
    await this.#again(lending, failed === undefined ? 'none' : 'failed', worker);
  }

  /** The unit, or what became of it, lies in the queue again; of a work that ends, nothing does. */
  async #again(lending: Lending, fault: Fault, worker = lending.holder?.worker): Promise<void> {
    const { lendings, keeper, filler } = this.#how;
    const { work, index } = lending.unit;
    if (!filler.lends(work)) {
      lendings.remove(work, index);
      return;
    }
    const asker = lending.holder?.moved?.to ?? null;
    const { same, halves } = await lendAnew(keeper, lending, { fault, worker: worker ?? null });
    if (same !== null) return this.#putAgain(same, asker);
    await this.#putHalves(lending, halves).catch((error) => this.#how.onTrouble(error));
  }

  /** @param asker - who waits for it */
  async #putAgain(open: OpenUnit, asker: string | null): Promise<void> {
    const { stock, crew, keeper, filler } = this.#how;
    const { work } = open.unit;
    if (!filler.lends(work)) return;
    const algorithm = keeper.view.spec(work)?.work.algorithm;
    const isFor = asker !== null && crew.has(asker) && algorithm !== undefined;
    const size = isFor ? crew.size(asker, algorithm) : this.sizeFor(open);
    await stock.putAgain(open, size).catch((error: unknown) => this.#how.onTrouble(error));
  }

  /** In place of a unit that is over. */
  async #putHalves({ unit }: Lending, halves: readonly OpenUnit[]): Promise<void> {
    const { lendings, stock } = this.#how;
    lendings.remove(unit.work, unit.index);
    await stock.remove(unit.work, unit.index);
    for (const half of halves) await stock.put([half], this.sizeFor(half));
  }

  /** Its connection is gone: what it had is lent to others. */
  async lose(worker: string): Promise<void> {
    const held = this.#heldBy(worker);
    const isBegun = ({ holder }: InHands) => holder.scannedTo > holder.from;
    // What it was at when it died: what it had begun, else what it got first.
    const suspects = held.some(isBegun) ? held.filter(isBegun) : held.slice(0, 1);
    await this.#lendAgain(held, suspects);
  }

  /** It is banned: what it has is lent to others, and no unit is to blame. */
  async takeBack(worker: string): Promise<void> {
    await this.#lendAgain(this.#heldBy(worker), []);
  }

  #heldBy(worker: string) {
    return [...this.#how.lendings.held()].filter(({ holder }) => holder.worker === worker);
  }

  async #lendAgain(held: readonly Lending[], suspects: readonly Lending[]): Promise<void> {
    for (const lending of held) {
      try {
        await this.#again(lending, suspects.includes(lending) ? 'lost' : 'none');
      } catch (error) {
        this.#how.onTrouble(error); // the record: nobody has asked for it, nobody is to be told
      }
    }
    this.#waiting.look();
  }

  /** There is nothing else for it: what the dead had, else what slower ones have. */
  async #findFor(worker: string): Promise<void> {
    const { lendings, pulse, onGone } = this.#how;
    const holders = new Set([...lendings.held()].map(({ holder }) => holder.worker));
    if (holders.has(worker)) return;
    const away = await pulse.away(holders);
    for (const gone of away) await onGone(gone);
    if (away.size === 0) this.#move(worker);
  }

  #move(worker: string): void {
    const { lendings, node } = this.#how;
    const found = unitToMove(lendings.held(), { worker, rateOf: this.#rateOf });
    if (found === null) return;
    found.holder.moved = { to: worker, sinceMs: node.clock.now() };
    this.#end(found, 'moved');
  }

  /** Lends again what does not come to an end. Resolves with who had it: they may take it again. */
  async callBackOverdue(): Promise<ReadonlySet<string>> {
    const { lendings, node } = this.#how;
    const nowMs = node.clock.now();
    const lost = lendings.abandoned(nowMs);
    const rest = [...lendings.held()].filter((lending) => !lost.includes(lending));
    const late = overdue(rest, this.#rateOf, nowMs);
    for (const lending of [...lost, ...late]) this.#end(lending, 'lost');
    await this.#lendAgain([...lost, ...late], lost);
    return new Set(late.map(({ holder }) => holder.worker));
  }

  #end({ unit: { work, index }, holder }: InHands, why: 'moved' | 'lost') {
    this.#how.tell(holder.worker, { kind: 'end', work, index, fence: holder.fence, why });
  }

  readonly #rateOf = (worker: string, { unit }: Lending): number => {
    const spec = this.#how.keeper.view.spec(unit.work);
    return spec === null ? 0 : this.#how.crew.rate(worker, spec.work.algorithm);
  };
}
