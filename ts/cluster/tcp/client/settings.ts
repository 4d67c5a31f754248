/** What a worker was opened with, checked. */

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { badArgument, requireHex, requireObject, requireOneOf } from '../../../core/arguments.js';
import { type Clock, monotonicClock } from '../../../miner/clock.js';
import { requireAddress, requireThisMachine } from '../address.js';
import { TCP_LIMITS, type TcpLimits } from '../limits.js';
import type { MasterAddress, TcpWorkerOptions, WorkerSecurity } from '../options.js';
import { clientTls } from '../tls.js';

export interface WorkerSettings {
  readonly options: TcpWorkerOptions;
  readonly seeds: readonly MasterAddress[];
  readonly security: WorkerSecurity;
  readonly id: string;
  readonly name: string;
  readonly role: 'worker' | 'observer';
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly random: () => number;
}

const ID_BYTES = 16;
const MOST_SEEDS = 64;

/** @throws {@link PowError} `POW_ARGUMENT` */
export function workerSettings(options: TcpWorkerOptions): WorkerSettings {
  requireObject(options, 'options');
  const { seeds, security } = options;
  if (!Array.isArray(seeds) || seeds.length === 0 || seeds.length > MOST_SEEDS) {
    throw badArgument('seeds', `1 to ${MOST_SEEDS} addresses of masters`, seeds);
  }
  requireObject(security, 'security');
  requireOneOf(security.kind, ['psk', 'mtls', 'plain'], 'security.kind');
  for (const [i, seed] of seeds.entries()) {
    requireAddress(seed, 1, `seeds[${i}]`);
    if (security.kind === 'plain') requireThisMachine(seed, `seeds[${i}]`);
  }
  clientTls(security);
  requireObject(options.capabilities, 'capabilities');
  const { id = randomBytes(ID_BYTES).toString('hex'), name = hostname() } = options;
  requireHex(id, 2 * ID_BYTES, 2 * ID_BYTES, 'id');
  return {
    ...{ options, seeds, security, id: id.toLowerCase(), name },
    role: options.role === 'observer' ? 'observer' : 'worker',
    limits: { ...TCP_LIMITS, ...options.limits },
    clock: options.clock ?? monotonicClock,
    random: options.random ?? Math.random,
  };
}
