/** A mining process tells of itself, to whoever of the same user asks. */

import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../message-of.js';
import { openPlace } from './place.js';
import { type Facts, snapshotOf } from './snapshot.js';

/** One that asks and does not read is dropped. */
const ANSWER_MS = 2_000;
const MOST_CONNECTIONS = 16;

/**
 * Publishes until the returned function is called. It never fails and keeps no process alive: what
 * goes wrong is told to `debug`.
 *
 * @param read - asked for each answer
 */
export function publish(
  command: string,
  read: () => Facts,
  debug: (text: string) => void = () => {},
): () => void {
  const startMs = performance.now();
  const server = createServer((socket) => {
    answer(socket, () => snapshotOf(command, performance.now() - startMs, read()), debug);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('error', (error) => debug(`pow-native top cannot see this process: ${error.message}`));
  try {
    const path = openPlace().pathOf(process.pid, randomBytes(4).toString('hex'));
    server.listen(path).unref();
  } catch (error) {
    debug(`pow-native top cannot see this process: ${messageOf(error)}`);
  }
  return () => close(server);
}

/** Also takes the socket away. */
function close(server: Server): void {
  if (server.listening) server.close();
}

function answer(socket: Socket, read: () => object, debug: (text: string) => void): void {
  socket.unref();
  socket.on('error', () => socket.destroy());
  socket.on('data', () => socket.destroy()); // nobody has anything to say
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  try {
    socket.end(`${JSON.stringify(read())}\n`);
  } catch (error) {
    socket.destroy();
    debug(`pow-native top was not answered: ${messageOf(error)}`);
  }
}
