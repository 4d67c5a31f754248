/** Options as they are used: checked, with defaults. */

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { namesLoopback } from '../../core/loopback.js';
import { PowError } from '../../errors.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import { type Names, namesOf } from './names.js';
import { idOfSeed } from './nkey.js';
import { NATS_LIMITS, type NatsAccess, type NatsLimits, type NatsNode } from './options.js';

/** What both ends know of themselves. */
export interface CheckedNode {
  readonly access: NatsAccess;
  readonly names: Names;
  readonly id: string;
  readonly name: string;
  readonly limits: NatsLimits;
  readonly clock: Clock;
  readonly random: () => number;
}

/** @throws {@link PowError} `POW_ARGUMENT` */
export function checkNode(options: NatsNode): CheckedNode {
  const { cluster = 'pow', name = hostname() } = options;
  if (!/^\w{1,32}$/.test(cluster)) {
    throw bad('cluster', 'letters, digits and _, at most 32');
  }
  checkAccess(options);
  const { seed } = options;
  const own = seed === undefined ? randomBytes(16).toString('hex') : idOfSeed(seed);
  const id = options.id ?? own;
  if (!/^[0-9a-f]{32}$/.test(id)) throw bad('id', '32 hex digits');
  const limits = { ...NATS_LIMITS, ...options.limits };
  for (const [key, value] of Object.entries(limits)) {
    if (!(value > 0)) throw bad(`limits.${key}`, 'more than 0');
  }
  const { clock = monotonicClock, random = Math.random } = options;
  return { access: options, names: namesOf(cluster), id, name, limits, clock, random };
}

function checkAccess({ servers, seed, user, tls }: NatsAccess): void {
  if (servers.length === 0) throw bad('servers', 'at least one');
  if (seed !== undefined && user !== undefined) throw bad('seed', 'not together with user');
  if (seed !== undefined && !/^SU[A-Z2-7]{56}$/.test(seed)) {
    throw bad('seed', 'an nkey seed, SU and 56 more letters and digits');
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    throw bad('tls', 'cert and key together');
  }
  for (const server of servers) {
    const url = URL.canParse(server) ? new URL(server) : null;
    if (url === null || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '') {
      throw bad('servers', `nats://HOST:PORT or tls://HOST:PORT, not ${server}`);
    }
    if (url.username !== '' || url.password !== '') throw bad('servers', 'no secrets in addresses');
    if (tls === undefined && url.protocol === 'nats:' && !namesLoopback(url.hostname)) {
      throw bad('tls', `needed for ${url.hostname}, which is not this machine`);
    }
  }
}

function bad(argument: string, wanted: string): PowError {
  return new PowError('POW_ARGUMENT', `${argument}: ${wanted}`, { argument });
}
