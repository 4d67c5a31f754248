/** A Stratum server: ports, and the jobs that devices on them mine. */

import { type Target, targetPlan } from '../core/target.js';
import { PowError } from '../errors.js';
import type { Clock } from '../miner/clock.js';
import type { Job } from '../miner/ports.js';
import type { Origin } from './jobs/board.js';
import { spaceOf } from './jobs/space.js';
import { type DialectName, dialectOf, templatedWork } from './jobs/template.js';
import { Hub } from './server/hub.js';
import type { JobEnd } from './server/lanes.js';
import { Listener } from './server/listener.js';
import { hubSettings, listenOptions, type StratumServerOptions } from './server/options.js';
import type { HubSettings } from './server/settings.js';
import type { UserStats } from './server/users.js';
import type { RateEstimate } from './session/share-rate.js';

/** What costs nothing to look at, however many users there are. */
export interface StratumOverview {
  readonly connections: number;
  /** Devices on each lane. */
  readonly lanes: Readonly<Record<string, number>>;
  /** How often each verdict was given: `accepted`, `stale`, `duplicate`, … */
  readonly shares: Readonly<Record<string, number>>;
  /** Hashes that the accepted shares stand for. */
  readonly hashes: number;
  readonly rate: RateEstimate;
  /** Addresses. */
  readonly banned: readonly string[];
}

export interface StratumServerStats extends StratumOverview {
  readonly users: readonly UserStats[];
}

export class StratumServer {
  readonly dialect: DialectName;
  readonly #hub: Hub;
  readonly #clock: Clock;
  readonly #listeners: Listener[] = [];

  private constructor(settings: HubSettings) {
    this.dialect = settings.dialect;
    this.#clock = settings.clock;
    this.#hub = new Hub(settings);
  }

  /** Rejects with `POW_ARGUMENT`, or `POW_WORKER` when a port cannot be had. */
  static async open(options: StratumServerOptions = {}): Promise<StratumServer> {
    const settings = hubSettings(options);
    const listening = listenOptions(options, settings);
    const server = new StratumServer(settings);
    try {
      for (const each of listening) {
        server.#listeners.push(await Listener.open(server.#hub, each, settings.limits));
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** In the order of the options. */
  get ports(): readonly number[] {
    return this.#listeners.map(({ port }) => port);
  }

  /** Why devices cannot mine that job; `null` when they can. */
  refuses(job: Job): string | null {
    if (job.variants < 1n) return 'it has no work: variants is below 1';
    if (job.nonces !== undefined) return 'devices hash what nonces they like, not a part of them';
    if (targetPlan(job.target) === null) return 'devices mine for targets, not for patterns';
    const dialect = dialectOf(job);
    if (dialect === null) return 'it is no work of Chainweb or Bitcoin devices';
    if (dialect !== this.dialect) {
      return `it is ${dialect} work, and this server speaks ${this.dialect} (option dialect)`;
    }
    const work = templatedWork(job, 0);
    return work === null || spaceOf(work.template) === null
      ? 'too few bytes are left to tell devices apart'
      : null;
  }

  /**
   * Gives a job to the devices of its lane.
   *
   * @throws {@link PowError} `POW_WORKER`: {@link StratumServer.refuses} says why
   */
  start(job: Job, end: JobEnd): Origin {
    const refusal = this.refuses(job);
    const origin = refusal === null ? this.#hub.start(job, job.target as Target, end) : null;
    if (origin === null) throw new PowError('POW_WORKER', `${job.id}: ${refusal}`);
    return origin;
  }

  /** Takes a job back, unless a newer one of its lane has done so. */
  stop(origin: Origin): void {
    this.#hub.stop(origin);
  }

  overview(): StratumOverview {
    const { users, connections, load, banned } = this.#hub;
    const rate = users.total(this.#clock.now());
    const { verdicts: shares, hashes } = users;
    return { connections, lanes: load.lanes, shares, hashes, rate, banned };
  }

  stats(): StratumServerStats {
    return { ...this.overview(), users: this.#hub.users.stats(this.#clock.now()) };
  }

  async close(): Promise<void> {
    this.#hub.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }
}
