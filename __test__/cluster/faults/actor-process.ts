/** A worker that plays a part: honest without hashing, lying, idle, or fatal for itself. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Share, WorkerQueue } from '../../../ts/cluster/queue.js';
import { patchedWork } from '../../../ts/cluster/work-of-job.js';
import { join } from '../../../ts/cluster/worker/join.js';
import type { QueueAddress } from '../../../ts/cluster/worker/options.js';
import { hash, verify } from '../../../ts/index.js';
import { answerWith } from './child.js';

export type Behaviour =
  /** Says at once that everything is hashed. */
  | { readonly kind: 'empty'; readonly most?: number }
  /** The same, with a share whose hash is wrong. */
  | { readonly kind: 'wrong hash' }
  /** A share that holds, of a nonce that another has. */
  | { readonly kind: 'foreign nonce' }
  /** Ends its process when it gets the unit that holds the nonce. */
  | { readonly kind: 'dies of'; readonly nonce: string }
  /** Takes leases and does nothing with them until they end. */
  | { readonly kind: 'idle'; readonly most: number }
  /** Honest, as if it had hashed, in as long as that takes. */
  | { readonly kind: 'paced'; readonly hashesPerSecond: number }
  /** Finds the first share of its unit one by one, and reports it after its lease has ended. */
  | { readonly kind: 'late finder' };

/** By work, when its first lease came. */
const firstMs = new Map<string, number>();
const taken: { unit: string; fence: number; endedBy: string | null }[] = [];
const MOST_ROWS = 10_000;
let queue: WorkerQueue | null = null;
let failure: string | null = null;

answerWith({
  async open({ address, behaviour }: { address: QueueAddress; behaviour: Behaviour }) {
    const capabilities = {
      ...{ version: '0.0.0', cores: 1, threads: threadsOf(behaviour), ramMb: 1 },
      ...{ features: [], aes: false },
      ...{ datasets: [], serves: null, hashesPerSecond: { blake2s: rateOf(behaviour) } },
    };
    const joined = await join(address, { capabilities, serves: undefined, onNotice: () => {} });
    queue = joined;
    play(joined, behaviour).catch((error: unknown) => {
      failure = String(error);
    });
  },
  taken: () => taken,
  'first lease': ({ work }: { work: string }) => firstMs.get(work) ?? null,
  state: () => ({ connection: queue?.connection(), lastError: queue?.lastError(), failure }),
  close: () => queue?.close(),
});

async function play(from: WorkerQueue, behaviour: Behaviour): Promise<void> {
  const most = 'most' in behaviour ? (behaviour.most ?? 2) : 2;
  const { signal } = new AbortController();
  for await (const lease of from.leases({ most: () => most, signal })) {
    const { work, index } = lease.unit;
    const row = { unit: `${work}.${index}`, fence: lease.fence, endedBy: null as string | null };
    if (taken.length < MOST_ROWS) taken.push(row);
    if (!firstMs.has(work)) firstMs.set(work, performance.timeOrigin + performance.now());
    lease.signal.addEventListener('abort', () => {
      row.endedBy = String(lease.signal.reason);
    });
    void act(lease, behaviour).catch((error: unknown) => {
      failure = String(error);
    });
  }
}

async function act(lease: Lease, behaviour: Behaviour): Promise<void> {
  const { start, end } = lease.unit;
  const whole = { outcome: 'exhausted', scannedTo: end, hashes: Number(end - start) } as const;
  switch (behaviour.kind) {
    case 'empty':
      return lease.report({ ...whole, shares: [] });
    case 'wrong hash':
      return lease.report({ ...whole, shares: [{ nonce: start, hash: new Uint8Array(32) }] });
    case 'foreign nonce':
      return lease.report({ ...whole, shares: [shareFrom(lease, end)] });
    case 'dies of': {
      const nonce = BigInt(behaviour.nonce);
      if (nonce >= start && nonce < end) process.kill(process.pid, 'SIGKILL');
      return lease.report({ ...whole, shares: [shareFrom(lease, start)] });
    }
    case 'paced':
      await sleep((Number(end - start) * 1000) / behaviour.hashesPerSecond);
      return lease.report({ ...whole, shares: [] });
    case 'late finder': {
      const share = shareFrom(lease, start);
      await ended(lease);
      const scannedTo = share.nonce + 1n;
      const hashes = Number(scannedTo - start);
      return lease.report({ outcome: 'partial', scannedTo, hashes, shares: [share] });
    }
    case 'idle':
      await ended(lease);
      return lease.release({ scannedTo: start });
  }
}

async function ended({ signal }: Lease): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** A master lends two units for each. */
function threadsOf(behaviour: Behaviour): number {
  return 'most' in behaviour ? Math.ceil((behaviour.most ?? 2) / 2) : 1;
}

function rateOf(behaviour: Behaviour): number {
  return behaviour.kind === 'paced' ? behaviour.hashesPerSecond : 1e6;
}

/** The first share from a nonce on, wherever the unit ends. */
function shareFrom({ spec, unit }: Lease, from: bigint): Share {
  const work = patchedWork(spec.work, unit.patch);
  let nonce = from;
  while (!verify(work, nonce, spec.shareTarget)) nonce += 1n;
  return { nonce, hash: hash(work, nonce) };
}
