/** Jobs, sources, workers and clocks that do what a test says. */

import { type Goal, hash, NonceRange, type Solution, Work } from '../../ts/index.js';
import type { Clock } from '../../ts/miner/clock.js';
import { Intake } from '../../ts/miner/intake.js';
import type {
  Found,
  Job,
  MiningHow,
  Outcome,
  SourceStatus,
  Worker,
  WorkerStats,
  WorkSource,
} from '../../ts/miner/ports.js';
import { hardTarget } from '../fixtures.js';

/** Byte 0 of the message: what `content` says, byte 1: the variant. */
export function job(id: string, lane: string, rest: Partial<Job> & { content?: number } = {}): Job {
  const { content = id.length, ...fields } = rest;
  return {
    ...{ id, lane, change: 'replace', target: hardTarget, goal: 'first', proof: 'required' },
    variants: 1n,
    work: (variant) => ({
      work: new Work({
        algorithm: 'sha256',
        message: Uint8Array.of(content, Number(variant), ...new Uint8Array(14)),
        nonce: { offset: 8, encoding: 'u64le' },
        hashOrder: 'be',
      }),
      roll: { timeOffsetMicros: variant },
    }),
    ...fields,
  };
}

/** A job whose variants have few nonces: `10 ** digits` each. */
export function smallJob(id: string, lane: string, digits: number, rest: Partial<Job> = {}): Job {
  return job(id, lane, {
    work: (variant) => ({
      work: new Work({
        algorithm: 'sha256',
        message: new TextEncoder().encode(`${id}:${variant}:`),
        nonce: { offset: `${id}:${variant}:`.length, encoding: 'decimal', digits },
        hashOrder: 'be',
      }),
      roll: { timeOffsetMicros: variant },
    }),
    ...rest,
  });
}

/** Every solution of a job, `variant:nonce` each, one nonce after the other. */
export function everySolution(of: Job, target: Goal = of.target): string[] {
  const all: string[] = [];
  for (let variant = 0n; variant < of.variants; variant++) {
    const { work } = of.work(variant);
    for (let nonce = 0n; nonce < NonceRange.full(work).end; nonce++) {
      if (target.isMetBy(hash(work, nonce), work.hashOrder)) all.push(`${variant}:${nonce}`);
    }
  }
  return all;
}

export const named = ({ roll, solution }: Found): string =>
  `${roll.timeOffsetMicros}:${solution.nonce}`;

/** Time that passes when the test says so. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #alarms = new Set<{ readonly atMs: number; readonly call: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): () => void {
    const alarm = { atMs: this.#nowMs + Math.max(0, ms), call };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  get alarms(): number {
    return this.#alarms.size;
  }

  /** Rings every alarm on the way, in order. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await turns();
      const due = [...this.#alarms].filter(({ atMs }) => atMs <= untilMs);
      const [next] = due.sort((left, right) => left.atMs - right.atMs);
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = untilMs;
  }
}

/** Until nothing that is under way by promises alone is left. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Gives out what the test puts into `intake`, and keeps what is submitted. */
export class ScriptedSource implements WorkSource {
  readonly intake = new Intake();
  readonly submitted: Found[] = [];
  /** Ids of jobs, each with how many solutions had been submitted by then. */
  readonly finished: [string, number][] = [];
  /** What becomes of a solution; the test may replace it. */
  answer: (found: Found, signal: AbortSignal) => Promise<Outcome> = async () => ({
    result: 'accepted',
    block: false,
  });

  jobs(signal: AbortSignal): AsyncIterable<readonly Job[]> {
    return this.intake.sets(signal);
  }

  submit(found: Found, signal: AbortSignal): Promise<Outcome> {
    this.submitted.push(found);
    return this.answer(found, signal);
  }

  exhausted({ id }: Job): void {
    this.finished.push([id, this.submitted.length]);
  }

  status(): SourceStatus {
    const nothing = { lanes: [], reconnects: 0, requests: {}, errors: {}, warnings: [] };
    return { connection: 'connected', lastError: null, ...nothing };
  }

  async close(): Promise<void> {
    this.intake.end();
  }
}

/** A job in the hands of a {@link ScriptedWorker}. */
export class Hand {
  readonly job: Job;
  readonly how: MiningHow;
  readonly over: Promise<'exhausted' | 'stopped'>;
  #settle: (end: 'exhausted' | 'stopped' | Error) => void = () => {};

  constructor(of: Job, how: MiningHow) {
    this.job = of;
    this.how = how;
    this.over = new Promise((resolve, reject) => {
      this.#settle = (end) => (end instanceof Error ? reject(end) : resolve(end));
    });
  }

  end(end: 'exhausted' | 'stopped' | Error, hashes = 0): void {
    this.how.hashed(hashes);
    this.#settle(end);
  }

  /** Reports a solution that nobody checks. */
  find(nonce: bigint): void {
    const [hash, message] = [new Uint8Array(32), new Uint8Array(16)];
    const solution: Solution = { nonce, hash, message };
    this.how.found({ job: this.job, roll: {}, solution });
  }
}

/** Writes down what it is told; ends a job when the test says so, or at once when it should stop. */
export class ScriptedWorker implements Worker {
  readonly kind = 'scripted';
  readonly lanes: number;
  /** `start id`, `stop id`, `finish id`, in order. */
  readonly log: string[] = [];
  readonly hands: Hand[] = [];
  stopsAtOnce = true;
  refusal: (job: Job) => string | null = () => null;

  constructor(lanes = 64) {
    this.lanes = lanes;
  }

  refuses(of: Job): string | null {
    return this.refusal(of);
  }

  mine(of: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    const hand = new Hand(of, how);
    this.hands.push(hand);
    this.log.push(`start ${of.id}`);
    const told = (what: string) => () => {
      this.log.push(`${what} ${of.id}`);
      if (this.stopsAtOnce) hand.end('stopped');
    };
    how.stop.addEventListener('abort', told('stop'), { once: true });
    how.finishBatch.addEventListener('abort', told('finish'), { once: true });
    return hand.over;
  }

  /** The newest hand on a job. */
  hand(id: string): Hand {
    const found = this.hands.findLast((hand) => hand.job.id === id);
    if (found === undefined) throw new Error(`${id} was never started`);
    return found;
  }

  stats(): WorkerStats {
    const nothing = { hashes: 0, wastedHashes: 0, solutions: 0, restarts: 0 };
    return { ...nothing, running: [], threads: [], errors: {}, warnings: [] };
  }

  async close(): Promise<void> {}
}
