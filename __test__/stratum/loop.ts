/** Our client on our server without sockets: a device that hashes so many times a virtual second. */

import { hash, type Solution } from '../../ts/index.js';
import type { Found, Job, Outcome } from '../../ts/miner/ports.js';
import type { Dial } from '../../ts/stratum/client/dial.js';
import { StratumSource, type StratumSourceOptions } from '../../ts/stratum/index.js';
import { turns } from '../miner/jobs.js';
import type { Desk } from './server/desk.js';

/** Dials the hub of a desk. */
function dialDesk(desk: Desk, wire: unknown[]): Dial {
  const heard = (text: string) => {
    for (const line of text.trim().split('\n')) wire.push(JSON.parse(line));
  };
  return ({ host }, events) => {
    const device = desk.connect(host);
    device.send = (text) => {
      heard(text);
      queueMicrotask(() => events.received(Buffer.from(text)));
    };
    device.close = () => queueMicrotask(() => events.closed('hung up'));
    queueMicrotask(() => events.opened());
    return {
      send: (text) => {
        heard(text);
        device.type(text);
      },
      close: () => {
        if (device.client !== null) desk.hub.closed(device.client);
      },
    };
  };
}

export interface Share {
  readonly found: Found;
  readonly atMs: number;
  readonly outcome: Outcome;
}

/** A device of a fixed speed, mining what a source gives it. */
export class LoopDevice {
  readonly source: StratumSource;
  readonly shares: Share[] = [];
  /** Every line of both sides, in order. */
  readonly wire: unknown[] = [];
  readonly #desk: Desk;
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #job: Job | null = null;
  #nonce = 0n;

  constructor(desk: Desk, options: Partial<StratumSourceOptions> & { readonly url: string }) {
    this.#desk = desk;
    this.source = new StratumSource(
      { user: 'loop', seed: 1, clock: desk.clock, ...options },
      dialDesk(desk, this.wire),
    );
    this.#reading = this.#read();
  }

  async connected(): Promise<void> {
    while (this.#job === null) await this.#turn();
  }

  /** Hashes for so long. */
  async mine(ms: number, hashesPerSecond: number): Promise<void> {
    const { clock } = this.#desk;
    const [startMs, eachMs] = [clock.now(), 1_000 / hashesPerSecond];
    let hashes = 0;
    for (; hashes * eachMs < ms; hashes++) {
      const found = this.#tryNext();
      const dueMs = startMs + hashes * eachMs;
      // Time passes in steps: an alarm is at most so late.
      if (found === null && dueMs - clock.now() < 1_000) continue;
      await clock.pass(dueMs - clock.now());
      if (found !== null) void this.#submit(found);
      await this.#turn();
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.source.close();
    await this.#reading;
  }

  async #turn(): Promise<void> {
    await turns();
    this.#desk.settle();
    await turns();
  }

  #tryNext(): Found | null {
    const job = this.#job;
    if (job === null) return null;
    const { work, roll } = job.work(0n);
    const nonce = this.#nonce;
    this.#nonce += 1n;
    const digest = hash(work, nonce);
    if (!job.target.isMetBy(digest, 'le')) return null;
    const message = work.message;
    const { offset, encoding } = work.nonce;
    const size = Number(encoding.slice(1, 3)) / 8;
    Buffer.from(message.buffer).writeUIntLE(Number(nonce), offset, size);
    const solution: Solution = { nonce, hash: digest, message };
    return { job, roll, solution };
  }

  async #submit(found: Found): Promise<void> {
    const atMs = this.#desk.clock.now();
    const outcome = await this.source.submit(found, this.#stop.signal);
    this.shares.push({ found, atMs, outcome });
  }

  async #read(): Promise<void> {
    // Nonces are counted on: a job may come again with another target.
    for await (const [job = null] of this.source.jobs(this.#stop.signal)) this.#job = job;
  }
}
