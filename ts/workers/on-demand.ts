/** The worker that solves jobs when a request asks for blocks: for nodes that ask for no work. */

import { laneOf } from '../chainweb/source/chain-job.js';
import { badArgument, requireInteger, requireObject } from '../core/arguments.js';
import { printable } from '../core/printable.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { Random } from '../miner/seed.js';
import { HELD_LANES, type HeldJob, HeldJobs } from './held-jobs.js';
import { Goals } from './on-demand/goals.js';
import { answerTo } from './on-demand/routes.js';
import { listen, type OnDemandServer } from './on-demand/server.js';
import type { WorkerHow } from './row.js';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 1917;
const DEFAULT_CHAINS = 20;
const MOST_CHAINS = 1024;
/** So long a wanted chain may take to give its next job, before blocks of others are made. */
const SIDE_BLOCK_MS = 100;

export interface OnDemandOptions {
  /** Where it listens: an address, a name, or `*` for everywhere. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0: any that is free. Default: 1917. */
  readonly port?: number | undefined;
  /** Of the network; blocks of no other chain can be asked for. Default: 20. */
  readonly chains?: number | undefined;
}

/**
 * An HTTP server: `POST /make-blocks` with `{"0":1,"3":5}` asks for one block of chain 0 and five
 * of chain 3, `GET /` tells what is still to be made, `DELETE /goals` forgets it. Chains are
 * braided, so while no job of a wanted chain is in hand, blocks of others are made one by one.
 */
export class OnDemandWorker implements Worker {
  readonly kind = 'on-demand';
  readonly lanes = HELD_LANES;
  readonly #clock: Clock;
  readonly #chains: number;
  readonly #jobs: HeldJobs;
  readonly #goals = new Goals();
  /** From when on a block that nobody asked for may be made. */
  #sideBlockFromMs = Number.NEGATIVE_INFINITY;
  #lastBlock: 'wanted' | 'side' = 'wanted';
  #cancelAlarm: () => void = () => {};
  #server: OnDemandServer | null = null;

  private constructor(chains: number, clock: Clock) {
    this.#chains = chains;
    this.#clock = clock;
    this.#jobs = new HeldJobs({
      ...{ kind: this.kind, clock, random: new Random().fork('on-demand') },
      onTaken: () => {
        // What came after a side block is what there is: no use waiting for more.
        if (this.#lastBlock === 'side') this.#sideBlockFromMs = this.#clock.now();
        this.#make();
      },
      onLeaving: () => {},
    });
  }

  /**
   * @returns rejects with `POW_ARGUMENT` for a bad option, `POW_WORKER` when it cannot listen
   */
  static async open(options: OnDemandOptions = {}, how: WorkerHow = {}): Promise<OnDemandWorker> {
    requireObject(options, 'options');
    const { host = DEFAULT_HOST, port = DEFAULT_PORT, chains = DEFAULT_CHAINS } = options;
    if (typeof host !== 'string' || !/^[^\s/]{1,253}$/.test(host)) {
      throw badArgument('host', "an address, a name, or '*'", host);
    }
    requireInteger(port, 0, 65_535, 'port');
    requireInteger(chains, 1, MOST_CHAINS, 'chains');
    const { onNotice = () => {}, clock = monotonicClock } = how;
    const worker = new OnDemandWorker(chains, clock);
    worker.#server = await listen({
      ...{ host, port },
      answer: (asked) => answerTo(worker.#context, asked),
      onError: ({ message }) =>
        onNotice({ level: 'warn', text: printable(`on-demand: ${message}`) }),
    });
    const text = `on-demand: POST ${worker.url}/make-blocks with {"0":1} makes a block of chain 0`;
    onNotice({ level: 'info', text });
    return worker;
  }

  /** Where it listens. */
  get url(): string {
    return this.#server?.url ?? '';
  }

  refuses(job: Job): string | null {
    return this.#jobs.refuses(job);
  }

  mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    return this.#jobs.hold(job, how);
  }

  stats(): WorkerStats {
    return this.#jobs.stats();
  }

  async close(): Promise<void> {
    this.#jobs.close();
    this.#cancelAlarm();
    await this.#server?.close();
  }

  get #context() {
    return {
      goals: this.#goals,
      chains: this.#chains,
      status: () => this.#status(),
      onChange: () => this.#make(),
    };
  }

  #status(): object {
    const { solutions, running } = this.#jobs.stats();
    const jobs = running.map(({ lane, ageMs }) => ({ lane: printable(lane), ageMs }));
    return { goals: this.#goals, solutions, jobs };
  }

  /** Solves what was asked for and is in hand, then what stands in the way of the rest. */
  #make(): void {
    this.#cancelAlarm();
    for (let next = this.#wanted(); next !== undefined; next = this.#wanted()) {
      this.#goals.made(next.chain);
      this.#solve(next.held, 'wanted');
    }
    const [oldest] = this.#jobs.all;
    if (this.#goals.isEmpty || oldest === undefined) return;
    if (this.#clock.now() >= this.#sideBlockFromMs) this.#solve(oldest, 'side');
    const waitMs = this.#sideBlockFromMs - this.#clock.now();
    this.#cancelAlarm = this.#clock.after(waitMs, () => this.#make());
  }

  #wanted(): { readonly chain: number; readonly held: HeldJob } | undefined {
    const chains = new Map(this.#goals.chains.map((chain) => [laneOf(chain), chain]));
    for (const held of this.#jobs.all) {
      const chain = chains.get(held.job.lane);
      if (chain !== undefined) return { chain, held };
    }
    return undefined;
  }

  #solve(held: HeldJob, block: 'wanted' | 'side'): void {
    this.#lastBlock = block;
    this.#sideBlockFromMs = this.#clock.now() + SIDE_BLOCK_MS;
    held.hashes += 1; // the one of its own nonce
    this.#jobs.solve(held);
  }
}
