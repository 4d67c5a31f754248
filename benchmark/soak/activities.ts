/** What a service does to the library all day, each with a check that nothing found was lost. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, hash, NonceRange, Target, verify, Work } from '../../ts/index.js';
import { Intake } from '../../ts/miner/intake.js';
import { Miner } from '../../ts/miner/loop.js';
import type { Job, WorkSource } from '../../ts/miner/ports.js';
import type { Random } from '../../ts/miner/seed.js';
import { CpuWorker } from '../../ts/workers/cpu.js';

const HOPELESS = Target.fromBigInt(0n);
/** A planted winner lies within so many nonces of the start. */
const SPAN = 1n << 18n;

export interface Tally {
  /** Searches that had a winner, and those that came back with it. */
  planted: number;
  found: number;
  aborted: number;
  closed: number;
  /** Solutions that a worker found, and those that came to the source. */
  mined: number;
  submitted: number;
}

const below = (random: Random, end: number): number => Number(random.below(BigInt(end)));

function randomWork(random: Random): Work {
  const message = Buffer.alloc(286);
  for (let at = 0; at < 256; at += 8) message.writeBigUInt64LE(random.below(1n << 64n), at);
  const algorithm = (['blake2s', 'sha256', 'sha256d'] as const)[below(random, 3)] ?? 'sha256';
  return new Work({
    algorithm,
    message,
    nonce: { offset: 278, encoding: 'u64le' },
    hashOrder: 'le',
  });
}

/** The hash of a nonce is the target: that nonce wins, or a lower one by chance. */
export async function findPlanted(engine: Engine, random: Random, tally: Tally): Promise<void> {
  const work = randomWork(random);
  const start = random.below(1n << 60n);
  const winner = start + random.below(SPAN);
  const target = Target.fromBytes(hash(work, winner), 'le');
  tally.planted += 1;
  const solution = await engine.mine(work, { target, range: new NonceRange(start, start + SPAN) });
  if (solution === null || solution.nonce > winner || !verify(work, solution.nonce, target)) {
    throw new Error(`nonce ${winner} wins, got ${solution?.nonce}`);
  }
  tally.found += 1;
}

export async function abortSoon(engine: Engine, random: Random, tally: Tally): Promise<void> {
  const stop = new AbortController();
  const reason = new Error('newer work');
  const mining = engine
    .mine(randomWork(random), { target: HOPELESS, signal: stop.signal })
    .catch((error: unknown) => error);
  await sleep(below(random, 20));
  stop.abort(reason);
  if ((await mining) !== reason) throw new Error('the reason of an abort was lost');
  tally.aborted += 1;
}

export async function openAndClose(random: Random, tally: Tally): Promise<void> {
  const engine = new Engine({ threads: 1 + below(random, 4) });
  const mining = engine
    .mine(randomWork(random), { target: HOPELESS })
    .catch((error: { code?: unknown }) => error.code);
  await sleep(below(random, 10));
  await engine.close();
  if ((await mining) !== 'POW_CLOSED') throw new Error('a search outlived its engine');
  tally.closed += 1;
}

/** Guest manners, at random moments of whatever else runs on the engine. */
export async function disturb(engine: Engine, random: Random): Promise<void> {
  const ways = [
    () => engine.resize(1 + below(random, 4)),
    () => engine.limitCpu(50 + below(random, 51)),
    async () => {
      engine.pause();
      await sleep(below(random, 20));
      engine.resume();
    },
  ];
  await ways[below(random, ways.length)]?.();
  await sleep(below(random, 50));
}

/** Work that is replaced every few milliseconds: every share found must come to the source. */
export class Preempting {
  readonly #intake = new Intake();
  readonly #worker = new CpuWorker({ threads: 2 });
  readonly #miner: Miner;
  readonly #running: Promise<unknown>;
  readonly #tally: Tally;
  #jobs = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
    const source: WorkSource = {
      jobs: (signal) => this.#intake.sets(signal),
      submit: async ({ job, solution, roll }) => {
        if (
          !verify(job.work(0n).work, solution.nonce, job.target) ||
          Object.keys(roll).length > 0
        ) {
          throw new Error('a share that is none');
        }
        tally.submitted += 1;
        return { result: 'accepted', block: false };
      },
      status: () => ({
        ...{ connection: 'connected', lanes: [], reconnects: 0, requests: {}, errors: {} },
        ...{ lastError: null, warnings: [] },
      }),
      close: async () => this.#intake.end(),
    };
    this.#miner = new Miner(source, this.#worker);
    this.#running = this.#miner.run();
  }

  async replace(random: Random): Promise<void> {
    this.#jobs += 1;
    const rolled = { work: randomWork(random), roll: {} };
    const job: Job = {
      ...{ id: `${this.#jobs}`, lane: `lane ${below(random, 4)}`, goal: 'all', proof: 'required' },
      ...{ change: below(random, 2) === 0 ? 'replace' : 'refresh', variants: 1n },
      target: Target.fromLeadingZeroBits(20),
      work: () => rolled,
    };
    this.#intake.put(job);
    await sleep(below(random, 30));
  }

  async close(): Promise<void> {
    this.#intake.end();
    await this.#running;
    this.#tally.mined += this.#worker.stats().solutions;
    const { undelivered } = this.#miner.stats();
    if (undelivered > 0) throw new Error(`${undelivered} shares were not delivered`);
    await this.#worker.close();
  }
}
