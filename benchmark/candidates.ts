/**
 * 24 candidates are always outstanding: each arrives by itself, takes 5 ms of processing before it
 * can be mined, and is done with its first solution; then the next one arrives in its place. The
 * same 24 threads, three ways to take candidates:
 *
 * - one by one, a thread each: the next candidate is looked at when the last one is done, and a
 *   candidate is work for one thread (24 engines of one thread);
 * - one by one, all threads: the same, but all 24 search the one candidate (an engine of 24);
 * - in batches: all that wait are taken in one go and mined side by side by the miner.
 *
 * One op is one candidate. Busy: holding a claimed chunk, by wall time, as `stats()` counts it.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { count } from '../ts/cli/quantities.js';
import { Engine, Target, Work } from '../ts/index.js';
import { Intake } from '../ts/miner/intake.js';
import { Miner } from '../ts/miner/loop.js';
import type { Job, WorkSource } from '../ts/miner/ports.js';
import type { ThreadStats } from '../ts/native/contract.js';
import { selectBackend } from '../ts/native/select.js';
import { CpuWorker } from '../ts/workers/cpu.js';
import { barChart } from './bar-chart.js';
import { quick, type ResultRow, saveResult } from './results.js';

const native = selectBackend().kind === 'native';
/** More than cores. Fewer where each is a worker thread of Node. */
const THREADS = native ? 24 : 4;
const CANDIDATES = 24;
const PROCESSING_MS = 5;
/** Solutions cost 2^22 hashes: some tens of milliseconds of one thread. */
const TARGET = Target.fromLeadingZeroBits(native ? 22 : 10);
const MEASURED_MS = quick ? 300 : 15_000;

interface Figures {
  readonly busyPercent: number;
  readonly candidatesPerSecond: number;
  readonly candidates: number;
}

const [layout] = BENCH_WORKS;
if (layout === undefined) throw new Error('no work to mine');
const { message } = layout.work;

/** No two candidates are alike. */
function candidateWork(index: number): Work {
  const bytes = Buffer.from(message);
  bytes.writeUInt32LE(index, 0);
  return new Work({ ...layout?.work, message: bytes } as ConstructorParameters<typeof Work>[0]);
}

/** Reads threads and done candidates at both ends of the time that is measured. */
async function measure(
  threads: () => readonly ThreadStats[],
  done: () => number,
): Promise<Figures> {
  const busyMs = () => threads().reduce((sum, thread) => sum + thread.busyMs, 0);
  const before = { ms: performance.now(), busyMs: busyMs(), done: done() };
  await sleep(MEASURED_MS);
  while (done() === before.done) await sleep(10); // on a slow machine: until there is a figure
  const wallMs = performance.now() - before.ms;
  const candidates = done() - before.done;
  return {
    busyPercent: ((busyMs() - before.busyMs) / (wallMs * THREADS)) * 100,
    candidatesPerSecond: (candidates / wallMs) * 1e3,
    candidates,
  };
}

/** @param threads - of each engine; candidates go to the engines in turn */
async function oneByOne(threads: number): Promise<Figures> {
  const engines = Array.from(
    { length: THREADS / threads },
    () => new Engine({ threads, priority: 'normal' }),
  );
  const solve = async (index: number) => {
    await engines[index % engines.length]?.mine(candidateWork(index), { target: TARGET });
  };
  // Portable threads start with their first search.
  for (const index of engines.keys()) await solve(index);
  let done = 0;
  let over = false;
  const consuming = (async () => {
    while (!over) {
      await sleep(PROCESSING_MS);
      await solve(done + THREADS);
      done += 1;
    }
  })();
  const figures = await measure(
    () => engines.flatMap((engine) => engine.stats().threads),
    () => done,
  );
  over = true;
  await consuming;
  for (const engine of engines) await engine.close();
  return figures;
}

async function inBatches(): Promise<Figures> {
  const worker = new CpuWorker({ threads: THREADS, priority: 'normal', lanes: CANDIDATES });
  const intake = new Intake();
  let arrived = 0;
  let done = 0;
  /** Its processing is a wait (a node is asked): that of one goes on beside that of others. */
  const arrive = async (lane: string) => {
    arrived += 1;
    const index = arrived;
    await sleep(PROCESSING_MS);
    intake.put(candidateJob(index, lane));
  };
  const source: WorkSource = {
    jobs: (signal) => intake.sets(signal),
    submit: async ({ job }) => {
      done += 1;
      void arrive(job.lane);
      return { result: 'accepted', block: true };
    },
    status: () => ({
      ...{ connection: 'connected', lanes: [], reconnects: 0, requests: {}, errors: {} },
      ...{ lastError: null, warnings: [] },
    }),
    close: async () => intake.end(),
  };
  const miner = new Miner(source, worker);
  const running = miner.run();
  for (let i = 0; i < CANDIDATES; i++) await arrive(`candidate ${i}`);
  while (done === 0) await sleep(10);
  const figures = await measure(
    () => worker.stats().threads,
    () => done,
  );
  await miner.close();
  await running;
  await worker.close();
  return figures;
}

function candidateJob(index: number, lane: string): Job {
  const rolled = { work: candidateWork(index), roll: {} };
  return {
    ...{ id: `${index}`, lane, change: 'replace', target: TARGET, goal: 'first' },
    ...{ proof: 'required', variants: 1n, work: () => rolled },
  };
}

const ways: readonly (readonly [string, Figures])[] = [
  ['one by one, a thread each', await oneByOne(1)],
  ['one by one, all threads', await oneByOne(THREADS)],
  ['in batches', await inBatches()],
];

saveResult(
  'candidates',
  ways.flatMap(([name, { busyPercent, candidatesPerSecond, candidates }]): ResultRow[] => [
    {
      ...row(`busy: ${name}`, '%', busyPercent, candidates),
      budgets: name === 'in batches' ? [{ of: 'value', bound: 'at least', limit: 95 }] : [],
    },
    row(name, 'candidates/s', candidatesPerSecond, candidates),
  ]),
);
if (!quick) plot();

function row(name: string, unit: ResultRow['unit'], value: number, samples: number): ResultRow {
  return { name, unit, value, marginPercent: null, p99: null, samples };
}

function plot(): void {
  const groups = [
    {
      title: `Share of the time of ${THREADS} threads spent hashing`,
      bars: ways.map(([label, { busyPercent }]) => ({
        ...{ label, value: busyPercent, text: `${busyPercent.toFixed(1)} %` },
      })),
    },
    {
      title: 'Candidates per second',
      bars: ways.map(([label, { candidatesPerSecond }]) => ({
        ...{ label, value: candidatesPerSecond, text: `${count(candidatesPerSecond)}/s` },
      })),
    },
  ];
  const note = `${CANDIDATES} candidates outstanding, ${PROCESSING_MS} ms of processing each; benchmark/candidates.ts`;
  const folder = fileURLToPath(new URL('../docs/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}candidates.svg`, barChart(groups, note));
}
