/**
 * One job is mined by every core at a time; then there is other work. One sample is the time from
 * then on until the last thread hashes it: the old job's end has been told, and every thread names
 * the new one.
 *
 * - no network: a job comes from a source in this process;
 * - new transactions, a new parent: the node has sent its event over loopback; the miner asks for
 *   work, takes the answer apart and switches. Node and miner share one event loop here.
 */

import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { grow } from '../__test__/chainweb/devnet/node-client.js';
import { ChainwebSource, openDevnet } from '../ts/chainweb/index.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Target, Work } from '../ts/index.js';
import type { MinerEvent } from '../ts/miner/events.js';
import { Intake } from '../ts/miner/intake.js';
import { Miner } from '../ts/miner/loop.js';
import type { Job, WorkSource } from '../ts/miner/ports.js';
import { CpuWorker } from '../ts/workers/cpu.js';
import { quick, saveResult } from './results.js';
import { timesRow } from './times.js';

const EVENTS = quick ? 5 : 300;
/** Not counted: connections, streams and threads are new. */
const WARM_UP = 3;
/** Hashes for a block: nobody finds one. */
const DIFFICULTY = 1e15;
const SWITCH = [{ of: 'p99', bound: 'at most', limit: 2_000 }] as const;
const PREEMPT = [{ of: 'p99', bound: 'at most', limit: 10_000 }] as const;

/** Nobody wakes who waits for it: a sleep that is shorter than any timer's. */
const NAP = new Int32Array(new SharedArrayBuffer(4));

/** Mines what `source` gives, and tells when all threads are on something else. */
class Bench {
  /** At the priority that miners have: the event loop goes first. */
  readonly #worker = new CpuWorker();
  readonly #miner: Miner;
  readonly #running: Promise<unknown>;
  readonly #source: WorkSource;
  /** The one that was started last. */
  #job: Job | null = null;
  readonly #ended = new Set<string>();
  #wake: () => void = () => {};
  readonly times: number[] = [];

  constructor(source: WorkSource) {
    this.#source = source;
    this.#miner = new Miner(source, this.#worker, { onEvent: (event) => this.#heard(event) });
    this.#running = this.#miner.run();
  }

  get lane(): string {
    return this.#job?.lane ?? '';
  }

  /** @param trigger - brings other work; returns when it did so, if that is not when it was called */
  async samples(trigger: () => Promise<number> | undefined, isReady = () => true): Promise<void> {
    for (let i = -WARM_UP; i < EVENTS; i++) {
      while (!isReady() || !this.#isAtWork) await sleep(1);
      // Somewhere inside a chunk, and not always at the same place.
      await sleep(5 + (Math.abs(i) % 7));
      const old = this.#job?.id ?? '';
      const calledMs = performance.now();
      const startMs = (await trigger()) ?? calledMs;
      // Whoever looks all the time takes a core from the threads that are waited for.
      while (!this.#ended.has(old)) await new Promise<void>((wake) => (this.#wake = wake));
      while (!this.#isAtWork) Atomics.wait(NAP, 0, 0, 0.1);
      if (i >= 0) this.times.push((performance.now() - startMs) * 1000);
    }
  }

  async close(): Promise<void> {
    await this.#miner.close();
    await this.#running;
    await this.#source.close();
    await this.#worker.close();
  }

  get #isAtWork(): boolean {
    const id = this.#job?.id;
    return id !== undefined && this.#worker.stats().threads.every(({ job }) => job === id);
  }

  #heard(event: MinerEvent): void {
    if (event.kind === 'started') this.#job = event.job;
    if (event.kind === 'ended') this.#ended.add(event.job.id);
    this.#wake();
  }
}

async function withoutNetwork(): Promise<readonly number[]> {
  const intake = new Intake();
  const bench = new Bench({
    jobs: (signal) => intake.sets(signal),
    submit: async () => ({ result: 'accepted', block: true }),
    status: () => ({
      ...{ connection: 'connected', lanes: [], reconnects: 0, requests: {}, errors: {} },
      ...{ lastError: null, warnings: [] },
    }),
    close: async () => intake.end(),
  });
  let jobs = 0;
  const put = () => {
    jobs += 1;
    intake.put(jobNumber(jobs));
    return undefined;
  };
  put();
  await bench.samples(put);
  await bench.close();
  return bench.times;
}

function jobNumber(index: number): Job {
  const [layout] = BENCH_WORKS;
  if (layout === undefined) throw new Error('no work to mine');
  const message = Buffer.from(layout.work.message);
  message.writeUInt32LE(index, 0);
  const rolled = { work: new Work({ ...layout.work, message }), roll: {} };
  return {
    ...{ id: `${index}`, lane: 'one', change: 'replace', goal: 'first', proof: 'required' },
    ...{ target: Target.fromDifficulty(DIFFICULTY, 'chainweb'), variants: 1n, work: () => rolled },
  };
}

/** @param cause - what the node's events are about */
async function onLoopback(cause: 'transactions' | 'parent'): Promise<readonly number[]> {
  let solvedMs = 0;
  const node = await openDevnet({
    ...{ port: 0, difficulty: DIFFICULTY, window: 0, proofOfWork: false },
    onSolved: () => {
      solvedMs = performance.now(); // the event has been written
    },
  });
  const miner = { account: 'k:11', predicate: 'keys-all', publicKeys: ['11'] };
  const source = new ChainwebSource({ url: node.url, miner, chains: 1, proof: 'required' });
  const bench = new Bench(source);
  const chain = () => Number(bench.lane.slice('chain-'.length));
  /** Each chain has a stream of its own, from when it was mined first. */
  const chains = new Set<number>();
  const hasStream = () => {
    if (bench.lane === '') return false;
    chains.add(chain());
    return (source.status().requests['updates']?.count ?? 0) >= chains.size;
  };
  const trigger =
    cause === 'parent'
      ? async () => {
          await grow(node, chain()); // a block of another miner
          return solvedMs;
        }
      : () => void node.refresh(chain());
  await bench.samples(trigger, hasStream);
  await bench.close();
  await node.close();
  return bench.times;
}

saveResult('preempt', [
  timesRow('no network', await withoutNetwork(), SWITCH),
  timesRow('new transactions, over loopback', await onLoopback('transactions'), PREEMPT),
  timesRow('a new parent, over loopback', await onLoopback('parent'), PREEMPT),
]);
