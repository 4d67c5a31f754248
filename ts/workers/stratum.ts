/** The worker whose hashing is done by devices elsewhere: they connect, and it serves them jobs. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { errorCode } from '../miner/error-code.js';
import type { Found, Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { type StratumOverview, StratumServer, type StratumServerStats } from '../stratum/index.js';
import type { WorkerHow } from './row.js';
import { type StratumWorkerOptions, serverOptions } from './stratum/options.js';

/** More than the chains of any network. */
const LANES = 64;

interface Running {
  readonly id: string;
  readonly lane: string;
  readonly sinceMs: number;
  hashes(): number;
  stop(): void;
}

export class StratumWorker implements Worker {
  readonly kind = 'stratum';
  readonly lanes = LANES;
  readonly #server: StratumServer;
  readonly #clock: Clock;
  readonly #running = new Set<Running>();
  readonly #errors = new Map<string, number>();
  #solutions = 0;
  #closing: Promise<void> | null = null;

  /** @param server - it is closed with the worker */
  constructor(server: StratumServer, clock: Clock = monotonicClock) {
    this.#server = server;
    this.#clock = clock;
  }

  /** Listens. Rejects with `POW_ARGUMENT`, or `POW_WORKER` when a port cannot be had. */
  static async open(
    options: StratumWorkerOptions = {},
    how: WorkerHow = {},
  ): Promise<StratumWorker> {
    const asked = serverOptions(options, how);
    const server = await StratumServer.open(asked);
    (asked.ports ?? []).forEach(({ host = '*', tls }, i) => {
      const kind = tls === undefined ? 'tcp' : 'ssl';
      const text = `devices connect to stratum+${kind}://${host}:${server.ports[i]}`;
      how.onNotice?.({ level: 'info', text });
    });
    return new StratumWorker(server, how.clock);
  }

  /** Where devices connect, in the order of the options. */
  get ports(): readonly number[] {
    return this.#server.ports;
  }

  refuses(job: Job): string | null {
    return this.#server.refuses(job);
  }

  /** Rejects with `POW_CLOSED`, or `POW_WORKER` for a job that it refuses. */
  async mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    if (this.#closing !== null) throw new PowError('POW_CLOSED', 'the stratum worker is closed');
    if (how.stop.aborted || how.finishBatch.aborted) {
      how.hashed(0);
      return 'stopped';
    }
    let settle: (end: 'exhausted' | 'stopped') => void = () => {};
    const over = new Promise<'exhausted' | 'stopped'>((resolve) => {
      settle = resolve;
    });
    const stopped = () => settle('stopped');
    const origin = this.#start(job, how, () => settle('exhausted'));
    const { id, lane } = job;
    const sinceMs = this.#clock.now();
    const running = { id, lane, sinceMs, hashes: () => origin.hashes, stop: stopped };
    this.#running.add(running);
    hearAbort(how.stop, stopped);
    hearAbort(how.finishBatch, stopped);
    const end = await over;
    unhearAbort(how.stop, stopped);
    unhearAbort(how.finishBatch, stopped);
    this.#running.delete(running);
    this.#server.stop(origin);
    how.hashed(origin.hashes);
    return end;
  }

  /** Hashes are those that the devices' shares stand for. */
  stats(): WorkerStats {
    const nowMs = this.#clock.now();
    const running = [...this.#running].map(({ id, lane, sinceMs, hashes }) => {
      return { id, lane, hashes: hashes(), ageMs: nowMs - sinceMs };
    });
    return {
      ...{ hashes: this.overview().hashes, wastedHashes: 0, solutions: this.#solutions, running },
      ...{ threads: [], restarts: 0, errors: Object.fromEntries(this.#errors), warnings: [] },
    };
  }

  /** Connections and shares. */
  overview(): StratumOverview {
    return this.#server.overview();
  }

  /** The same, and who found how many. */
  devices(): StratumServerStats {
    return this.#server.stats();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #start(job: Job, how: MiningHow, solved: () => void) {
    const found = (solution: Found) => {
      this.#solutions += 1;
      how.found(solution);
    };
    try {
      return this.#server.start(job, { found, solved });
    } catch (error) {
      const code = errorCode(error, 'POW_WORKER');
      this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
      how.hashed(0);
      throw error;
    }
  }

  async #close(): Promise<void> {
    for (const running of this.#running) running.stop();
    await this.#server.close();
  }
}
