/** What a work needs before its first hash: its dataset, on this machine's disk. */

import { PowError } from '../../errors.js';
import { monotonicClock } from '../../miner/clock.js';
import { DatasetCache } from '../datasets/cache.js';
import type { ChunkHost, DatasetRoot } from '../datasets/host.js';
import { WantedDatasets } from '../datasets/wanted.js';
import { Peer } from '../peers/peer.js';
import { PeerPort } from '../peers/port.js';
import type { Lease, NodeInfo } from '../queue.js';
import { epochOf } from '../record/fence.js';
import type { MasterAddress } from '../tcp/options.js';
import type { DatasetOptions } from './options.js';

/** Connections to nodes that have something; the one that was thought of the longest ago goes first. */
const MOST_PEERS = 64;

export interface WorkerDatasetsHow {
  /** The other nodes. */
  readonly nodes: () => readonly NodeInfo[];
  /** The master, where datasets come over the queue. */
  readonly master: () => ChunkHost | undefined;
  /** Told when there is another dataset here. */
  readonly onChange: () => void;
}

export class WorkerDatasets {
  readonly cache: DatasetCache;
  readonly #options: DatasetOptions;
  readonly #how: WorkerDatasetsHow;
  readonly #wanted: WantedDatasets;
  readonly #peers = new Map<string, Peer>();
  #port: PeerPort | null = null;
  /** Roots, as they were told last. */
  #told = '';

  private constructor(options: DatasetOptions, how: WorkerDatasetsHow) {
    this.cache = new DatasetCache(options);
    this.#options = options;
    this.#how = how;
    this.#wanted = new WantedDatasets({
      ...{ cache: this.cache, clock: monotonicClock, random: Math.random },
      hosts: (root) => this.#hosts(root),
    });
  }

  /** Rejects with `POW_WORKER` where it cannot listen for peers, `POW_ARGUMENT` for bad certificates. */
  static async open(options: DatasetOptions, how: WorkerDatasetsHow): Promise<WorkerDatasets> {
    const datasets = new WorkerDatasets(options, how);
    const { peers } = options;
    if (peers !== undefined && 'listen' in peers) {
      datasets.#port = await PeerPort.open({
        ...{ address: peers.listen, tls: peers.tls, clock: monotonicClock, chunks: datasets.cache },
      });
    }
    return datasets;
  }

  /** Where peers get them; `null`: nowhere. */
  get serves(): MasterAddress | null {
    const { peers } = this.#options;
    if (peers === undefined) return null;
    if ('servedAt' in peers) return peers.servedAt;
    if (this.#port === null) return null;
    return { host: peers.advertise ?? peers.listen.host, port: this.#port.port };
  }

  /** Rejects with the reason of the lease's signal, or why the dataset cannot be had. */
  async prepare({ spec, fence, signal }: Lease): Promise<void> {
    const { dataset } = spec;
    if (dataset === undefined) return;
    if (!this.#wanted.name(epochOf(fence), dataset)) {
      throw new PowError('POW_SOURCE', `dataset ${dataset} is named by a master of the past`);
    }
    await this.#wanted.ready(dataset, signal);
    // Not their number: one may have taken the place of another.
    const roots = this.cache.roots().join();
    if (roots === this.#told) return;
    this.#told = roots;
    this.#how.onChange();
  }

  async close(): Promise<void> {
    await this.#wanted.close();
    this.#port?.close();
    for (const peer of this.#peers.values()) peer.close();
  }

  /** Peers that have it, as many as there can be at once, then the master. */
  #hosts(root: DatasetRoot): readonly ChunkHost[] {
    const { nodes, master } = this.#how;
    const own = this.serves;
    const places = nodes().flatMap(({ capabilities: { datasets, serves } }) => {
      if (serves === null || !datasets.includes(root)) return [];
      const isOwn = serves.host === own?.host && serves.port === own.port;
      return isOwn ? [] : serves;
    });
    const peers = places.slice(0, MOST_PEERS).flatMap((place) => this.#peer(place));
    return [...peers, master() ?? []].flat();
  }

  /** Over mTLS only: without certificates the master relays. */
  #peer(address: MasterAddress): readonly Peer[] {
    const { peers } = this.#options;
    if (peers === undefined) return [];
    const name = `${address.host}:${address.port}`;
    const known = this.#peers.get(name);
    const peer = known ?? new Peer({ address, tls: peers.tls, clock: monotonicClock });
    this.#peers.delete(name); // so that it is the newest
    this.#peers.set(name, peer);
    const [oldest] = this.#peers;
    if (this.#peers.size > MOST_PEERS && oldest !== undefined) {
      oldest[1].close();
      this.#peers.delete(oldest[0]);
    }
    return [peer];
  }
}
