/** A peer that says what a test wants said, byte by byte if need be. */

import { constants } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeFrame } from '../../../ts/cluster/wire/frame.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { Hello, Message, MessageKind, MessageOf } from '../../../ts/cluster/wire/messages.js';
import { until } from '../../until.js';
import { CAPABILITIES } from './fixture.js';

export class RawPeer {
  readonly socket: Socket;
  readonly heard: Message[] = [];
  /** As they came. */
  readonly bytes: Buffer[] = [];
  isClosed = false;
  error = '';
  #seq = 0;

  constructor(socket: Socket, how: { readonly reads: boolean } = { reads: true }) {
    this.socket = socket;
    const reader = new FrameReader({ from: 'master' });
    socket.on('error', (error) => {
      this.error = 'code' in error ? String(error.code) : error.message;
    });
    socket.on('close', () => {
      this.isClosed = true;
    });
    if (!how.reads) return;
    socket.on('data', (bytes: Buffer) => {
      this.bytes.push(bytes);
      reader.push(bytes);
      try {
        for (let frame = reader.next(); frame !== null; frame = reader.next()) {
          this.heard.push(decodeFrame(frame));
        }
      } catch {
        // An answer in frames of version 1.
      }
    });
  }

  static async open(port: number, how?: { readonly reads: boolean }): Promise<RawPeer> {
    const peer = new RawPeer(connect({ host: '127.0.0.1', port }), how);
    await until('connected', () => peer.isClosed || !peer.socket.connecting);
    return peer;
  }

  static async secure(port: number, identity: string, secret: string): Promise<RawPeer> {
    const socket = connectTls({
      ...{ host: '127.0.0.1', port, minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
      secureOptions: constants.SSL_OP_NO_TICKET,
      pskCallback: () => ({ identity, psk: Buffer.from(secret, 'hex') }),
      checkServerIdentity: () => undefined,
    });
    const peer = new RawPeer(socket);
    await once(socket, 'secureConnect');
    return peer;
  }

  frame(message: Message): Uint8Array {
    const frame = encodeFrame(message, this.#seq);
    this.#seq += 1;
    return frame;
  }

  say(message: Message): void {
    this.socket.write(this.frame(message));
  }

  /** Says HELLO, and waits for the answer. */
  async join(more: Partial<Hello> = {}): Promise<void> {
    this.say({ ...HELLO, ...more });
    await until('an answer to HELLO', () => this.isClosed || this.has('hello-reply'));
  }

  has(kind: MessageKind): boolean {
    return this.heard.some((message) => message.kind === kind);
  }

  of<Kind extends MessageKind>(kind: Kind): readonly MessageOf<Kind>[] {
    return this.heard.filter((message) => message.kind === kind) as MessageOf<Kind>[];
  }

  async closed(): Promise<void> {
    await until('closed', () => this.isClosed);
  }
}

export const HELLO: Hello = {
  ...{ kind: 'hello', id: '00112233445566778899aabbccddeeff', name: 'raw', role: 'worker' },
  ...{ version: 2, nonce: new Uint8Array(16), epochSeen: 0, capabilities: CAPABILITIES, held: [] },
};
