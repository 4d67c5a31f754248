/** Datasets of a cluster on NATS: in an object store, put there by the master. */

import { Buffer } from 'node:buffer';
import type { ObjectStore } from '@nats-io/obj';
import { PowError } from '../../errors.js';
import { pause } from '../../miner/pause.js';
import { RETRY_RULE, Retry } from '../../miner/retry.js';
import { type ChunkHost, LIST_INDEX } from '../datasets/host.js';
import { readList } from '../datasets/list.js';
import { keepDataset, ObjectHost, openObjects } from '../datasets/objects.js';
import type { CheckedNode } from './checked-options.js';
import type { Nats } from './connection.js';
import type { NatsDataset } from './options.js';
import { textOf } from './text-of.js';

/** @param nats - resolves once there is a connection */
export function chunksOf(nats: () => Promise<Nats>, bucket: string): ChunkHost {
  let opening: Promise<ObjectStore | null> | null = null;
  return new ObjectHost(async () => {
    const own = opening ?? nats().then(({ js }) => openObjects(js, bucket, null));
    opening = own;
    // A bucket that is not there yet is looked for again.
    const store = await own.catch(() => null);
    if (store === null && opening === own) opening = null;
    return store;
  });
}

/** Puts a dataset into the store while the master goes on, and tries again until it is there. */
export class Stocking {
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;

  constructor(
    nats: Nats,
    node: CheckedNode,
    dataset: NatsDataset,
    replicas: number,
    failed: (text: string) => void,
  ) {
    this.#over = this.#stock(nats, node, dataset, replicas, failed);
  }

  async end(): Promise<void> {
    this.#stop.abort(new PowError('POW_CLOSED', 'the master ends'));
    await this.#over;
  }

  async #stock(
    { js }: Nats,
    { names, clock, random }: CheckedNode,
    { root, from }: NatsDataset,
    replicas: number,
    failed: (text: string) => void,
  ): Promise<void> {
    const { signal } = this.#stop;
    const retry = new Retry(RETRY_RULE, random);
    while (!signal.aborted) {
      try {
        const encoded = await from.get(root, LIST_INDEX, signal);
        if (encoded === null) throw new Error(`dataset ${root} is not here`);
        const store = await openObjects(js, names.datasets, replicas);
        if (store === null) throw new Error('no bucket');
        await keepDataset(store, from, readList(Buffer.from(encoded), root), signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        failed(`the dataset is not in the store yet: ${textOf(error)}`);
        await pause(clock, retry.failed(clock.now()), signal);
      }
    }
  }
}
