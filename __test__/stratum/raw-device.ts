/** A device as a bare socket: what it sends is up to the test. */

import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inTime } from '../until.js';
import type { Line } from './server/desk.js';

export class RawDevice {
  readonly socket: Socket;
  readonly lines: Line[] = [];
  isClosed = false;
  #rest = '';
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const parts = (this.#rest + text).split('\n');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) if (part !== '') this.lines.push(JSON.parse(part));
      this.#look();
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#look();
    });
  }

  static tcp(port: number): RawDevice {
    return new RawDevice(connect({ port, host: '127.0.0.1' }));
  }

  static tls(port: number, ca: string): RawDevice {
    return new RawDevice(connectTls({ port, host: '127.0.0.1', ca }));
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  call(method: string, params: readonly unknown[], id: unknown = 1): void {
    this.write(`${JSON.stringify({ id, method, params })}\n`);
  }

  /** Resolves with the first line that is as wanted; rejects when the connection ends before. */
  until(isWanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return inTime(this.#until(isWanted), `a line with ${isWanted}`);
  }

  async notify(): Promise<readonly unknown[]> {
    const line = await this.until(({ method }) => method === 'mining.notify');
    return line['params'] as readonly unknown[];
  }

  answer(id: unknown): Promise<Record<string, unknown>> {
    return this.until((line) => line['id'] === id);
  }

  closed(): Promise<void> {
    return inTime(this.#closed(), 'the connection ends');
  }

  async #until(
    isWanted: (line: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.lines.find((line) => !Array.isArray(line) && isWanted(line as never));
      if (found !== undefined) return found as Record<string, unknown>;
      if (this.isClosed) throw new Error(`closed after ${JSON.stringify(this.lines.slice(-3))}`);
      await new Promise<void>((wake) => this.#waiting.add(wake));
    }
  }

  async #closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((wake) => this.#waiting.add(wake));
  }

  #look(): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of all) wake();
  }
}
