/**
 * The record and its journal as one: nothing is told to anybody before it is on the disk. What
 * both adapters stand on.
 */

import { PowError } from '../../errors.js';
import type {
  CancelReason,
  Capabilities,
  NodeInfo,
  UnitResult,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../queue.js';
import { type CameBack, Coordinator, type OpenUnit, type Seat } from './coordinator.js';
import {
  type Answer,
  type Decisions,
  type Effect,
  type Extension,
  type HeldLease,
  isUrgent,
  type LeaseKey,
} from './decisions.js';
import { Journal } from './journal.js';
import type { KeeperOptions } from './keeper-options.js';
import { Unpublished } from './unpublished.js';

/** A result of a work that nobody has published yet waits so long for somebody to do so. */
const UNPUBLISHED_MS = 20_000;

export type { KeeperOptions };

/** What decides nothing. */
export type RecordView = Pick<Coordinator, 'spec' | 'outstanding' | 'bannedMs' | 'status'>;

export class Keeper {
  readonly epoch: number;
  readonly view: RecordView;
  readonly #coordinator: Coordinator;
  readonly #journal: Journal | null;
  readonly #options: KeeperOptions;
  readonly #canceling = new Map<WorkId, ((answer: { purged: number }) => void)[]>();
  readonly #unpublished: Unpublished;
  #stopTimer: () => void = () => {};
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isClosed = false;
  #hasFailed = false;

  /**
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal or in use; what
   *   `options.epoch` rejects with
   */
  static async open(options: KeeperOptions): Promise<Keeper> {
    const { journalFile: file, snapshotBytes, disk } = options;
    const notice = (text: string) => {
      options.perform({ kind: 'event', event: { kind: 'notice', level: 'warn', text } });
    };
    const journal = file === undefined ? null : new Journal({ file, snapshotBytes, disk, notice });
    try {
      const { clock, wallNowMs = Date.now } = options;
      const how = { ...options, wallNowMs };
      const coordinator = new Coordinator(how, journal?.replay() ?? [], clock.now());
      journal?.snapshotWith(() => coordinator.entries(clock.now()));
      const above = coordinator.lastEpoch;
      const epoch = (await options.epoch?.(above)) ?? ownEpoch(journal, above);
      // Not within `append(...)`: without a journal its argument would never be made.
      const { entries } = coordinator.begin(epoch, clock.now());
      await journal?.append(entries);
      return new Keeper(options, journal, coordinator, epoch);
    } catch (error) {
      await journal?.close();
      throw error;
    }
  }

  private constructor(
    options: KeeperOptions,
    journal: Journal | null,
    coordinator: Coordinator,
    epoch: number,
  ) {
    this.#options = options;
    this.#unpublished = new Unpublished(options.clock);
    this.#journal = journal;
    this.#coordinator = coordinator;
    this.epoch = epoch;
    this.view = coordinator;
    this.#setTimer();
  }

  /** Resolves when the work is on the disk. Rejects with `POW_WORKER`. */
  async publish(spec: WorkSpec, space: WorkSpace): Promise<void> {
    this.#refuseWhenOver();
    const stored = this.#carryOut(this.#coordinator.publish(spec, space, this.#now));
    this.#unpublished.wake();
    await stored;
  }

  /** Resolves when every holder has let go, in two seconds at most. */
  async cancel(work: WorkId, reason: CancelReason): Promise<{ readonly purged: number }> {
    const over = new Promise<{ purged: number }>((resolve) => {
      this.#canceling.set(work, [...(this.#canceling.get(work) ?? []), resolve]);
    });
    const decisions = this.#coordinator.cancel(work, reason, this.#now);
    this.#carryOut(decisions).catch(() => this.#answerCancels());
    this.#unpublished.wake();
    return over;
  }

  join(node: NodeInfo, seat: Seat): { bannedMs: number; kept: readonly LeaseKey[] } {
    const { decisions, ...answer } = this.#coordinator.join(node, seat, this.#now);
    this.#act(decisions);
    return answer;
  }

  leave(worker: string): void {
    this.#act(this.#coordinator.leave(worker, this.#now));
  }

  announce(worker: string, capabilities: Capabilities): void {
    this.#act(this.#coordinator.announce(worker, capabilities, this.#now));
  }

  heard(worker: string): void {
    this.#coordinator.heard(worker, this.#now);
  }

  /** In hand at most, as {@link Coordinator.want}. */
  want(worker: string, most: number): void {
    this.#act(this.#coordinator.want(worker, most, this.#now));
  }

  progress(worker: string, lease: HeldLease): Extension {
    const { extension, decisions } = this.#coordinator.progress(worker, lease, this.#now);
    this.#act(decisions);
    return extension;
  }

  release(worker: string, lease: HeldLease, failed: string | null): void {
    this.#act(this.#coordinator.release(worker, lease, failed, this.#now));
  }

  /**
   * Resolves when the result is on the disk, or counts for nothing. Rejects with `POW_WORKER` when
   * it cannot be kept, or too much waits for works that nobody has published yet: then the worker
   * must not be told that it is, and brings it again.
   */
  async result(worker: string, result: UnitResult): Promise<Answer> {
    const answer = this.#judge(worker, result);
    if (answer !== null) return answer;
    const untilMs = this.#now + UNPUBLISHED_MS;
    return this.#unpublished.hold(worker, result, async () => {
      while (this.#now < untilMs) {
        await this.#unpublished.wait(untilMs);
        const late = this.#judge(worker, result);
        if (late !== null) return late;
      }
      return { verdict: 'stale', reason: 'nobody publishes its work' };
    });
  }

  /** As {@link Coordinator.strike}. */
  strike(key: string, worker: string, reason: string): void {
    this.#act(this.#coordinator.strike(key, worker, reason, this.#now));
  }

  distrust(key: string, worker: string, reason: string): void {
    this.#act(this.#coordinator.distrust(key, worker, reason, this.#now));
  }

  /** As {@link Coordinator.carve}; the units when they are stored. */
  async carve(work: WorkId, how: { nonces: bigint; most: number }): Promise<readonly OpenUnit[]> {
    this.#refuseWhenOver();
    const { units, decisions } = this.#coordinator.carve(work, how, this.#now);
    await this.#carryOut(decisions);
    return units;
  }

  /** As {@link Coordinator.takeIn}. */
  takeIn(work: WorkId, index: number): void {
    this.#act(this.#coordinator.takeIn(work, index, this.#now));
  }

  /** As {@link Coordinator.relend}; the units when they are stored. */
  async relend(work: WorkId, index: number, how: CameBack): Promise<readonly OpenUnit[]> {
    this.#refuseWhenOver();
    const { units, decisions } = this.#coordinator.relend(work, index, how, this.#now);
    await this.#carryOut(decisions);
    return units;
  }

  /** Works stay on record. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    this.#unpublished.wake();
    this.#answerCancels();
    await this.#journal?.close();
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** @returns `null`, at once: its work is not published */
  #judge(worker: string, result: UnitResult): Promise<Answer> | null {
    this.#refuseWhenOver();
    const judged = this.#coordinator.result(worker, result, this.#now);
    return judged && this.#carryOut(judged.decisions).then(() => judged.answer);
  }

  /** For what has nobody to tell that it could not be stored. */
  #act(decisions: Decisions): void {
    this.#carryOut(decisions).catch(() => {}); // `failed` was told
  }

  async #carryOut({ entries, effects }: Decisions): Promise<void> {
    this.#refuseWhenOver();
    this.#setTimer();
    const later = effects.filter((effect) => !isUrgent(effect));
    const isIdle = entries.length === 0 && later.length === 0;
    // Before anything is carried out: that may call in here, and the order of entries is theirs.
    const needsDisk = !isIdle || this.#journal?.failure != null;
    const stored = needsDisk ? this.#journal?.append(entries) : undefined;
    for (const effect of effects) if (isUrgent(effect)) this.#options.perform(effect);
    try {
      await stored;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    for (const effect of later) {
      if (effect.kind === 'assign') this.#assign(effect);
      else this.#perform(effect);
    }
  }

  /** What was taken back while it waited for the disk is not lent, and nobody is waited for. */
  #assign(effect: Extract<Effect, { kind: 'assign' }>): void {
    const { worker, assignment } = effect;
    const { unit, fence, resumeAt: scannedTo } = assignment;
    const lease = { work: unit.work, index: unit.index, fence, scannedTo };
    const extension = this.progress(worker, lease);
    if (!extension.kept) this.release(worker, lease, null);
    else this.#perform({ ...effect, assignment: { ...assignment, ttlMs: extension.ttlMs } });
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'over') {
      const waiting = this.#canceling.get(effect.work) ?? [];
      this.#canceling.delete(effect.work);
      for (const resolve of waiting) resolve({ purged: effect.purged });
    }
    this.#options.perform(effect);
  }

  /** Once: from now on nothing is acknowledged. */
  #fail(error: unknown): void {
    if (this.#hasFailed || this.#isClosed) return;
    this.#hasFailed = true;
    this.#options.perform({ kind: 'event', event: { kind: 'failed', error } });
    this.#answerCancels();
  }

  #answerCancels(): void {
    for (const waiting of this.#canceling.values()) {
      for (const resolve of waiting) resolve({ purged: 0 });
    }
    this.#canceling.clear();
  }

  #refuseWhenOver(): void {
    if (this.#isClosed) throw new PowError('POW_WORKER', 'the cluster is closed');
  }

  #setTimer(): void {
    const atMs = this.#coordinator.wakeAtMs;
    if (atMs >= this.#timerAtMs || this.#isClosed) return;
    this.#stopTimer();
    this.#timerAtMs = atMs;
    this.#stopTimer = this.#options.clock.after(atMs - this.#now, () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#act(this.#coordinator.wake(this.#now));
    });
  }
}

/** Without a journal nobody remembers but the calendar, as long as it is not set back. */
function ownEpoch(journal: Journal | null, above: number): number {
  return journal === null ? Math.floor(Date.now() / 100) : above + 1;
}
