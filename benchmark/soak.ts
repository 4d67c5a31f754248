/**
 * A random mix of everything for `--minutes` (default 60): searches with a planted winner, aborts,
 * work that is replaced, engines that are closed, resized, paused and limited. Every found nonce is
 * accounted for; memory, threads and handles at the end are what they were near the beginning.
 *
 * One JSON line every ten seconds, one with the verdict at the end; exit code 1 when it is bad.
 */

import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../ts/index.js';
import { Random } from '../ts/miner/seed.js';
import {
  abortSoon,
  disturb,
  findPlanted,
  openAndClose,
  Preempting,
  type Tally,
} from './soak/activities.js';

const SAMPLE_MS = 10_000;
/** Of the median memory early on (from one sixth to one third of the time). */
const MOST_GROWTH = 1.05;

interface Sample {
  readonly minute: number;
  readonly rssMiB: number;
  readonly handles: number;
  readonly threads: number;
}

const [, minutesText = '60'] = /--minutes=(\d+(?:\.\d+)?)/.exec(process.argv.join(' ')) ?? [];
const minutes = Number(minutesText);
const startMs = performance.now();
const endMs = startMs + minutes * 60_000;
const over = () => performance.now() >= endMs;

const random = new Random();
const tally: Tally = { planted: 0, found: 0, aborted: 0, closed: 0, mined: 0, submitted: 0 };
const engine = new Engine();
const preempting = new Preempting(tally);

async function again(activity: () => Promise<void>): Promise<void> {
  while (!over()) await activity();
}

function sample(): Sample {
  return {
    minute: (performance.now() - startMs) / 60_000,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    threads: process.platform === 'linux' ? readdirSync('/proc/self/task').length : 0,
  };
}

const samples: Sample[] = [];
const sampling = setInterval(
  () => {
    const now = sample();
    samples.push(now);
    process.stdout.write(`${JSON.stringify({ ...now, ...tally })}\n`);
  },
  Math.min(SAMPLE_MS, minutes * 1000),
);

await Promise.all([
  ...Array.from({ length: 4 }, () => again(() => findPlanted(engine, random, tally))),
  ...Array.from({ length: 2 }, () => again(() => abortSoon(engine, random, tally))),
  again(() => preempting.replace(random)),
  again(async () => {
    await openAndClose(random, tally);
    await sleep(200);
  }),
  again(() => disturb(engine, random)),
]);
clearInterval(sampling);
await preempting.close();
await engine.close();

const middle = (from: number, to: number, of: keyof Sample): number => {
  const part = samples.filter(({ minute }) => minute >= from * minutes && minute < to * minutes);
  const sorted = part.map((each) => each[of]).toSorted((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};
const ratio = (of: keyof Sample) => middle(5 / 6, 1, of) / middle(1 / 6, 1 / 3, of);
const verdict = {
  minutes,
  rssMiB: { early: middle(1 / 6, 1 / 3, 'rssMiB'), late: middle(5 / 6, 1, 'rssMiB') },
  rssGrowth: ratio('rssMiB'),
  handles: { early: middle(1 / 6, 1 / 3, 'handles'), late: middle(5 / 6, 1, 'handles') },
  threads: { early: middle(1 / 6, 1 / 3, 'threads'), late: middle(5 / 6, 1, 'threads') },
  lost: tally.planted - tally.found + (tally.mined - tally.submitted),
  ...tally,
};
// Several engines come and go: the medians may differ by one that was just open.
const kept =
  verdict.rssGrowth <= MOST_GROWTH &&
  verdict.lost === 0 &&
  ratio('handles') <= 1.1 &&
  tally.found > 0;
process.stdout.write(`${JSON.stringify({ verdict, kept })}\n`);
process.exitCode = kept ? 0 : 1;
