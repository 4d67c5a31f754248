/** A master and workers of the embedded adapter, in one process or several. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Capabilities, Lease, QueueEvent, Share } from '../../../ts/cluster/queue.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import type {
  TcpMaster,
  TcpMasterOptions,
  TcpWorker,
  TcpWorkerOptions,
} from '../../../ts/cluster/tcp/options.js';
import { patchedWork } from '../../../ts/cluster/work-of-job.js';
import { hashBatch } from '../../../ts/index.js';

export const CAPABILITIES: Capabilities = {
  ...{ version: 'test', cores: 1, threads: 1, ramMb: 1, features: [], aes: false },
  ...{ hashesPerSecond: {}, datasets: [], serves: null },
};

/** What a test opens, closed after it. */
export class Opened {
  readonly folder = mkdtempSync(join(tmpdir(), 'pow-native-tcp-'));
  readonly events: QueueEvent[] = [];
  readonly notices: string[] = [];
  #open: { close(): Promise<void> }[] = [];

  async master(options: Partial<TcpMasterOptions> = {}): Promise<TcpMaster> {
    const master = await openMaster({
      security: { kind: 'plain' },
      proofOfScanning: false,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
    this.#open.push(master);
    return master;
  }

  worker(master: { readonly port: number }, options: Partial<TcpWorkerOptions> = {}): TcpWorker {
    const worker = joinMaster({
      seeds: [{ host: '127.0.0.1', port: master.port }],
      security: { kind: 'plain' },
      capabilities: CAPABILITIES,
      onNotice: ({ text }) => this.notices.push(text),
      ...options,
    });
    this.#open.push(worker);
    return worker;
  }

  /** Units that were accepted, in order. */
  get accepted(): readonly number[] {
    return this.events.flatMap((event) =>
      event.kind === 'result' && event.verdict === 'accepted' && event.outcome !== 'partial'
        ? [event.unit.index]
        : [],
    );
  }

  async close(): Promise<void> {
    for (const each of this.#open.splice(0).reverse()) await each.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Hashes every nonce of the lease. */
export function sharesOf({ spec, unit, resumeAt }: Lease): Share[] {
  const work = patchedWork(spec.work, unit.patch);
  const nonces = Array.from(
    { length: Number(unit.end - resumeAt) },
    (_, i) => resumeAt + BigInt(i),
  );
  const hashes = hashBatch(nonces.map((nonce) => ({ work, nonce })));
  return nonces.flatMap((nonce, i) => {
    const hash = hashes.slice(32 * i, 32 * (i + 1));
    return spec.shareTarget.isMetBy(hash, work.hashOrder) ? [{ nonce, hash }] : [];
  });
}

/** Takes leases until the signal aborts, and hashes them honestly. */
export async function work(
  worker: TcpWorker,
  signal: AbortSignal,
  most = 4,
  doneWith: (lease: Lease) => void = () => {},
): Promise<void> {
  for await (const lease of worker.leases({ most: () => most, signal })) {
    if (lease.signal.aborted) {
      await lease.release({ scannedTo: lease.resumeAt });
      continue;
    }
    const { unit, resumeAt } = lease;
    const told = lease.report({
      ...{ outcome: 'exhausted', scannedTo: unit.end, shares: sharesOf(lease) },
      hashes: Number(unit.end - resumeAt),
    });
    doneWith(lease);
    told.catch(() => {}); // closed
  }
}
