/** Follows a bucket for as long as there is a connection, and begins anew after every other one. */

import type { KvWatchEntry } from '@nats-io/kv';
import type { Clock } from '../../miner/clock.js';
import { pause } from '../../miner/pause.js';
import type { Nats } from './connection.js';
import { every } from './every.js';

/** The bucket may not be there yet: the master lays it out. */
const RETRY_MS = 500;
/** How often it is looked whether that is still the bucket that is followed. */
const LOOK_MS = 10_000;

export interface WatchHow {
  readonly bucket: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /**
   * Every key as it is now, then every change. `ageMs`: how long it had lain there when the watch
   * began, by the clock of the server; 0: it was written since.
   */
  readonly onEntry: (entry: KvWatchEntry, ageMs: number) => void;
  /** The keys that are there have been told; each time that the watch begins anew. */
  readonly onCurrent?: ((keys: ReadonlySet<string>) => void) | undefined;
}

/** Resolves when `signal` aborts. */
export async function watchBucket(nats: Nats, how: WatchHow): Promise<void> {
  const { clock, signal } = how;
  while (!signal.aborted) {
    const link = new AbortController();
    const anew = () => link.abort();
    signal.addEventListener('abort', anew, { once: true });
    nats.onReconnect.add(anew);
    try {
      await watchOnce(nats, how, link.signal);
    } catch {
      await pause(clock, RETRY_MS, signal);
    } finally {
      nats.onReconnect.delete(anew);
      signal.removeEventListener('abort', anew);
    }
  }
}

async function watchOnce(nats: Nats, how: WatchHow, link: AbortSignal): Promise<void> {
  const kv = await nats.bucket(how.bucket);
  const iterator = await kv.watch();
  const stop = () => iterator.stop();
  link.addEventListener('abort', stop, { once: true });
  if (link.aborted) stop();
  const over = new AbortController();
  try {
    const { values, streamInfo } = await kv.status();
    // One that was laid out anew counts from 1 again: of that this watch would hear nothing.
    every(how.clock, LOOK_MS, over.signal, async () => {
      const now = await kv.status().catch(() => null);
      if (now !== null && now.streamInfo.created !== streamInfo.created) stop();
    });
    const atMs = streamInfo.ts === undefined ? 0 : Date.parse(streamInfo.ts);
    await tell(iterator, { isEmpty: values === 0, atMs }, how);
  } finally {
    // Their timers would keep the process running, also after the connection.
    over.abort();
    stop();
  }
  if (!link.aborted) throw new Error(`the watch of ${how.bucket} ended`);
}

/** @param bucket - an empty one tells no entry, so it was asked how many there are, and when */
async function tell(
  entries: AsyncIterable<KvWatchEntry>,
  { isEmpty, atMs }: { readonly isEmpty: boolean; readonly atMs: number },
  { onEntry, onCurrent }: WatchHow,
): Promise<void> {
  const keys = new Set<string>();
  let isCurrent = isEmpty;
  if (isCurrent) onCurrent?.(keys);
  for await (const entry of entries) {
    onEntry(entry, Math.max(0, atMs - entry.created.getTime()));
    if (isCurrent) continue;
    if (entry.operation === 'PUT') keys.add(entry.key);
    isCurrent = entry.isUpdate || entry.delta === 0;
    if (isCurrent) onCurrent?.(keys);
  }
}
