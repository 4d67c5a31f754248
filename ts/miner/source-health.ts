/** How the connection of a source is doing, told in as few words as will do. */

import type { NodeFailure } from './node-failure.js';
import type { SourceStatus } from './ports.js';

/** Something that people may want to know. One line, no control characters. */
export interface Notice {
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
}

/** A failure that goes on is told again after so long. */
const REMIND_MS = 60_000;

export class SourceHealth {
  readonly #onNotice: (notice: Notice) => void;
  readonly #toldAtMs = new Map<string, number>();
  #connection: SourceStatus['connection'] = 'connecting';
  #hasConnected = false;
  #reconnects = 0;
  #lastError: string | null = null;

  constructor(onNotice: (notice: Notice) => void) {
    this.#onNotice = onNotice;
  }

  get connection(): SourceStatus['connection'] {
    return this.#connection;
  }

  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  get reconnects(): number {
    return this.#reconnects;
  }

  get lastError(): string | null {
    return this.#lastError;
  }

  /** @param node - a word on which one: `network mainnet01` */
  succeeded(node: string): void {
    if (this.#connection === 'connected' || this.#connection === 'closed') return;
    if (this.#hasConnected) this.#reconnects += 1;
    const again = this.#hasConnected ? ' again' : '';
    this.#connection = 'connected';
    this.#hasConnected = true;
    this.#toldAtMs.clear();
    this.#onNotice({ level: 'info', text: `the node gives work${again}, ${node}` });
  }

  failed(what: string, failure: NodeFailure, nowMs: number): void {
    if (what === 'work' && this.#connection === 'connected') this.#connection = 'lost';
    this.#lastError = `${what}: ${failure.message}`;
    const toldAtMs = this.#toldAtMs.get(`${what} ${failure.kind} ${failure.status}`);
    if (toldAtMs !== undefined && nowMs - toldAtMs < REMIND_MS) return;
    this.#toldAtMs.set(`${what} ${failure.kind} ${failure.status}`, nowMs);
    this.#onNotice({ level: 'warn', text: this.#lastError });
  }

  closed(): void {
    this.#connection = 'closed';
  }
}
