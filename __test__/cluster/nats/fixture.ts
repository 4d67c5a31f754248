/** A real nats-server, masters and workers on it, and units that take no hashing. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { findNats, type NatsServer, startNats } from '../../../scripts/nats.mjs';
import { joinNats } from '../../../ts/cluster/nats/client.js';
import { openNatsMaster } from '../../../ts/cluster/nats/master.js';
import type {
  NatsMaster,
  NatsMasterOptions,
  NatsWorkerOptions,
} from '../../../ts/cluster/nats/options.js';
import type {
  Capabilities,
  Lease,
  QueueEvent,
  WorkerQueue,
  WorkSpace,
  WorkSpec,
} from '../../../ts/cluster/queue.js';
import { Target, Work } from '../../../ts/index.js';

const program = findNats();
/** Skipped where there is no server. */
export const onNats = program === null ? test.skip : test;

export const capabilities: Capabilities = {
  ...{ version: '1', cores: 1, threads: 2, ramMb: 1, features: [], aes: false },
  ...{ hashesPerSecond: {}, datasets: [], serves: null },
};

/** Nothing meets it, so nothing has to be hashed. */
const HARD = Target.fromBytes(new Uint8Array(32).fill(1, 31), 'be');
const NONCES = 1_000n;

export function workOf(units: number, name = 1): { spec: WorkSpec; space: WorkSpace } {
  const work = new Work({
    ...{ algorithm: 'blake2s', hashOrder: 'le', message: new Uint8Array(100).fill(name) },
    nonce: { offset: 0, encoding: 'u64le' },
  });
  const id = name.toString(16).padStart(32, '0');
  return {
    spec: { id, lane: 'lane', work, target: HARD, shareTarget: HARD, goal: 'all' },
    space: {
      ...{ variants: 1n, nonces: { start: 0n, end: NONCES * BigInt(units) }, first: 0n },
      patchOf: () => null,
    },
  };
}

export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'pow-nats-'));
  readonly #queues: WorkerQueue[] = [];
  readonly #masters: NatsMaster[] = [];
  #server: NatsServer | null = null;

  static async open(extra = ''): Promise<Place> {
    const place = new Place();
    await place.startServer(extra);
    return place;
  }

  get server(): NatsServer {
    if (this.#server === null) throw new Error('no server');
    return this.#server;
  }

  /** Again on the same port, with what it has on its disk. */
  async startServer(extra = ''): Promise<void> {
    const folder = join(this.folder, 'server');
    const port = this.#server?.port ?? -1;
    this.#server = await startNats({ program: program ?? '', folder, port, extra });
  }

  forgetStore(): void {
    rmSync(join(this.folder, 'server', 'store'), { recursive: true, force: true });
  }

  async master(
    options: Partial<NatsMasterOptions> = {},
  ): Promise<{ master: NatsMaster; events: QueueEvent[] }> {
    const events: QueueEvent[] = [];
    const master = await openNatsMaster({
      ...{ servers: [this.server.url], fixedNonces: NONCES, proofOfScanning: false },
      onEvent: (event) => events.push(event),
      ...options,
    });
    this.#masters.push(master);
    return { master, events };
  }

  worker(options: Partial<NatsWorkerOptions> = {}): WorkerQueue {
    const queue = joinNats({ servers: [this.server.url], capabilities, ...options });
    this.#queues.push(queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close()));
    await Promise.all(this.#masters.map((master) => master.close()));
    await this.#server?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Takes leases until the queue closes. */
export function work(
  queue: WorkerQueue,
  each: (lease: Lease) => void | Promise<void>,
  most = 4,
): Promise<void> {
  const signal = new AbortController().signal;
  return (async () => {
    for await (const lease of queue.leases({ most: () => most, signal })) {
      // What is still on its way when the queue closes cannot be told any more.
      Promise.resolve(each(lease)).catch(() => {});
    }
  })();
}

/** As if all of it had been hashed. */
export async function finish(lease: Lease): Promise<void> {
  const { start, end } = lease.unit;
  const hashes = Number(end - start);
  await lease.report({ outcome: 'exhausted', scannedTo: end, shares: [], hashes });
}

/** Accepted results by unit. */
export function accepted(events: readonly QueueEvent[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const event of events) {
    if (event.kind !== 'result' || event.verdict !== 'accepted') continue;
    if (event.outcome === 'partial') continue;
    counts.set(event.unit.index, (counts.get(event.unit.index) ?? 0) + 1);
  }
  return counts;
}

export function isExhausted(events: readonly QueueEvent[]): boolean {
  return events.some(({ kind }) => kind === 'exhausted');
}
