/** A development node behind a door that keeps solutions waiting. */

import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startNode } from './programs.js';

export interface HoldingNode {
  readonly url: string;
  /** Everything that the node itself said. */
  readonly said: () => string;
  /** Resolves when the first solution is at the door. */
  readonly solutionWaits: Promise<void>;
  /** Lets solutions through, those that wait and those that come. */
  letThrough(): void;
  close(): Promise<void>;
}

export async function startHoldingNode(...args: readonly string[]): Promise<HoldingNode> {
  const node = await startNode('--port', '0', ...args);
  let arrived: () => void = () => {};
  const solutionWaits = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const door = createServer(async (incoming, answer) => {
    if (incoming.url?.endsWith('/mining/solved')) {
      arrived();
      await opened;
    }
    const { method, headers } = incoming;
    const outgoing = send(new URL(incoming.url ?? '/', node.url), { method, headers });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    for (const end of [outgoing, incoming, answer]) end.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    said: () => node.program.stdout,
    solutionWaits,
    letThrough: open,
    async close() {
      open();
      door.closeAllConnections();
      await new Promise((resolve) => door.close(resolve));
      node.program.kill('SIGTERM');
      await node.program.ended;
    },
  };
}
