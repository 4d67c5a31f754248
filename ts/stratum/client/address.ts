/** Where a pool is and what it speaks, as a URL says it. */

import { badArgument } from '../../core/arguments.js';
import type { DialectName } from '../jobs/template.js';

export interface PoolAddress {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly dialect: DialectName;
  /** Of a Bitcoin header. */
  readonly algorithm: 'sha256d' | 'blake2s';
}

const SECURE = new Map([
  ['tcp:', false],
  ['ssl:', true],
  ['tls:', true],
  ['tcps:', true],
]);
const DIALECTS: readonly string[] = ['bitcoin', 'chainweb'] satisfies DialectName[];
const ALGORITHMS: readonly string[] = ['sha256d', 'blake2s'];

/**
 * @param url - `stratum+tcp://HOST:PORT`, `stratum+ssl://…`; `?dialect=chainweb` for Kadena pools,
 *   `?algorithm=blake2s` for Bitcoin headers hashed by that. `stratum+` may be left out.
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function poolAddress(url: string): PoolAddress {
  const bad = (expected: string) => badArgument('url', expected, url);
  const text = typeof url === 'string' ? url.replace(/^stratum\+/i, '') : '';
  if (!URL.canParse(text)) throw bad('stratum+tcp://HOST:PORT or stratum+ssl://HOST:PORT');
  const { protocol, hostname, port, pathname, username, searchParams } = new URL(text);
  const isSecure = SECURE.get(protocol);
  if (isSecure === undefined || hostname === '' || port === '' || port === '0') {
    throw bad('stratum+tcp://HOST:PORT or stratum+ssl://HOST:PORT');
  }
  if (username !== '') throw bad('without a user: that is an option of its own');
  if (pathname !== '' && pathname !== '/') throw bad('without a path');
  for (const name of searchParams.keys()) {
    if (name !== 'dialect' && name !== 'algorithm')
      throw bad('without ?dialect= and ?algorithm= only');
  }
  const dialect = searchParams.get('dialect') ?? 'bitcoin';
  const algorithm = searchParams.get('algorithm') ?? 'sha256d';
  if (!DIALECTS.includes(dialect)) throw bad('of the dialect bitcoin or chainweb');
  if (!ALGORITHMS.includes(algorithm)) throw bad('of the algorithm sha256d or blake2s');
  return {
    ...{ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), isSecure },
    ...{ dialect: dialect as DialectName, algorithm: algorithm as PoolAddress['algorithm'] },
  };
}

/**
 * Where a pool may send its miners: to itself and its neighbours. Whoever sits between us and an
 * unencrypted pool could send them anywhere.
 */
export function mayMoveTo(from: string, to: string): boolean {
  const [here, there] = [from.toLowerCase(), to.toLowerCase()];
  if (here === there) return true;
  const labels = here.split('.');
  const isAddress = here.includes(':') || /^[\d.]+$/.test(here);
  // What is left must still be a name that somebody owns: not `com`, not `co.uk`.
  const parent = labels.slice(1);
  if (isAddress || parent.length < 2 || (parent.length === 2 && (parent[0]?.length ?? 0) <= 3)) {
    return false;
  }
  const domain = parent.join('.');
  return there === domain || there.endsWith(`.${domain}`);
}
