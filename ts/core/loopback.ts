/** Which names and addresses mean this machine. */

import { isIPv4 } from 'node:net';

/** An address as a socket tells it; one of IPv4 looks mapped on a socket that takes both. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return (isIPv4(plain) && plain.startsWith('127.')) || plain === '::1';
}

/**
 * Whether a `Host` header names this machine, with any port. A page of the web whose name was made
 * to point here (DNS rebinding) sends its own name, and so gets nothing.
 */
export function namesLoopback(host: string | undefined): boolean {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host ?? '') ?? [];
  return name.toLowerCase() === 'localhost' || isLoopback(name.replace(/^\[(.*)\]$/, '$1'));
}
