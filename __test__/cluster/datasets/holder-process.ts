/** A worker that has a dataset and serves it to its master, as a program: to be killed. */

import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import type { MasterAddress, TcpWorker, WorkerSecurity } from '../../../ts/cluster/tcp/options.js';
import { answerWith } from '../faults/child.js';

export interface HolderHow {
  readonly file: string;
  readonly folder: string;
  readonly master: MasterAddress;
  readonly security: WorkerSecurity;
}

let worker: TcpWorker | null = null;
let served = 0;

answerWith({
  async open({ file, folder, master, security }: HolderHow) {
    const cache = new DatasetCache({ folder });
    const { list } = await cache.add(file);
    worker = joinMaster({
      ...{ seeds: [master], security },
      capabilities: {
        ...{ version: '0.0.0', cores: 1, threads: 1, ramMb: 1, features: [], aes: false },
        ...{ datasets: [list.root], serves: null, hashesPerSecond: {} },
      },
      serves: {
        name: 'holder',
        async get(root, index) {
          served += 1;
          return cache.get(root, index);
        },
      },
    });
  },
  connection: () => worker?.connection(),
  served: () => served,
});
