/** A miner at work, in lines and in JSON. */

import type { StarvedEvent } from '../../miner/events.js';
import type { MinerStats, OutcomeCounts } from '../../miner/stats.js';
import type { StratumOverview } from '../../stratum/index.js';
import { count, duration, elapsed, hashRate } from '../quantities.js';
import { textTable } from '../table.js';
import { devicesPart } from './devices.js';
import type { Rates } from './rates.js';

/** Of what there is to show, the part that the miner does not know. */
export interface Facts {
  readonly elapsedMs: number;
  /** Lanes that are mined now. */
  readonly lanes: number;
  /** Hashes that a solution costs now, on average; `null` while nothing is mined. */
  readonly expectedHashes: number | null;
  /** Of the cluster that mines; `null`: none does. */
  readonly workers: number | null;
  /** Of the Stratum server whose devices mine; `null`: none do. */
  readonly devices: StratumOverview | null;
}

/** One line; of the rates of lanes a terminal shows as many as fit. */
export function runLine(stats: MinerStats, rates: Rates, facts: Facts): string {
  const lanes = rates.lanes.map(({ lane, rate }) => `${lane} ${hashRate(rate)}`);
  return [
    hashRate(rates.total),
    outcomes(stats.blocks),
    ...(sum(stats.shares) > 0 ? [`shares: ${outcomes(stats.shares)}`] : []),
    `${facts.lanes} lanes`,
    ...(facts.workers === null ? [] : [`${facts.workers} workers`]),
    ...(facts.devices === null ? [] : [devicesPart(facts.devices)]),
    ...(facts.expectedHashes === null || rates.total === 0
      ? []
      : [`one in ${elapsed((facts.expectedHashes / rates.total) * 1000)} expected`]),
    elapsed(facts.elapsedMs),
    ...(lanes.length > 0 ? [lanes.join(', ')] : []),
  ].join(' | ');
}

/** Why threads starve shows in how much there was for them: jobs running, jobs that came. */
export function starvedLine(event: StarvedEvent): string {
  const { threads, ofThreads, starvedMs, windowMs, batch, running } = event;
  const jobs = (many: number) => `${many} ${many === 1 ? 'job' : 'jobs'}`;
  return (
    `${threads} of ${ofThreads} threads starved, for ${duration(starvedMs)} in all within ` +
    `${duration(windowMs)}: ${jobs(running)} running, ${jobs(batch)} in the last batch`
  );
}

/** `12 accepted, 1 stale, 0 rejected, 0 unknown`. Duplicates are told only where there are some. */
export function outcomes({ accepted, stale, rejected, unknown, duplicate }: OutcomeCounts): string {
  const twice = duplicate > 0 ? `, ${duplicate} duplicate` : '';
  return `${accepted} accepted, ${stale} stale, ${rejected} rejected, ${unknown} unknown${twice}`;
}

/** What it all came to, for people. */
export function runSummary(stats: MinerStats, elapsedMs: number): string {
  const head = ['lane', '>accepted', '>stale', '>rejected', '>unknown', '>hashes', '>rate'];
  const rows = stats.lanes
    .toSorted((left, right) => left.lane.localeCompare(right.lane, 'en', { numeric: true }))
    .map(({ lane, blocks, shares, hashes }) => {
      const sums = { ...added(blocks, shares) };
      return [
        lane,
        ...[sums.accepted, sums.stale, sums.rejected, sums.unknown].map(String),
        count(hashes),
        hashRate(perSecond(hashes, elapsedMs)),
      ];
    });
  const spent = `${count(stats.hashes)} hashes in ${duration(elapsedMs)}, ${hashRate(perSecond(stats.hashes, elapsedMs))}`;
  const lines = [`blocks   ${outcomes(stats.blocks)}`, `search   ${spent}`];
  if (stats.undelivered > 0) lines.push(`lost     ${stats.undelivered} could not be sent`);
  return rows.length === 0 ? lines.join('\n') : `${lines.join('\n')}\n\n${textTable(head, rows)}`;
}

/** The same for `--json`. */
export function runJson(result: string, stats: MinerStats, elapsedMs: number, source: object) {
  const hashesPerSecond = perSecond(stats.hashes, elapsedMs);
  const lanes = stats.lanes.map((lane) => ({
    ...lane,
    hashesPerSecond: perSecond(lane.hashes, elapsedMs),
  }));
  return { result, elapsedMs, hashesPerSecond, ...stats, lanes, source };
}

function added(one: OutcomeCounts, other: OutcomeCounts): OutcomeCounts {
  const keys = Object.keys(one) as (keyof OutcomeCounts)[];
  const sums = keys.map((key) => [key, one[key] + other[key]]);
  return Object.fromEntries(sums) as OutcomeCounts;
}

function sum(counts: OutcomeCounts): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}

function perSecond(hashes: number, elapsedMs: number): number {
  return elapsedMs > 0 ? (hashes * 1000) / elapsedMs : 0;
}
