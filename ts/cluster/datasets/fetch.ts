/** Brings a dataset into the cache, from as many hosts as have it. */

import type { Clock } from '../../miner/clock.js';
import { pause } from '../../miner/pause.js';
import type { DatasetCache, DatasetFile } from './cache.js';
import { type ChunkHost, type DatasetRoot, LIST_INDEX } from './host.js';
import { type DatasetList, isChunk, readList } from './list.js';
import type { PartFile } from './part-file.js';
import { FetchPlan } from './plan.js';
import { Pump } from './pump.js';

export interface FetchOptions {
  readonly cache: DatasetCache;
  /** Those that may have it now; asked again whenever something is wanted. Names are unique. */
  hosts(root: DatasetRoot): readonly ChunkHost[];
  readonly clock: Clock;
  /** 0 to 1: spreads the pauses after failures. */
  random(): number;
  readonly signal: AbortSignal;
  /** A host whose bytes were wrong. */
  corrupt?(host: ChunkHost, index: number): void;
  progress?(done: number, chunks: number): void;
}

/** How often a process looks whether another one, of the same cache, has finished. */
const LOOK_AGAIN_MS = 200;

/**
 * Tries until it succeeds: hosts may come later.
 *
 * @returns the dataset, once it is whole, each chunk hashed, and on the disk; rejects with
 *   `signal.reason`, `POW_ARGUMENT` when it is larger than the cache may be, or the error of the disk
 */
export async function fetchDataset(root: DatasetRoot, options: FetchOptions): Promise<DatasetFile> {
  const { cache, clock, signal } = options;
  for (;;) {
    signal.throwIfAborted();
    const whole = await cache.open(root);
    if (whole !== null) return whole;
    const part = await cache.begin(await listFor(root, options));
    if (part === null) await pause(clock, LOOK_AGAIN_MS, signal);
    else await fill(part, options);
  }
}

async function listFor(root: DatasetRoot, options: FetchOptions): Promise<DatasetList> {
  const known = await options.cache.list(root);
  if (known !== null) return known;
  let list: DatasetList | null = null;
  const plan = new FetchPlan([LIST_INDEX], options.random);
  await new Pump(plan, root, options, async (_index, bytes) => {
    list ??= listIn(bytes, root);
    return list !== null;
  }).run();
  if (list === null) throw new Error('unreachable: the plan ends with the list');
  await options.cache.keepList(list);
  return list;
}

function listIn(bytes: Uint8Array, root: DatasetRoot): DatasetList | null {
  try {
    return readList(bytes, root);
  } catch {
    return null;
  }
}

async function fill(part: PartFile, options: FetchOptions): Promise<void> {
  const { list } = part;
  try {
    options.progress?.(part.done, list.chunks);
    const plan = new FetchPlan(part.missing(), options.random);
    await new Pump(plan, list.root, options, async (index, bytes) => {
      if (!isChunk(list, index, bytes)) return false;
      if (part.has(index)) return true;
      await part.write(index, bytes);
      options.progress?.(part.done, list.chunks);
      return true;
    }).run();
  } finally {
    await options.cache.end(part);
  }
}
