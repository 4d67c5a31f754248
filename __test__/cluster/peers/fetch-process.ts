/** Who fetches a dataset, as a program: to be killed. */

import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { fetchDataset } from '../../../ts/cluster/datasets/fetch.js';
import { Peer } from '../../../ts/cluster/peers/peer.js';
import type { MutualTls } from '../../../ts/cluster/tcp/options.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { answerWith } from '../faults/child.js';

interface FetchHow {
  readonly folder: string;
  readonly root: string;
  /** `HOST:PORT`. */
  readonly address: string;
  readonly tls: MutualTls;
}

let done = 0;

answerWith({
  async fetch({ folder, root, address, tls }: FetchHow) {
    const [host = '', port] = address.split(':');
    const peer = new Peer({ address: { host, port: Number(port) }, tls, clock: monotonicClock });
    const { path } = await fetchDataset(root, {
      ...{ cache: new DatasetCache({ folder }), clock: monotonicClock, hosts: () => [peer] },
      ...{ random: Math.random, signal: new AbortController().signal },
      progress: (now) => {
        done = now;
      },
    });
    return path;
  },
  done: () => done,
});
