/**
 * Datasets in an object store of NATS: one object for each chunk, so that a fetch goes on where it
 * was, and one for the list. The store checks a digest of its own; ours counts.
 */

import type { JetStreamClient } from '@nats-io/jetstream';
import type { ObjectStore } from '@nats-io/obj';
import { hearAbort, unhearAbort } from '../../core/abort.js';
import { type ChunkHost, type DatasetRoot, LIST_INDEX } from './host.js';
import { CHUNK_BYTES, type DatasetList, lengthOf } from './list.js';

/** Chunks on their way into the store at once. */
const AT_ONCE = 4;

/** @param replicas - of a bucket that is made where it is missing; `null`: it is there, or the answer is `null` */
export async function openObjects(
  js: JetStreamClient,
  bucket: string,
  replicas: number | null,
): Promise<ObjectStore | null> {
  const { Objm, setSha256Backend } = await import('@nats-io/obj');
  setSha256Backend('native'); // the other one takes longer than everything else together
  const objects = new Objm(js);
  if (replicas !== null) return objects.create(bucket, { replicas, storage: 'file' });
  return objects.open(bucket).catch(() => null);
}

export class ObjectHost implements ChunkHost {
  readonly name = 'objects';
  readonly #store: () => Promise<ObjectStore | null>;

  /** @param store - opened where something is wanted of it; `null`: there is none (yet) */
  constructor(store: () => Promise<ObjectStore | null>) {
    this.#store = store;
  }

  async get(root: DatasetRoot, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    const store = await this.#store();
    signal.throwIfAborted();
    const found = (await store?.get(nameOf(root, index))) ?? null;
    if (found === null) return null;
    const error = found.error.catch((why: unknown) => why); // it is told of what we stopped, too
    const bytes = await read(found.data, signal);
    const wrong = await error;
    if (wrong) throw wrong;
    return bytes;
  }
}

/**
 * Puts what is missing of a dataset into the store, the list last, and takes out all others.
 *
 * @param from - has all of it
 * @returns rejects with `signal.reason`, or the error of the store
 */
export async function keepDataset(
  store: ObjectStore,
  from: ChunkHost,
  list: DatasetList,
  signal: AbortSignal,
): Promise<void> {
  const { root } = list;
  const indexes = Array.from({ length: list.chunks }, (_, index) => index).values();
  const put = async () => {
    for (const index of indexes)
      await keep(store, from, root, index, lengthOf(list, index), signal);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, put));
  await keep(store, from, root, LIST_INDEX, list.encoded.length, signal);
  for (const { name } of await store.list()) {
    signal.throwIfAborted();
    if (!name.startsWith(`${root}.`)) await store.delete(name);
  }
}

async function keep(
  store: ObjectStore,
  from: ChunkHost,
  root: DatasetRoot,
  index: number,
  length: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const name = nameOf(root, index);
  const there = await store.info(name);
  if (there !== null && !there.deleted && there.size === length) return;
  const bytes = await from.get(root, index, signal);
  if (bytes === null) throw new Error(`chunk ${index} of dataset ${root} is not there any more`);
  await store.putBlob({ name }, bytes);
}

/** Reads one chunk and no more, whatever lies there; gives up with `signal`. */
async function read(data: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = data.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  hearAbort(signal, stop);
  try {
    while (length <= CHUNK_BYTES) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(parts);
      parts.push(value);
      length += value.length;
    }
  } finally {
    unhearAbort(signal, stop);
  }
  stop();
  throw new Error('the object is larger than a chunk');
}

function nameOf(root: DatasetRoot, index: number): string {
  return index === LIST_INDEX ? `${root}.list` : `${root}.${index}`;
}
