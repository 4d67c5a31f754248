/** Sockets of a worker: from an address to a connection that has proved who is there. */

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../../../miner/clock.js';
import type { MasterAddress, WorkerSecurity } from '../options.js';
import { clientObjection, clientTls, isRefusal } from '../tls.js';

export interface Dialling {
  readonly security: WorkerSecurity;
  readonly clock: Clock;
  readonly withinMs: number;
  readonly onOpen: (socket: Socket) => void;
  /** Once, instead. `isFinal`: the other end does not want who we are. */
  readonly onFailure: (reason: string, isFinal: boolean) => void;
}

/** @returns gives up */
export function dial(address: MasterAddress, how: Dialling): () => void {
  const { security, clock, withinMs, onOpen, onFailure } = how;
  const { host, port } = address;
  const tls = clientTls(security);
  // A name is sent along, an address is not (RFC 6066, 3).
  const name = /[a-z]/i.test(host) && !host.includes(':') ? { servername: host } : {};
  const socket =
    tls === null ? connect({ host, port }) : connectTls({ host, port, ...name, ...tls });
  let isDone = false;
  const done = (): boolean => {
    if (isDone) return false;
    isDone = true;
    cancel();
    socket.off('error', failed);
    socket.off('close', closed);
    return true;
  };
  const fail = (reason: string, isFinal: boolean) => {
    if (!done()) return;
    socket.on('error', () => {});
    socket.destroy();
    onFailure(reason, isFinal);
  };
  const failed = (error: Error) => fail(error.message, isRefusal(error));
  const closed = () => fail('the connection was closed', false);
  const cancel = clock.after(withinMs, () => fail('no connection in time', false));
  socket.on('error', failed);
  socket.on('close', closed);
  socket.once(tls === null ? 'connect' : 'secureConnect', () => {
    const objection = clientObjection(security, socket);
    if (objection !== null) fail(objection, true);
    else if (done()) onOpen(socket);
  });
  return () => {
    if (!done()) return;
    socket.on('error', () => {});
    socket.destroy();
  };
}
