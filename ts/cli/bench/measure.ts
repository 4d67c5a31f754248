import { performance } from 'node:perf_hooks';
import { messageOf } from '../../core/message.js';
import { workPlan } from '../../core/work.js';
import { Engine, hash, NonceRange, Target, Work } from '../../index.js';
import type { PeerHash } from './peers.js';
import type { BenchWork } from './works.js';

/** Windows per figure; the fastest counts, since other programs can only slow one down. */
const WINDOWS = 3;
/** Hashes between two looks at the clock. */
const PEER_BATCH = 500;
/** Hashed per thread before the clock runs: portable threads take their time to start. */
const WARM_UP_NONCES = 4096n;
/** No hash is at or below it, as far as anyone will ever see. */
export const HOPELESS = Target.fromBigInt(0n);

export interface MeasureOptions {
  /** How long one figure takes, about. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** Hashes per second of `mine()` over the public API, with the promise and all. */
export async function measureMine(
  row: BenchWork,
  threads: number,
  options: MeasureOptions,
): Promise<number> {
  // Not at the default priority: another program should not decide what is measured.
  const engine = new Engine({ threads, priority: 'normal' });
  try {
    const work = new Work(row.work);
    const range = new NonceRange(0n, WARM_UP_NONCES * BigInt(threads));
    await engine.mine(work, { target: HOPELESS, range, signal: options.signal });
    let best = 0;
    for (let window = 0; window < WINDOWS; window++) {
      best = Math.max(best, await mineFor(engine, work, options));
    }
    return best;
  } finally {
    await engine.close();
  }
}

async function mineFor(engine: Engine, work: Work, options: MeasureOptions): Promise<number> {
  options.signal.throwIfAborted();
  const over = AbortSignal.timeout(Math.ceil(options.milliseconds / WINDOWS));
  const signal = AbortSignal.any([over, options.signal]);
  const hashesBefore = engine.stats().hashes;
  const startMs = performance.now();
  while (!over.aborted) {
    // A small range on many cores ends before the window does: then again.
    await engine.mine(work, { target: HOPELESS, signal }).catch((error: unknown) => {
      if (!over.aborted || options.signal.aborted) throw error;
    });
  }
  const elapsedMs = performance.now() - startMs;
  return ((engine.stats().hashes - hashesBefore) * 1000) / elapsedMs;
}

/**
 * Hashes per second of another package on one thread: one call per nonce, written in place.
 *
 * @throws Error when its first answers are wrong: then its speed means nothing
 */
export function measurePeer(row: BenchWork, peer: PeerHash, options: MeasureOptions): number {
  const work = new Work(row.work);
  const { message, write } = nonceWriter(work);
  for (let nonce = 0; nonce < 3; nonce++) {
    write(nonce);
    if (Buffer.compare(peer(message), hash(work, BigInt(nonce))) !== 0) {
      throw new Error(`wrong hash for nonce ${nonce} of ${row.layout}`);
    }
  }
  let best = 0;
  let nonce = 0;
  for (let window = 0; window < WINDOWS; window++) {
    options.signal.throwIfAborted();
    const startMs = performance.now();
    const endMs = startMs + options.milliseconds / WINDOWS;
    const first = nonce;
    let nowMs = startMs;
    while (nowMs < endMs) {
      for (const end = nonce + PEER_BATCH; nonce < end; nonce++) {
        write(nonce);
        peer(message);
      }
      nowMs = performance.now();
    }
    best = Math.max(best, ((nonce - first) * 1000) / (nowMs - startMs));
  }
  return best;
}

/** The message with nonce 0 in it, and what puts another (below 2^32, 10^8) in its place. */
export function nonceWriter(work: Work): {
  message: Uint8Array;
  write: (nonce: number) => void;
} {
  const { offset, encoding, digits } = work.nonce;
  const message = messageOf(workPlan(work, 'work'), 0n);
  if (encoding === 'u32le' || encoding === 'u64le') {
    const view = new DataView(message.buffer);
    return { message, write: (nonce) => view.setUint32(offset, nonce, true) };
  }
  if (encoding !== 'decimal' || digits === undefined) {
    throw new Error(`no peer is timed on ${encoding} nonces of natural width`);
  }
  const write = (nonce: number) => {
    let rest = nonce;
    for (let at = offset + digits - 1; at >= offset; at--) {
      message[at] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  };
  return { message, write };
}
