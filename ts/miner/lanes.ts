/**
 * Every lane and what runs on it: live sets, ends and the time in, actions out. Pure: it starts
 * nothing and knows no timer.
 */

import type { Job } from './ports.js';
import type { Preemption } from './preemption.js';

/** A job in the hands of the worker. */
export interface Run {
  readonly job: Job;
  readonly startedAtMs: number;
  /** A solution from now on comes too late: the job was replaced, dropped, or past its deadline. */
  readonly stale: boolean;
  /** Told to stop, or to end with its batch. */
  readonly stopping: boolean;
}

export type Action =
  | {
      readonly kind: 'start';
      readonly run: Run;
      /** The older job of the lane that it takes over from; stopped right after. */
      readonly switchedFrom: Job | null;
    }
  | { readonly kind: 'stop'; readonly run: Run; readonly how: 'stop' | 'finish-batch' }
  /** A refresh that is no other work. */
  | { readonly kind: 'skip'; readonly job: Job };

/** How a run ended: nothing left to hash (or solved), told to stop, or by an error. */
export type RunEnd = 'exhausted' | 'stopped' | 'failed';

type OwnRun = { -readonly [Key in keyof Run]: Run[Key] };

interface Lane {
  /** The newest job. */
  job: Job;
  /** Higher: came later. */
  order: number;
  /** The run that counts; others of the lane are stopping. */
  run: OwnRun | null;
  /** Every run that has not ended. */
  readonly runs: Set<OwnRun>;
  /** `job` needs no start: there is nothing left of it, */
  over: boolean;
  /** or `run` does as well, as long as it lasts. */
  skipped: boolean;
  waitingSinceMs: number;
  failures: number;
  /** After a failure: not before. */
  startsAtMs: number;
}

export interface LanesOptions {
  /** How many jobs the worker takes at once. */
  readonly capacity: number;
  readonly preemption: Preemption;
  /** How long a lane rests after so many failures in a row. */
  readonly backOffMs: (failures: number) => number;
}

