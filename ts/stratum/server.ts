/** A Stratum server: ports, and the jobs that devices on them mine. */

import { badArgument, requireInteger, requireObject, requireOneOf } from '../core/arguments.js';
import { type Target, targetPlan } from '../core/target.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import type { Job } from '../miner/ports.js';
import type { Origin } from './jobs/board.js';
import { spaceOf } from './jobs/space.js';
import { type DialectName, dialectOf, templatedWork } from './jobs/template.js';
import type { BanRules } from './server/bans.js';
import { Hub } from './server/hub.js';
import type { JobEnd } from './server/lanes.js';
import { Listener } from './server/listener.js';
import {
  type Authorize,
  BANS,
  type HubSettings,
  LIMITS,
  type Limits,
  REFRESH_MS,
  START,
  type StratumNotice,
  VARDIFF,
} from './server/settings.js';
import type { UserStats } from './server/users.js';
import type { RateEstimate } from './session/share-rate.js';
import type { DifficultyMode } from './session/state.js';
import type { VardiffRules } from './session/vardiff.js';
import { SERVER_DIALECTS } from './wire/servers.js';

/**
 * How hard shares are. `auto`: vardiff, from an easy start; `block`: a share is a solution; a
 * number from 0 to 256: shares begin with so many zero bits.
 */
export type ShareDifficulty = 'auto' | 'block' | number;

export interface StratumPort {
  /** 0 takes any that is free. */
  readonly port: number;
  /** Default: every interface. */
  readonly host?: string | undefined;
  /** PEM texts; left out: no TLS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Default: that of the server. With `auto` a device begins at so many zero bits. */
  readonly startBits?: number | undefined;
}

export interface StratumServerOptions {
  /** Default: 1917 on every interface. */
  readonly ports?: readonly StratumPort[] | undefined;
  /** What devices speak. Default: `chainweb`. */
  readonly dialect?: DialectName | undefined;
  /** Default: `auto`. */
  readonly difficulty?: ShareDifficulty | undefined;
  readonly vardiff?: Partial<VardiffRules> | undefined;
  /** Between two jobs of the same work. Default: 1,000 for Chainweb, 30,000 for Bitcoin. */
  readonly refreshMs?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly bans?: Partial<BanRules> | undefined;
  /** Whether a user may mine: `true`, or why not. Default: everybody may, and need not ask. */
  readonly authorize?: Authorize | undefined;
  readonly clock?: Clock | undefined;
  readonly onNotice?: ((notice: StratumNotice) => void) | undefined;
}

export interface StratumServerStats {
  readonly connections: number;
  /** Devices on each lane. */
  readonly lanes: Readonly<Record<string, number>>;
  /** How often each verdict was given: `accepted`, `stale`, `duplicate`, … */
  readonly shares: Readonly<Record<string, number>>;
  /** Hashes that the accepted shares stand for. */
  readonly hashes: number;
  readonly rate: RateEstimate;
  readonly users: readonly UserStats[];
  /** Addresses. */
  readonly banned: readonly string[];
}

const DEFAULT_PORT = 1917;
const LONGEST_MS = 86_400_000;

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
    const settings = settingsOf(options);
    const { ports = [{ port: DEFAULT_PORT }] } = options;
    const listening = ports.map((port, i) => listenOf(port, `ports[${i}]`, settings, options));
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

  stats(): StratumServerStats {
    const { users, connections, load, banned } = this.#hub;
    const nowMs = this.#clock.now();
    return {
      ...{ connections, lanes: load.lanes, shares: users.verdicts, hashes: users.hashes },
      ...{ rate: users.total(nowMs), users: users.stats(nowMs), banned },
    };
  }

  async close(): Promise<void> {
    this.#hub.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }
}

function settingsOf(options: StratumServerOptions): HubSettings {
  requireObject(options, 'options');
  const dialect = requireOneOf(options.dialect ?? 'chainweb', ['chainweb', 'bitcoin'], 'dialect');
  const refreshMs = options.refreshMs ?? REFRESH_MS[dialect];
  const limits = { ...LIMITS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    requireInteger(value, 1, 2 ** 40, `limits.${name}`);
  }
  return {
    ...{ dialect, limits, bans: { ...BANS, ...options.bans } },
    vardiff: { ...VARDIFF, ...options.vardiff },
    refreshMs: requireInteger(refreshMs, 1, LONGEST_MS, 'refreshMs'),
    firstNumber: 0,
    authorize: options.authorize ?? null,
    clock: options.clock ?? monotonicClock,
    soon: (call) => void setImmediate(call),
    onNotice: options.onNotice ?? (() => {}),
  };
}

function listenOf(
  { port, host, tls, startBits }: StratumPort,
  argument: string,
  settings: HubSettings,
  options: StratumServerOptions,
) {
  const { shareTarget } = SERVER_DIALECTS[settings.dialect];
  const difficulty = modeOf(options.difficulty ?? 'auto', startBits, argument);
  const mustAuthorize = settings.authorize !== null;
  const rules = { difficulty, vardiff: settings.vardiff, mustAuthorize, shareTarget };
  requireInteger(port, 0, 65_535, `${argument}.port`);
  return { port, host, tls: tls ?? null, rules };
}

function modeOf(
  difficulty: ShareDifficulty,
  startBits: number | undefined,
  argument: string,
): DifficultyMode {
  if (startBits !== undefined) requireInteger(startBits, 0, 256, `${argument}.startBits`);
  if (difficulty === 'block') return { kind: 'block' };
  if (difficulty === 'auto') {
    return startBits === undefined ? START : { kind: 'vardiff', startHashes: 2 ** startBits };
  }
  if (typeof difficulty !== 'number') {
    throw badArgument('difficulty', "'auto', 'block' or 0 to 256", difficulty);
  }
  return { kind: 'fixed', hashes: 2 ** requireInteger(difficulty, 0, 256, 'difficulty') };
}
