/** Everything that the record knows, and what it has decided since it was last asked. */

import type { ClusterTotals, QueueEvent, Unit, UnitState, WorkId } from '../queue.js';
import type { Decisions, Effect, LeaseKey } from './decisions.js';
import type { Entry } from './entries.js';
import type { Conduct, Referee } from './judges.js';
import { Losses } from './losses.js';
import { pastOf } from './past.js';
import { RecentUnits } from './recent.js';
import type { Rules } from './rules.js';
import { ScannedSpans } from './scanned.js';
import type { UnitRecord } from './units.js';
import { WorkRecord } from './work-record.js';
import type { WorkerRecord } from './workers.js';

/** Works that have left the record, for results that come late. */
const MOST_ENDED = 16;
/** Workers that left, for their rate when they come again, and for their results until then. */
const MOST_LEFT = 1_024;

type Totals = { -readonly [Name in keyof ClusterTotals]: number };

export interface Context {
  readonly rules: Rules;
  readonly referee: Referee;
  readonly conduct: Conduct;
  /** Milliseconds since 1970: for what must mean the same to the next master. */
  wallNowMs(): number;
}

export class State {
  readonly rules: Rules;
  readonly referee: Referee;
  readonly conduct: Conduct;
  readonly wallNowMs: () => number;
  /** Of this master. */
  epoch = 0;
  /** Of the newest master that the journal knows. */
  lastEpoch = 0;
  readonly works = new Map<WorkId, WorkRecord>();
  readonly ended = new Map<WorkId, WorkRecord>();
  readonly recent: RecentUnits;
  readonly scanned: ScannedSpans;
  readonly workers = new Map<string, WorkerRecord>();
  /** Those that may take a lease, the one whose turn it is first. */
  readonly hungry = new Set<WorkerRecord>();
  readonly left = new Map<string, Pick<WorkerRecord, 'key' | 'rates'>>();
  readonly totals: Totals = {
    ...{ hashes: 0, units: 0, solutions: 0, shares: 0, redelivered: 0, duplicates: 0 },
    ...{ stale: 0, rejected: 0, quarantined: 0, strikes: 0, bans: 0 },
  };
  /** Works that units are lent of, and whose turn it is. */
  lendable: WorkRecord[] = [];
  turn = 0;
  /** When units are moved next; `Infinity`: nobody is idle. */
  tailAtMs = Number.POSITIVE_INFINITY;
  readonly losses = new Losses();
  /** Keys that report too few shares, or lose too many leases. */
  readonly alarms: { readonly key: string; readonly worker: string; readonly reason: string }[] =
    [];
  /** Works of which a unit was given up just now: it may have been the last one. */
  readonly thinned = new Set<WorkRecord>();
  /** Lives of works so far: the floors of their fences differ. */
  lives = 0;
  #entries: Entry[] = [];
  #effects: Effect[] = [];

  constructor({ rules, referee, conduct, wallNowMs }: Context) {
    this.rules = rules;
    this.referee = referee;
    this.conduct = conduct;
    this.wallNowMs = wallNowMs;
    this.recent = new RecentUnits(rules.recentUnits);
    this.scanned = new ScannedSpans(rules.recentUnits);
  }

  /** Makes it so, and has it written down. */
  commit(entry: Entry, nowMs: number): void {
    this.apply(entry, nowMs);
    this.write(entry);
  }

  /** Has written down what is so already. */
  write(entry: Entry): void {
    this.#entries.push(entry);
  }

  apply(entry: Entry, nowMs: number): void {
    if (entry.kind === 'epoch') {
      this.lastEpoch = Math.max(this.lastEpoch, entry.epoch);
    } else if (entry.kind === 'conduct') {
      this.conduct.remember(entry.key, pastOf(entry, this.wallNowMs()), nowMs);
    } else if (entry.kind === 'work') {
      this.works.set(entry.work, new WorkRecord(entry, nowMs));
    } else if (entry.kind === 'end') {
      this.#end(entry.work);
    } else {
      this.works.get(entry.work)?.apply(entry);
    }
  }

  effect(effect: Effect): void {
    this.#effects.push(effect);
  }

  event(event: QueueEvent): void {
    this.#effects.push({ kind: 'event', event });
  }

  unitEvent(work: WorkRecord, unit: UnitRecord, state: UnitState): void {
    const { fence, holder } = unit;
    const worker = holder === '' ? null : holder;
    // Without spread: this is made several times for every unit.
    const event = { kind: 'unit', unit: unitOf(work, unit), state, worker, fence } as const;
    this.#effects.push({ kind: 'event', event });
  }

  notice(level: 'debug' | 'info' | 'warn', text: string): void {
    this.event({ kind: 'notice', level, text });
  }

  take(): Decisions {
    const decisions = { entries: this.#entries, effects: this.#effects };
    this.#entries = [];
    this.#effects = [];
    return decisions;
  }

  /** To be called when a work begins or ends to be lent. */
  relist(): void {
    this.lendable = [...this.works.values()].filter(
      ({ state, spec }) => state === 'live' && spec !== null,
    );
    this.turn = this.lendable.length === 0 ? 0 : this.turn % this.lendable.length;
  }

  feed(worker: WorkerRecord): void {
    if (worker.wants(this.rules)) this.hungry.add(worker);
    else this.hungry.delete(worker);
  }

  keepLeft({ id, key, rates }: WorkerRecord): void {
    this.left.delete(id);
    this.left.set(id, { key, rates });
    if (this.left.size <= MOST_LEFT) return;
    const [oldest] = this.left.keys();
    this.left.delete(oldest as string);
  }

  /** Who a worker is, also when it has left. */
  whoIs(worker: string): string {
    return (this.workers.get(worker) ?? this.left.get(worker))?.key ?? worker;
  }

  #end(id: WorkId): void {
    const work = this.works.get(id);
    this.works.delete(id);
    if (work === undefined || work.spec === null) return;
    work.ready.clear();
    work.away.clear();
    this.ended.delete(id);
    this.ended.set(id, work);
    if (this.ended.size <= MOST_ENDED) return;
    const [oldest] = this.ended.keys();
    this.ended.delete(oldest as string);
  }
}

/** @throws what the source throws for a variant */
export function unitOf(work: WorkRecord, unit: Pick<UnitRecord, 'index' | 'span'>): Unit {
  const { variant, start, end } = unit.span;
  const patch = work.patchOf(variant);
  return { work: work.id, index: unit.index, variant, start, end, patch };
}

export function keyOf(work: WorkRecord, unit: UnitRecord): LeaseKey {
  return { work: work.id, index: unit.index, fence: unit.fence };
}
