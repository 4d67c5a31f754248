/** A host of datasets as a program: serves the file that it is given, well or badly. */

import { setTimeout as sleep } from 'node:timers/promises';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { type ChunkHost, LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { PeerPort } from '../../../ts/cluster/peers/port.js';
import type { MutualTls } from '../../../ts/cluster/tcp/options.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { answerWith } from '../faults/child.js';

export interface HostHow {
  readonly folder: string;
  readonly file: string;
  readonly tls: MutualTls;
  /** Before each chunk. */
  readonly delayMs?: number;
  /** Every chunk has one bit that is wrong. */
  readonly lies?: boolean;
}

let served = 0;

answerWith({
  async open({ folder, file, tls, delayMs = 0, lies = false }: HostHow) {
    const cache = new DatasetCache({ folder });
    const { list } = await cache.add(file);
    const chunks: ChunkHost = {
      name: 'host',
      async get(root, index) {
        const bytes = await cache.get(root, index);
        if (index === LIST_INDEX) return bytes;
        await sleep(delayMs);
        served += 1;
        if (lies && bytes !== null) bytes[0] = (bytes[0] ?? 0) ^ 1;
        return bytes;
      },
    };
    const address = { host: '127.0.0.1', port: 0 };
    const { port } = await PeerPort.open({ address, tls, clock: monotonicClock, chunks });
    return { port, root: list.root };
  },
  served: () => served,
});
