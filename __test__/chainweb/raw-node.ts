/** A node made of a socket and what a test says: every byte that comes in is kept. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Everything up to and with the blank line, as it came. */
  readonly head: string;
  readonly body: Buffer;
}

/** The bytes of an answer, or what to do with the socket instead. */
export type RawReply = string | Uint8Array | ((socket: Socket) => void);

export interface RawNode {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** Connections that stand now. */
  readonly open: ReadonlySet<Socket>;
}

/** The socket is left as it is. */
export const hang: RawReply = () => {};
export const drop: RawReply = (socket) => socket.destroy();

/** A whole answer. */
export function reply(
  status: number,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = Buffer.from(body as string);
  const all = { 'Content-Length': String(bytes.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Said\r\n${lines.join('')}\r\n`), bytes]);
}

/** The head of an event stream, and its first bytes. */
export function streamOf(text: string): Buffer {
  const headers = 'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n';
  return Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n${chunkOf(text)}`);
}

export function chunkOf(text: string): string {
  return text === '' ? '' : `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const info = (network = 'development', chains = ['0', '1']) =>
  reply(200, JSON.stringify({ nodeVersion: network, nodeChains: chains }));

/** Runs `use` with a node that answers as told, and ends it, whatever happens. */
export async function withRawNode(
  answer: (request: RawRequest) => RawReply,
  use: (node: RawNode) => Promise<void>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<void> {
  const requests: RawRequest[] = [];
  const open = new Set<Socket>();
  const serve = (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {});
    readRequests(socket, (request) => {
      requests.push(request);
      const said = answer(request);
      if (typeof said === 'function') said(socket);
      else socket.write(said);
    });
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const scheme = tls === undefined ? 'http' : 'https';
    await use({ url: `${scheme}://127.0.0.1:${port}`, requests, open });
  } finally {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function readRequests(socket: Socket, take: (request: RawRequest) => void): void {
  let bytes = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    bytes = Buffer.concat([bytes, part]);
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n') + 4;
      if (end < 4) return;
      const head = bytes.toString('latin1', 0, end);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (bytes.length < end + length) return;
      const [, method = '', path = ''] = /^(\S+) (\S+)/.exec(head) ?? [];
      take({ method, path, head, body: Buffer.from(bytes.subarray(end, end + length)) });
      bytes = Buffer.from(bytes.subarray(end + length));
    }
  });
}
