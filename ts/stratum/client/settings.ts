/** Everything that can be set of a source that is a pool. */

import { badArgument, requireInteger, requireObject } from '../../core/arguments.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import { Random, type Seed } from '../../miner/seed.js';
import type { StratumNotice } from '../server/settings.js';
import { type PoolAddress, poolAddress } from './address.js';
import type { DialTls } from './dial.js';
import type { FailoverRules } from './failover.js';
import type { LinkLimits } from './link.js';
import type { PoolRules } from './pool-state.js';

export interface StratumSourceOptions {
  /** One pool, or several: the next one is tried when one fails. `poolAddress` says what they look like. */
  readonly url: string | readonly string[];
  readonly user: string;
  /** Default: `x`. */
  readonly password?: string | undefined;
  /** How we introduce ourselves. */
  readonly agent?: string | undefined;
  /** Version bits to ask a Bitcoin pool for (BIP 310); 0: none. Default: 0x1fffe000. */
  readonly versionMask?: number | undefined;
  readonly tls?: DialTls | undefined;
  /** Without a message for so long a pool is taken for dead. Default: 180,000. */
  readonly silenceMs?: number | undefined;
  /** For the first job of a connection. Default: 30,000. */
  readonly handshakeMs?: number | undefined;
  /** For the answer to a share. Default: 30,000. */
  readonly answerMs?: number | undefined;
  /** Bounds of the pauses between two rounds of attempts. Defaults: 500 and 60,000. */
  readonly retry?: { readonly firstMs: number; readonly mostMs: number } | undefined;
  readonly seed?: Seed | undefined;
  readonly clock?: Clock | undefined;
  readonly onNotice?: ((notice: StratumNotice) => void) | undefined;
}

export interface PoolSettings {
  readonly pools: readonly PoolAddress[];
  readonly user: string;
  readonly password: string;
  readonly agent: string;
  readonly versionMask: number;
  readonly limits: LinkLimits;
  readonly failover: FailoverRules;
  readonly random: Random;
  readonly clock: Clock;
  readonly onNotice: (notice: StratumNotice) => void;
}

const VERSION_MASK = 0x1fff_e000;
const LONGEST_MS = 86_400_000;
const RETRY = { firstMs: 500, mostMs: 60_000 };

/** @throws {@link PowError} `POW_ARGUMENT` */
export function poolSettings(options: StratumSourceOptions): PoolSettings {
  requireObject(options, 'options');
  const { url, user, password = 'x', agent = 'pow-native', retry = RETRY } = options;
  const urls = typeof url === 'string' ? [url] : url;
  if (!Array.isArray(urls) || urls.length === 0) throw badArgument('url', 'a URL or several', url);
  if (typeof user !== 'string' || user === '') throw badArgument('user', 'a name', user);
  if (typeof password !== 'string') throw badArgument('password', 'a string', typeof password);
  const ms = (value: number | undefined, otherwise: number, argument: string) =>
    requireInteger(value ?? otherwise, 1, LONGEST_MS, argument);
  return {
    ...{ pools: urls.map(poolAddress), user, password, agent },
    versionMask: requireInteger(options.versionMask ?? VERSION_MASK, 0, 0xffff_ffff, 'versionMask'),
    limits: {
      handshakeMs: ms(options.handshakeMs, 30_000, 'handshakeMs'),
      silenceMs: ms(options.silenceMs, 180_000, 'silenceMs'),
      answerMs: ms(options.answerMs, 30_000, 'answerMs'),
    },
    failover: {
      pools: urls.length,
      firstMs: ms(retry.firstMs, RETRY.firstMs, 'retry.firstMs'),
      mostMs: ms(retry.mostMs, RETRY.mostMs, 'retry.mostMs'),
    },
    random: new Random(options.seed).fork('stratum'),
    clock: options.clock ?? monotonicClock,
    onNotice: options.onNotice ?? (() => {}),
  };
}

/** What is said to one of them. */
export function rulesFor(settings: PoolSettings, { dialect }: PoolAddress): PoolRules {
  const { agent, user, password, versionMask } = settings;
  return { dialect, agent, user, password, versionMask: dialect === 'bitcoin' ? versionMask : 0 };
}
