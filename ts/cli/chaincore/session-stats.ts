/** What a session came to, in numbers: read now and then, summed up at the end without a wait. */

import type { RequestStats, SourceStatus, WorkerStats } from '../../miner/ports.js';
import { count, elapsed, hashRate } from '../quantities.js';
import { textTable } from '../table.js';

/** Hash counts so far, in all and by thread. */
export interface HashCounts {
  readonly hashes: number;
  readonly threads: readonly number[];
}

interface Sample extends HashCounts {
  readonly atMs: number;
}

const WINDOWS = [
  { name: 'now', ms: 10_000 },
  { name: '1 min', ms: 60_000 },
  { name: '15 min', ms: 900_000 },
] as const;
const LONGEST_MS = 900_000;

/** Rates over the last while. Pure: counts and times in. */
export class HashHistory {
  readonly #samples: Sample[] = [];

  add(counts: HashCounts, atMs: number): void {
    this.#samples.push({ ...counts, atMs });
    // The one before the window stays: a rate is a difference.
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.atMs ?? atMs) >= LONGEST_MS) {
      this.#samples.shift();
    }
  }

  /** Hashes per second over the last `ms`, or for as long as there is. */
  rate(ms: number, countOf: (sample: HashCounts) => number = ({ hashes }) => hashes): number {
    const last = this.#samples.at(-1);
    if (last === undefined) return 0;
    const first = this.#samples.findLast(({ atMs }) => last.atMs - atMs >= ms) ?? this.#samples[0];
    if (first === undefined || last.atMs <= first.atMs) return 0;
    return ((countOf(last) - countOf(first)) * 1000) / (last.atMs - first.atMs);
  }
}

export interface SessionFacts {
  readonly history: HashHistory;
  readonly worker: WorkerStats;
  readonly source: SourceStatus;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  /** User and system time of the process. */
  readonly cpuMicros: number;
  readonly memoryBytes: number;
}

/** For machines. */
export function statsJson(facts: SessionFacts): object {
  const { history, worker, source, outcomes, elapsedMs, cpuMicros, memoryBytes } = facts;
  return {
    seconds: elapsedMs / 1000,
    hashes: worker.hashes,
    hashesPerSecond: Object.fromEntries(WINDOWS.map(({ name, ms }) => [name, history.rate(ms)])),
    threads: threadRates(facts),
    outcomes,
    cpuPercent: cpuPercent(cpuMicros, elapsedMs),
    memoryBytes,
    latencyMs: Object.fromEntries(
      Object.entries(source.requests).map(([name, stats]) => [name, latencyMs(stats)]),
    ),
  };
}

/** For people. */
export function statsText(facts: SessionFacts): string {
  const { history, worker, source, outcomes, elapsedMs, cpuMicros, memoryBytes } = facts;
  const rates = WINDOWS.map(({ name, ms }) => `${hashRate(history.rate(ms))} (${name})`);
  const requests = Object.entries(source.requests)
    .filter(([, stats]) => stats.count > 0)
    .map(([name, stats]) => `${name} ${latencyMs(stats)?.toFixed(0)} ms (${stats.count})`);
  return textTable(
    ['session', ''],
    [
      ['time', elapsed(elapsedMs)],
      ['hashes', count(worker.hashes)],
      ['rate', rates.join(', ')],
      ['threads', threadRates(facts).map(hashRate).join(', ')],
      [
        'blocks',
        Object.entries(outcomes)
          .map(([name, n]) => `${n} ${name}`)
          .join(', '),
      ],
      ['CPU', `${cpuPercent(cpuMicros, elapsedMs).toFixed(0)} % of one core`],
      ['memory', `${(memoryBytes / 2 ** 20).toFixed(0)} MiB`],
      ['network', requests.join(', ') || 'no request'],
    ],
  );
}

function threadRates({ history, worker }: SessionFacts): readonly number[] {
  return worker.threads.map((_, i) => history.rate(60_000, ({ threads }) => threads[i] ?? 0));
}

function cpuPercent(cpuMicros: number, elapsedMs: number): number {
  return elapsedMs === 0 ? 0 : cpuMicros / 10 / elapsedMs;
}

function latencyMs({ count: requests, totalMs }: RequestStats): number | null {
  return requests === 0 ? null : totalMs / requests;
}
