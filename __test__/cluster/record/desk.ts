import * as assert from 'uvu/assert';
import type { QueueEvent, UnitResult, WorkSpec } from '../../../ts/cluster/queue.js';
import { Coordinator } from '../../../ts/cluster/record/coordinator.js';
import type { Assignment, Decisions, Effect } from '../../../ts/cluster/record/decisions.js';
import type { Entry } from '../../../ts/cluster/record/entries.js';
import type { Rules } from '../../../ts/cluster/record/rules.js';
import { Judge, nodeOf, Strict, shareOf, spaceOf, specOf, workId } from './fakes.js';

/** When a master starts, unless it says otherwise: in milliseconds since 1970. */
export const START_MS = 1_700_000_000_000;

/** One master, told what to do line by line. */
export class Desk {
  readonly conduct = new Strict();
  readonly events: QueueEvent[] = [];
  readonly effects: Effect[] = [];
  readonly log: Entry[] = [];
  readonly assigned: { worker: string; assignment: Assignment }[] = [];
  readonly coordinator: Coordinator;
  /** Of its own clock, which began when it started. */
  nowMs = 0;
  /** What the wall clock would say if its own one began now. */
  startMs: number;

  constructor(
    rules: Partial<Rules> = {},
    before: readonly Entry[] = [],
    epoch = 1,
    startMs = START_MS,
  ) {
    this.startMs = startMs;
    const referee = new Judge((_unit, nonce) => nonce === 7n);
    const wallNowMs = () => this.startMs + this.nowMs;
    const how = { referee, conduct: this.conduct, rules, wallNowMs };
    this.coordinator = new Coordinator(how, before, 0);
    this.log.push(...before);
    this.do(this.coordinator.begin(epoch, 0));
  }

  do({ entries, effects }: Decisions): void {
    this.log.push(...entries);
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.kind === 'event') this.events.push(effect.event);
      if (effect.kind === 'assign') this.assigned.push(effect);
    }
  }

  publish(spec: WorkSpec = specOf(workId(1)), variants = 1, nonces = 100): void {
    this.do(this.coordinator.publish(spec, spaceOf(variants, nonces), this.nowMs));
  }

  join(id: string, rate = 5, most = 1, held: { fence: number; index: number }[] = []) {
    const claims = held.map((lease) => ({ ...lease, work: workId(1), scannedTo: 0n }));
    const seat = { key: `key of ${id}`, address: 'here', held: claims };
    const { decisions, ...answer } = this.coordinator.join(nodeOf(id, rate), seat, this.nowMs);
    this.do(decisions);
    this.do(this.coordinator.want(id, most, this.nowMs));
    return answer;
  }

  /** Whatever the worker was lent last. */
  lent(worker: string): Assignment {
    const last = this.assigned.findLast((one) => one.worker === worker);
    assert.ok(last, `${worker} was lent something`);
    return last.assignment;
  }

  result(worker: string, more: Partial<UnitResult> = {}, of = this.lent(worker)) {
    const { unit, fence } = of;
    const { work, index, end } = unit;
    const judged = this.coordinator.result(
      worker,
      {
        ...{ work, index, fence, outcome: 'exhausted', scannedTo: end, shares: [] },
        ...{ hashes: Number(end - of.resumeAt), ...more },
      },
      this.nowMs,
    );
    if (judged !== null) this.do(judged.decisions);
    return judged?.answer ?? null;
  }

  /** What a worker hashed that does not finish. */
  partial(worker: string, scannedTo: bigint, ...nonces: readonly bigint[]) {
    const shares = nonces.map((nonce) => shareOf(nonce));
    return this.result(worker, { outcome: 'partial', scannedTo, shares });
  }

  release(worker: string, scannedTo: bigint, failed: string | null = null): void {
    this.do(
      this.coordinator.release(worker, { ...this.keyOf(worker), scannedTo }, failed, this.nowMs),
    );
  }

  progress(worker: string, scannedTo: bigint, key = this.keyOf(worker)) {
    const lease = { ...key, scannedTo };
    const { extension, decisions } = this.coordinator.progress(worker, lease, this.nowMs);
    this.do(decisions);
    return extension;
  }

  keyOf(worker: string) {
    const { unit, fence } = this.lent(worker);
    return { work: unit.work, index: unit.index, fence };
  }

  pass(ms: number, alive: readonly string[] = []): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs = Math.min(end, this.nowMs + 250);
      for (const worker of alive) this.coordinator.heard(worker, this.nowMs);
      this.do(this.coordinator.wake(this.nowMs));
    }
  }

  count(kind: QueueEvent['kind'], state?: string): number {
    return this.events.filter(
      (event) =>
        event.kind === kind && (state === undefined || ('state' in event && event.state === state)),
    ).length;
  }
}
