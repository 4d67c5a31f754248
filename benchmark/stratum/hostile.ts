/** A client that means harm, in a process of its own, from another address where there is one. */

import { connect, type Socket } from 'node:net';

const [, , portText = ''] = process.argv;
/** Linux has all of 127/8: so a ban does not meet the honest ones, as it would not on a network. */
const localAddress = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const BUSY = 50;

const ATTACKS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.write('x'.repeat(1 << 20)), // no newline
  (socket) => socket.write('\n'.repeat(1 << 20)), // nothing but newlines
  (socket) => socket.write(`${'['.repeat(8_000)}\n`),
  (socket) => socket.write('{"id":1,"method":\n'.repeat(100)),
  (socket) =>
    socket.write('{"id":-1e400,"method":"mining.submit","params":[{},null,"\u{1f480}"]}\n'),
  (socket) => socket.write('{"id":1,"method":"mining.subscribe","params":[]}\n'.repeat(500)),
  (socket) => socket.write('{'), // and no more: a slow loris
  (socket) => socket.end('{"id":1,"method":"mining.subscribe"'), // half closed
  (socket) => socket.resetAndDestroy(),
];

let attacks = 0;

function attack(): void {
  const means = ATTACKS[attacks % ATTACKS.length];
  attacks += 1;
  const socket = connect({ port: Number(portText), host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  socket.once('connect', () => means?.(socket));
  // Whatever became of it, the next one comes.
  const over = setTimeout(() => socket.destroy(), 200);
  socket.once('close', () => {
    clearTimeout(over);
    setImmediate(attack);
  });
}

process.on('message', () => process.send?.({ attacks }));
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
for (let i = 0; i < BUSY; i++) attack();
