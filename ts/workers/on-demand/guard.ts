/**
 * Who may speak to a server that has no password: programs, and nothing that a web page of
 * somebody else can make a browser send. Pure.
 */

import { isIP } from 'node:net';

/** What a request says of itself. */
export interface Claim {
  /** The header; what the client thinks it speaks to. */
  readonly host: string | undefined;
  /** The header: browsers send it, with the page that asks. */
  readonly origin: string | undefined;
}

/** Where `*` and its like, as the official client spells them, listen. */
const ANYWHERE: Readonly<Record<string, { readonly host?: string; readonly ipv6Only?: true }>> = {
  '*': {},
  '*4': { host: '0.0.0.0' },
  '!4': { host: '0.0.0.0' },
  '*6': { host: '::' },
  '!6': { host: '::', ipv6Only: true },
};

/** What `net.Server.listen` takes for an interface: a name, an address, or `*`. */
export function listenAt(host: string): { readonly host?: string; readonly ipv6Only?: true } {
  return ANYWHERE[host] ?? { host };
}

/**
 * Why a request is refused; `null`: it is not. The `Host` must be this server under a name that
 * no one can point at it from outside: on loopback a loopback name; elsewhere also an address or
 * a name without dots, as containers have. An `Origin` must be the server's own.
 *
 * @param listening - the interface, as it was given
 */
export function refusal({ host, origin }: Claim, listening: string): string | null {
  const url = `http://${host}`;
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(url)) {
    return 'the Host header is missing or no host';
  }
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const own = isLoopback(name) || name === listening.toLowerCase();
  const isOpen = !isLoopback(listening);
  if (!own && !(isOpen && (isIP(name) !== 0 || !name.includes('.')))) {
    return `the Host header ${host} is none of this server's names`;
  }
  if (origin === undefined || origin.toLowerCase() === url.toLowerCase()) return null;
  return 'web pages of another origin may not ask';
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
