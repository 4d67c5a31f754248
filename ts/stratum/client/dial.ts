/** Sockets of a client, TCP and TLS: bytes out, bytes in, and nothing else. */

import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PoolAddress } from './address.js';

export interface DialEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** Once; nothing comes after it. */
  closed(reason: string): void;
}

export interface Dialled {
  send(text: string): void;
  close(): void;
}

export interface DialTls {
  /** PEM texts of the authorities to trust. */
  readonly ca?: string | undefined;
  /** Take any certificate. */
  readonly insecure?: boolean | undefined;
}

/** Opens a connection. A test has its own. */
export type Dial = (address: PoolAddress, events: DialEvents) => Dialled;

export function socketDial(tls: DialTls): Dial {
  return ({ host, port, isSecure }, events) => {
    const { ca, insecure = false } = tls;
    const secure = { ...(ca === undefined ? {} : { ca }), rejectUnauthorized: !insecure };
    // A name is sent along, an address is not (RFC 6066, 3).
    const name = /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {};
    const socket = isSecure
      ? connectTls({ host, port, ...secure, ...name })
      : connect({ host, port });
    let reason = 'the pool has closed the connection';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => events.opened());
    socket.on('data', (bytes) => events.received(bytes));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.once('close', () => events.closed(reason));
    return {
      send: (text) => {
        if (socket.writable) socket.write(text);
      },
      close: () => socket.destroy(),
    };
  };
}
