/** A node on a port of its own, and a client with no cleverness at all. */

import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import {
  decodeWorkResponse,
  encodeWorkHeader,
  type WorkHeader,
} from '../../../ts/chainweb/codec.js';
import { type Devnet, type DevnetOptions, openDevnet } from '../../../ts/chainweb/index.js';

export const PREFIX = '/chainweb/0.0/development';
export const MINER = JSON.stringify({
  account: 'k:00',
  predicate: 'keys-all',
  'public-keys': ['00'],
});
export const JSON_BODY = { 'Content-Type': 'application/json' };
export const OCTET_BODY = { 'Content-Type': 'application/octet-stream' };

/** Whatever takes longer than this hangs, and its test fails. */
const OVERDUE_MS = 240_000;

/** Runs `use` with a node and closes it, whatever happens. */
export async function withDevnet(
  options: DevnetOptions,
  use: (devnet: Devnet) => Promise<void>,
): Promise<void> {
  const devnet = await openDevnet({ port: 0, proofOfWork: false, ...options });
  try {
    await use(devnet);
  } finally {
    await devnet.close();
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Rejects when the connection ends before the answer does. */
export function ask(devnet: Devnet, path: string, how: Ask = {}): Promise<Reply> {
  const { method = 'GET', headers = {}, body = '' } = how;
  return new Promise((resolve, reject) => {
    const agent = new Agent();
    const length = { 'Content-Length': Buffer.byteLength(body) };
    const sent = request(
      devnet.url + path,
      { agent, method, timeout: OVERDUE_MS, headers: { ...length, ...headers } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers: received } = response;
          resolve({ status: statusCode, headers: received, body: Buffer.concat(parts) });
        });
      },
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${path}`)));
    sent.end(body);
  });
}

export function askWork(devnet: Devnet, query = '', body = MINER): Promise<Reply> {
  return ask(devnet, `${PREFIX}/mining/work${query}`, { headers: JSON_BODY, body });
}

/** Work of a chain, decoded. */
export async function workOf(devnet: Devnet, chain: number): Promise<WorkHeader> {
  const { status, body } = await askWork(devnet, `?chain=${chain}`);
  if (status !== 200) throw new Error(`expected work, got ${status}`);
  return decodeWorkResponse(body).header;
}

export function askSolved(devnet: Devnet, body: Uint8Array): Promise<Reply> {
  return ask(devnet, `${PREFIX}/mining/solved`, { method: 'POST', headers: OCTET_BODY, body });
}

/** Grows a chain by one block, on a node without proof of work. */
export async function grow(devnet: Devnet, chain: number): Promise<Reply> {
  return askSolved(devnet, encodeWorkHeader(await workOf(devnet, chain)));
}

/** One connection, byte by byte. */
export interface RawConnection {
  /** Everything received so far. */
  received(): string;
  /** Resolves when enough was received; rejects when the connection ends before. */
  until(wanted: string | ((received: string) => boolean)): Promise<void>;
  /** Resolves when the connection has closed. */
  ended(): Promise<void>;
  destroy(): void;
}

/** Sends these bytes, and no others. */
export function sendRaw(devnet: Devnet, bytes: string | Uint8Array): RawConnection {
  const { hostname, port } = new URL(devnet.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  let over = false;
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of [...waiting]) check();
  };
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    look();
  });
  socket.on('error', () => {});
  const overdue = setTimeout(() => socket.destroy(), OVERDUE_MS);
  socket.on('close', () => {
    clearTimeout(overdue);
    over = true;
    look();
  });
  socket.write(bytes);
  const when = (isTrue: () => boolean, mayEnd: boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!isTrue() && !over) return;
        waiting.delete(check);
        if (isTrue() || mayEnd) resolve();
        else reject(new Error(`connection ended after ${JSON.stringify(text)}`));
      };
      waiting.add(check);
      check();
    });
  return {
    received: () => text,
    until: (wanted) =>
      when(() => (typeof wanted === 'string' ? text.includes(wanted) : wanted(text)), false),
    ended: () => when(() => over, true),
    destroy: () => socket.destroy(),
  };
}

/** The request for the updates of a chain, as the official client sends it. */
export function updatesRequest(chain: number): Uint8Array {
  const body = Buffer.alloc(4);
  body.writeUInt32LE(chain);
  const head = [
    `GET ${PREFIX}/mining/updates HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/octet-stream',
    'Content-Length: 4',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
