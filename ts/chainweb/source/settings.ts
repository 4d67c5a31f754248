/** Options of a source, checked, with their defaults. */

import { badArgument, requireInteger, requireObject } from '../../core/arguments.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type { Job } from '../../miner/ports.js';
import { RETRY_RULE, type RetryRule } from '../../miner/retry.js';
import { Random, type Seed } from '../../miner/seed.js';
import type { Notice } from '../../miner/source-health.js';
import type { ChainwebClientOptions } from '../client.js';

export interface ChainwebSourceOptions extends ChainwebClientOptions {
  /** How many chains are mined at once. Default: 4. */
  readonly chains?: number | undefined;
  /** Suggested to the node before others. The node has the last word. Default: none. */
  readonly preferredChains?: readonly number[] | undefined;
  /** `unchecked`: the node has proof of work switched off. Default: `required`. */
  readonly proof?: Job['proof'] | undefined;
  /** How often work is asked for while a chain has no update stream. Default: 5,000. */
  readonly pollMs?: number | undefined;
  /** How often, while it has one: the answer brings a newer creation time. Default: 30,000. */
  readonly refreshMs?: number | undefined;
  /** An update stream that is silent for so long is opened anew. Default: 150,000. */
  readonly silenceMs?: number | undefined;
  /** Work is never older: the node forgets it after five minutes. Default: 290,000. */
  readonly workLifeMs?: number | undefined;
  /** How long a block that the node took may need to show in its chain. Default: 15,000. */
  readonly confirmMs?: number | undefined;
  /** Default: {@link RETRY_RULE}. */
  readonly retry?: Partial<RetryRule> | undefined;
  /** Fixes jitter and the order of suggestions. Default: `POW_NATIVE_SEED`, else none. */
  readonly seed?: Seed | undefined;
  /** It must not throw. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

export interface Settings {
  readonly chains: number;
  readonly preferredChains: readonly number[];
  readonly proof: Job['proof'];
  readonly pollMs: number;
  readonly refreshMs: number;
  readonly silenceMs: number;
  readonly workLifeMs: number;
  readonly confirmMs: number;
  readonly retry: RetryRule;
  readonly random: Random;
  readonly clock: Clock;
  readonly onNotice: (notice: Notice) => void;
}

const LONGEST_MS = 3_600_000;
const MOST_WORK_LIFE_MS = 300_000;
const MOST_CHAINS = 1000;

/** @throws {@link PowError} `POW_ARGUMENT` */
export function settingsOf(options: ChainwebSourceOptions): Settings {
  requireObject(options, 'options');
  const { chains = 4, preferredChains = [], proof = 'required', seed } = options;
  const { clock = monotonicClock, onNotice = () => {} } = options;
  if (proof !== 'required' && proof !== 'unchecked') {
    throw badArgument('proof', "'required' or 'unchecked'", proof);
  }
  if (!Array.isArray(preferredChains)) {
    throw badArgument('preferredChains', 'a list of chains', preferredChains);
  }
  const ms = (value: number | undefined, otherwise: number, argument: string, most = LONGEST_MS) =>
    requireInteger(value ?? otherwise, 1, most, argument);
  const rule = { ...RETRY_RULE, ...options.retry };
  return {
    chains: requireInteger(chains, 1, MOST_CHAINS, 'chains'),
    preferredChains: preferredChains.map((chain: number) =>
      requireInteger(chain, 0, 0xffff_ffff, 'preferredChains'),
    ),
    proof,
    pollMs: ms(options.pollMs, 5_000, 'pollMs'),
    refreshMs: ms(options.refreshMs, 30_000, 'refreshMs', MOST_WORK_LIFE_MS),
    silenceMs: ms(options.silenceMs, 150_000, 'silenceMs'),
    workLifeMs: ms(options.workLifeMs, 290_000, 'workLifeMs', MOST_WORK_LIFE_MS),
    confirmMs: ms(options.confirmMs, 15_000, 'confirmMs'),
    retry: {
      firstMs: ms(rule.firstMs, 0, 'retry.firstMs'),
      eagerMs: ms(rule.eagerMs, 0, 'retry.eagerMs'),
      eagerForMs: ms(rule.eagerForMs, 0, 'retry.eagerForMs'),
      patientMs: ms(rule.patientMs, 0, 'retry.patientMs'),
    },
    random: new Random(seed).fork('chainweb'),
    clock,
    onNotice,
  };
}