export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  #jobs = 0;
  #wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** When {@link Lanes.wake} is due; infinity: not before something happens. */
  get wakeAtMs(): number {
    return this.#wakeAtMs;
  }

  /** The whole live set, one job per lane. */
  live(jobs: readonly Job[], nowMs: number): Action[] {
    const actions: Action[] = [];
    const present = new Set(jobs.map(({ lane }) => lane));
    for (const [name, lane] of this.#lanes) {
      if (present.has(name)) continue;
      this.#lanes.delete(name);
      for (const run of lane.runs) run.stale = true;
      stop(lane, 'stop', actions);
    }
    for (const job of jobs) this.#newest(job, nowMs);
    return this.#settle(nowMs, actions);
  }

  /** A run is over. */
  ended(run: Run, end: RunEnd, nowMs: number): Action[] {
    const lane = this.#lanes.get(run.job.lane);
    if (lane === undefined || !lane.runs.delete(run)) return [];
    // A worker that stops unasked is as good as one that fails: it gets a rest, too.
    const failed = end === 'failed' || (end === 'stopped' && !run.stopping);
    if (!failed) lane.failures = 0;
    if (lane.run === run) {
      lane.run = null;
      if (failed) {
        lane.failures += 1;
        lane.startsAtMs = nowMs + this.#options.backOffMs(lane.failures);
      } else if (run.job.id === lane.job.id || lane.skipped) {
        lane.over = true;
      }
    }
    return this.#settle(nowMs, []);
  }

  /** The time that {@link Lanes.wakeAtMs} named has come. */
  wake(nowMs: number): Action[] {
    return this.#settle(nowMs, []);
  }

  /** Stops every run. What they still find is not stale for that. */
  stopAll(): Action[] {
    const actions: Action[] = [];
    for (const lane of this.#lanes.values()) stop(lane, 'stop', actions);
    this.#lanes.clear();
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    return actions;
  }

  #newest(job: Job, nowMs: number): void {
    const lane = this.#lanes.get(job.lane);
    if (lane?.job.id === job.id) return;
    this.#jobs += 1;
    const order = this.#jobs;
    const fresh = { job, order, over: false, skipped: false };
    if (lane === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      const none = { run: null, runs: new Set<OwnRun>(), failures: 0, startsAtMs: never };
      this.#lanes.set(job.lane, { ...fresh, ...none, waitingSinceMs: nowMs });
      return;
    }
    const waits = !lane.over && !lane.skipped && lane.run?.job.id !== lane.job.id;
    if (!waits) lane.waitingSinceMs = nowMs;
    Object.assign(lane, fresh);
    if (job.change === 'replace') {
      for (const run of lane.runs) run.stale = true;
      lane.startsAtMs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Does what is due now, and works out when the next thing is. */
  #settle(nowMs: number, actions: Action[]): Action[] {
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const waiting: Lane[] = [];
    for (const lane of this.#lanes.values()) {
      this.#expire(lane, nowMs, actions);
      if (lane.run === null) {
        if (!lane.over) waiting.push(lane);
      } else if (lane.job.id !== lane.run.job.id && !lane.skipped && !lane.over) {
        this.#preempt(lane, lane.run, nowMs, actions);
      }
    }
    this.#fill(waiting, nowMs, actions);
    return actions;
  }

  /** A job past its deadline is over. */
  #expire(lane: Lane, nowMs: number, actions: Action[]): void {
    for (const run of lane.runs) {
      const { deadlineMs } = run.job;
      if (deadlineMs === undefined || run.stale) continue;
      if (nowMs < deadlineMs) this.#wakeBy(deadlineMs);
      else run.stale = true;
    }
    if (isPast(lane.job, nowMs)) lane.over = true;
    if (lane.run !== null && isPast(lane.run.job, nowMs)) stop(lane, 'stop', actions);
  }

  #preempt(lane: Lane, run: OwnRun, nowMs: number, actions: Action[]): void {
    const { waitingSinceMs, job: next } = lane;
    const situation = { running: run.job, next, switchedAtMs: run.startedAtMs, waitingSinceMs };
    const verdict = this.#options.preemption.decide(situation, nowMs);
    switch (verdict.kind) {
      case 'skip':
        lane.skipped = true;
        actions.push({ kind: 'skip', job: next });
        break;
      case 'wait':
        this.#wakeBy(verdict.untilMs);
        break;
      case 'switch': {
        lane.run = null;
        this.#start(lane, run.job, nowMs, actions);
        run.stopping = true;
        actions.push({ kind: 'stop', run, how: verdict.end });
      }
    }
  }

  /** Lanes without a run get what room there is, newest first; then the oldest runs make room. */
  #fill(waiting: readonly Lane[], nowMs: number, actions: Action[]): void {
    const busy = [...this.#lanes.values()].filter(({ run }) => run !== null);
    busy.sort((left, right) => left.order - right.order);
    let room = this.#options.capacity - busy.length;
    for (const lane of waiting.toSorted((left, right) => right.order - left.order)) {
      if (nowMs < lane.startsAtMs) {
        this.#wakeBy(lane.startsAtMs);
        continue;
      }
      if (room > 0) {
        room -= 1;
        this.#start(lane, null, nowMs, actions);
        continue;
      }
      const [oldest] = busy;
      if (oldest?.run == null || oldest.order > lane.order) continue;
      const roomAtMs = this.#options.preemption.displacedAtMs(oldest.run.startedAtMs);
      if (nowMs < roomAtMs) {
        this.#wakeBy(roomAtMs);
        continue;
      }
      busy.shift();
      this.#start(lane, null, nowMs, actions);
      stop(oldest, 'stop', actions);
    }
  }

  #start(lane: Lane, switchedFrom: Job | null, nowMs: number, actions: Action[]): void {
    const run: OwnRun = { job: lane.job, startedAtMs: nowMs, stale: false, stopping: false };
    lane.run = run;
    lane.skipped = false;
    lane.runs.add(run);
    this.#wakeBy(run.job.deadlineMs ?? Number.POSITIVE_INFINITY);
    actions.push({ kind: 'start', run, switchedFrom });
  }

  #wakeBy(ms: number): void {
    this.#wakeAtMs = Math.min(this.#wakeAtMs, ms);
  }
}

/** The lane's run, if any; its job may be started again. */
function stop(lane: Lane, how: 'stop' | 'finish-batch', actions: Action[]): void {
  const { run } = lane;
  if (run === null) return;
  lane.run = null;
  run.stopping = true;
  actions.push({ kind: 'stop', run, how });
}

function isPast({ deadlineMs }: Job, nowMs: number): boolean {
  return deadlineMs !== undefined && nowMs >= deadlineMs;
}
