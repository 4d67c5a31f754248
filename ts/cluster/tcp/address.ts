/** Where masters are, and what may go in clear there. */

import { badArgument, requireInteger } from '../../core/arguments.js';
import { isLoopback } from '../../core/loopback.js';
import { PowError } from '../../errors.js';
import type { MasterAddress } from './options.js';

/** @throws {@link PowError} `POW_ARGUMENT` */
export function requireAddress(address: MasterAddress, least: 0 | 1, argument: string): void {
  const { host, port } = address;
  if (typeof host !== 'string' || host === '') {
    throw badArgument(`${argument}.host`, 'a name or an address', host);
  }
  requireInteger(port, least, 65_535, `${argument}.port`);
}

/** Nobody proves who he is without TLS, so nobody else may reach it. */
export function requireThisMachine({ host }: MasterAddress, argument: string): void {
  if (isLoopback(host) || host === 'localhost') return;
  const detail = `${argument}.host ${host} is not this machine: without TLS only that may be used`;
  throw new PowError('POW_ARGUMENT', detail, { argument: `${argument}.host` });
}
