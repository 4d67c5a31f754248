/** What a server is opened with, checked and turned into what its parts need. */

import { createSecureContext } from 'node:tls';
import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type { DialectName } from '../jobs/template.js';
import type { DifficultyMode } from '../session/state.js';
import type { VardiffRules } from '../session/vardiff.js';
import { SERVER_DIALECTS } from '../wire/servers.js';
import type { BanRules } from './bans.js';
import type { ListenOptions } from './listener.js';
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
} from './settings.js';

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
  /** With `auto` alone: a device begins at so many zero bits. Default: 32. */
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
  /**
   * Between two jobs of the same work. Default: 1,000 for Chainweb, whose devices get one a second
   * at most; 30,000 for Bitcoin, whose times are seconds: 1,000 is the least there.
   */
  readonly refreshMs?: number | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly bans?: Partial<BanRules> | undefined;
  /** Whether a user may mine: `true`, or why not. Default: everybody may, and need not ask. */
  readonly authorize?: Authorize | undefined;
  readonly clock?: Clock | undefined;
  readonly onNotice?: ((notice: StratumNotice) => void) | undefined;
}

const DEFAULT_PORT = 1917;
const LONGEST_MS = 86_400_000;
/** A larger count of anything bounds nothing. */
const MOST = 2 ** 40;
/** By dialect: the time in a Bitcoin header is in seconds. */
const LEAST_REFRESH_MS: Readonly<Record<DialectName, number>> = { chainweb: 1, bitcoin: 1_000 };
/** Of all hashes there are. */
const MOST_HASHES = 2 ** 256;

/** @throws {@link PowError} `POW_ARGUMENT` */
export function hubSettings(options: StratumServerOptions): HubSettings {
  requireObject(options, 'options');
  const { authorize, clock = monotonicClock, onNotice = () => {} } = options;
  const dialect = requireOneOf(options.dialect ?? 'chainweb', ['chainweb', 'bitcoin'], 'dialect');
  const refreshMs = options.refreshMs ?? REFRESH_MS[dialect];
  return {
    ...{ dialect, limits: limitsOf(options), bans: bansOf(options), vardiff: vardiffOf(options) },
    refreshMs: requireInteger(refreshMs, LEAST_REFRESH_MS[dialect], LONGEST_MS, 'refreshMs'),
    firstNumber: 0,
    authorize: authorize === undefined ? null : requireFunction(authorize, 'authorize'),
    clock,
    soon: (call) => void setImmediate(call),
    onNotice: requireFunction(onNotice, 'onNotice'),
  };
}

function limitsOf({ limits = {} }: StratumServerOptions): Limits {
  requireObject(limits, 'limits');
  const all = { ...LIMITS, ...limits };
  for (const [name, value] of Object.entries(all)) {
    requireInteger(value, 1, MOST, `limits.${name}`);
  }
  return all;
}

function bansOf({ bans = {} }: StratumServerOptions): BanRules {
  requireObject(bans, 'bans');
  const all = { ...BANS, ...bans };
  requireInteger(all.offences, 0, MOST, 'bans.offences');
  requireInteger(all.memoryMs, 1, MOST, 'bans.memoryMs');
  requireInteger(all.banMs, 1, MOST, 'bans.banMs');
  return all;
}

function vardiffOf({ vardiff = {} }: StratumServerOptions): VardiffRules {
  requireObject(vardiff, 'vardiff');
  const all = { ...VARDIFF, ...vardiff };
  const { band, leastHashes, mostHashes } = all;
  requireInteger(all.shareMs, 1, LONGEST_MS, 'vardiff.shareMs');
  requireInteger(all.windowMs, 1, LONGEST_MS, 'vardiff.windowMs');
  if (!isWithin(band, 1, Number.MAX_VALUE) || band === 1) {
    throw badArgument('vardiff.band', 'a number above 1', band);
  }
  if (!isWithin(mostHashes, 1, MOST_HASHES)) {
    throw badArgument('vardiff.mostHashes', 'a number from 1 to 2^256', mostHashes);
  }
  if (!isWithin(leastHashes, 1, mostHashes)) {
    throw badArgument('vardiff.leastHashes', 'a number from 1 to mostHashes', leastHashes);
  }
  return all;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function requireFunction<T>(value: T, argument: string): T {
  if (typeof value !== 'function') throw badArgument(argument, 'a function', value);
  return value;
}

/**
 * Where a server listens, in the order of the options.
 *
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function listenOptions(
  options: StratumServerOptions,
  { dialect, vardiff, authorize }: HubSettings,
): readonly ListenOptions[] {
  const { ports = [{ port: DEFAULT_PORT }], difficulty = 'auto' } = options;
  const { shareTarget } = SERVER_DIALECTS[dialect];
  const mustAuthorize = authorize !== null;
  if (!Array.isArray(ports)) throw badArgument('ports', 'a list of ports', ports);
  return ports.map((each: StratumPort, i) => {
    const argument = `ports[${i}]`;
    requireObject(each, argument);
    const { port, host, tls, startBits } = each;
    requireInteger(port, 0, 65_535, `${argument}.port`);
    if (host !== undefined && (typeof host !== 'string' || host === '')) {
      throw badArgument(`${argument}.host`, 'an address or a name', host);
    }
    if (tls !== undefined) requireCertificate(tls, `${argument}.tls`);
    const mode = modeOf(difficulty, startBits, `${argument}.startBits`);
    const rules = { difficulty: mode, vardiff, mustAuthorize, shareTarget };
    return { port, host, tls: tls ?? null, rules };
  });
}

/** What OpenSSL makes of it is told here, by the name of the option. */
function requireCertificate(tls: NonNullable<StratumPort['tls']>, argument: string): void {
  requireObject(tls, argument);
  const { key, cert } = tls;
  if (typeof key !== 'string' || typeof cert !== 'string') {
    throw badArgument(argument, 'key and cert, PEM texts both', Object.keys(tls));
  }
  try {
    createSecureContext({ key, cert });
  } catch (cause) {
    const detail = `${argument} must be a key and its certificate: ${(cause as Error).message}`;
    throw new PowError('POW_ARGUMENT', detail, { argument, cause });
  }
}

function modeOf(
  difficulty: ShareDifficulty,
  startBits: number | undefined,
  argument: string,
): DifficultyMode {
  if (difficulty !== 'auto' && startBits !== undefined) {
    throw badArgument(argument, "left out unless difficulty is 'auto'", startBits);
  }
  if (difficulty === 'block') return { kind: 'block' };
  if (difficulty === 'auto') {
    if (startBits === undefined) return START;
    return { kind: 'vardiff', startHashes: 2 ** requireInteger(startBits, 0, 256, argument) };
  }
  if (typeof difficulty !== 'number') {
    throw badArgument('difficulty', "'auto', 'block' or 0 to 256", difficulty);
  }
  return { kind: 'fixed', hashes: 2 ** requireInteger(difficulty, 0, 256, 'difficulty') };
}
