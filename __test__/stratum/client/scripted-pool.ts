/** Pools that say what a test has them say, without sockets, and a source that is connected to them. */

import type { Found, Job } from '../../../ts/miner/ports.js';
import type { PoolAddress } from '../../../ts/stratum/client/address.js';
import type { Dial, DialEvents } from '../../../ts/stratum/client/dial.js';
import {
  type StratumNotice,
  StratumSource,
  type StratumSourceOptions,
} from '../../../ts/stratum/index.js';
import { turns, VirtualClock } from '../../miner/jobs.js';

/** The pool's end of one connection. */
export class PoolEnd {
  readonly address: PoolAddress;
  readonly #events: DialEvents;
  readonly #got: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(address: PoolAddress, events: DialEvents) {
    this.address = address;
    this.#events = events;
  }

  open(): void {
    this.#events.opened();
  }

  /** Lines as they stand, or messages. */
  say(...messages: readonly (string | object)[]): void {
    const lines = messages.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    this.#events.received(Buffer.from(`${lines.join('\n')}\n`));
  }

  close(reason = 'gone'): void {
    this.#events.closed(reason);
  }

  heard(text: string): void {
    for (const line of text.trim().split('\n')) this.#got.push(JSON.parse(line));
  }

  /** Everything that came since the last time. */
  take(): readonly Record<string, unknown>[] {
    return this.#got.splice(0);
  }
}

export class Pools {
  readonly clock = new VirtualClock();
  readonly ends: PoolEnd[] = [];
  readonly notices: StratumNotice[] = [];
  readonly source: StratumSource;
  /** Live sets, as they came. */
  readonly sets: (readonly Job[])[] = [];
  readonly #stop = new AbortController();
  readonly reading: Promise<unknown>;

  constructor(options: Partial<StratumSourceOptions> = {}) {
    const dial: Dial = (address, events) => {
      const end = new PoolEnd(address, events);
      this.ends.push(end);
      return {
        send: (text) => end.heard(text),
        close: () => {
          end.isClosed = true;
        },
      };
    };
    const url = 'stratum+tcp://pool.example.com:3333';
    const onNotice = (notice: StratumNotice) => this.notices.push(notice);
    const common = { url, user: 'u.w', seed: 1, clock: this.clock, onNotice };
    this.source = new StratumSource({ ...common, ...options }, dial);
    this.reading = this.#read().catch((error: unknown) => error);
  }

  /** The newest connection. */
  get end(): PoolEnd {
    const end = this.ends.at(-1);
    if (end === undefined) throw new Error('nobody has connected');
    return end;
  }

  /** The newest job. */
  get job(): Job {
    const job = this.sets.at(-1)?.[0];
    if (job === undefined) throw new Error('there is no job');
    return job;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.source.close();
    await this.reading;
  }

  /** Sends a solution; the pool's answer is up to the test. */
  async submit(found: Found) {
    const outcome = this.source.submit(found, this.#stop.signal);
    await turns();
    return { outcome, sent: this.end.take() };
  }

  async #read(): Promise<void> {
    for await (const set of this.source.jobs(this.#stop.signal)) this.sets.push(set);
  }
}

/** The least of a Bitcoin job. */
export const NOTIFY = {
  ...{ id: null, method: 'mining.notify' },
  params: ['j', '00'.repeat(32), '01', '02', [], '20000000', '1d00ffff', '6553f100', true],
};

/** Opens the newest connection, and has it give work. */
export async function give(pools: Pools): Promise<void> {
  pools.end.open();
  const asked = pools.end.take();
  const id = asked.find(({ method }) => method === 'mining.subscribe')?.['id'];
  pools.end.say({ id, result: [[], 'ab', 4], error: null }, NOTIFY);
  await turns();
}
