/** Options of a source, checked, with their defaults. */

import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import { RETRY_RULE, type RetryRule } from '../../miner/retry.js';
import { Random, type Seed } from '../../miner/seed.js';
import type { Notice } from '../../miner/source-health.js';
import { originOf } from '../client/http.js';
import { requireWallet } from '../client/wallet.js';
import { BLOCK_LAYOUTS, type BlockLayout } from '../codec.js';

export interface ChaincoreSourceOptions {
  /** `http://HOST:PORT` of the node, or of several: the next one is asked when one fails. */
  readonly url: string | readonly string[];
  /** Whom blocks pay: base58check. */
  readonly wallet: string;
  /** Which text is hashed. Default: `node`. */
  readonly layout?: BlockLayout | undefined;
  /** Templates of any other difficulty are left alone. Default: `[1, 12]`; at most 16. */
  readonly difficultyRange?: readonly [number, number] | undefined;
  /** How long one height is mined before a new round begins. Default: 120,000. */
  readonly roundMs?: number | undefined;
  /** A template of this age is fetched anew. Default: 30,000. */
  readonly refreshMs?: number | undefined;
  /** How often the node is asked whether its chain has moved. Default: 1,000. */
  readonly tipMs?: number | undefined;
  /** Attempts in a row before the next node is asked, and for one solution. Default: 3. */
  readonly retries?: number | undefined;
  readonly tls?:
    | {
        /** PEM text of the authorities to trust instead of the system's. */
        readonly ca?: string | undefined;
        /** Takes any certificate: whoever listens in can put himself in between. Default `false`. */
        readonly insecure?: boolean | undefined;
        /** Refuses `http://` nodes. Default `false`. */
        readonly required?: boolean | undefined;
      }
    | undefined;
  /** Default: {@link RETRY_RULE}. */
  readonly retry?: Partial<RetryRule> | undefined;
  /** Fixes jitter. Default: `POW_NATIVE_SEED`, else none. */
  readonly seed?: Seed | undefined;
  readonly clock?: Clock | undefined;
  /** It must not throw. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

export interface Settings {
  readonly urls: readonly string[];
  readonly wallet: string;
  readonly layout: BlockLayout;
  readonly leastDifficulty: number;
  readonly mostDifficulty: number;
  readonly roundMs: number;
  readonly refreshMs: number;
  readonly tipMs: number;
  readonly retries: number;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly retry: RetryRule;
  readonly random: Random;
  readonly clock: Clock;
  readonly onNotice: (notice: Notice) => void;
}

const LONGEST_MS = 86_400_000;
const MOST_NODES = 32;
const MOST_RETRIES = 100;
const MOST_DIFFICULTY = 16;

/** @throws {@link PowError} `POW_ARGUMENT` */
export function settingsOf(options: ChaincoreSourceOptions): Settings {
  requireObject(options, 'options');
  const { layout = 'node', difficultyRange = [1, 12], tls = {}, seed } = options;
  const { clock = monotonicClock, onNotice = () => {} } = options;
  const ms = (value: number | undefined, otherwise: number, argument: string) =>
    requireInteger(value ?? otherwise, 1, LONGEST_MS, argument);
  const [least, most] = requireRange(difficultyRange);
  const { ca, insecure = false, required = false } = tls;
  return {
    urls: requireUrls(options.url, required),
    wallet: requireWallet(options.wallet),
    layout: requireOneOf(layout, BLOCK_LAYOUTS, 'layout'),
    leastDifficulty: least,
    mostDifficulty: most,
    roundMs: ms(options.roundMs, 120_000, 'roundMs'),
    refreshMs: ms(options.refreshMs, 30_000, 'refreshMs'),
    tipMs: ms(options.tipMs, 1_000, 'tipMs'),
    retries: requireInteger(options.retries ?? 3, 1, MOST_RETRIES, 'retries'),
    ...{ ca, insecure },
    retry: { ...RETRY_RULE, ...options.retry },
    random: new Random(seed).fork('chaincore'),
    clock,
    onNotice,
  };
}

function requireUrls(url: ChaincoreSourceOptions['url'], tls: boolean): readonly string[] {
  const urls = (typeof url === 'string' ? [url] : url) as readonly unknown[];
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > MOST_NODES) {
    throw badArgument('url', `1 to ${MOST_NODES} URLs`, url);
  }
  return urls.map((each) => {
    const origin = originOf(each);
    if (tls && !origin.startsWith('https:')) throw badArgument('url', 'https://HOST:PORT', each);
    return origin;
  });
}

function requireRange(range: unknown): readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2) {
    throw badArgument('difficultyRange', 'the least and the most', range);
  }
  const [low, high] = range as readonly unknown[];
  const least = requireInteger(low, 1, MOST_DIFFICULTY, 'difficultyRange');
  return [least, requireInteger(high, least, MOST_DIFFICULTY, 'difficultyRange')];
}
