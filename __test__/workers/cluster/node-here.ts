/** A worker of a cluster in this process, for as long as the master. */

import { ClusterWorkerNode } from '../../../ts/cluster/worker/node.js';
import type { ClusterWorkerNodeOptions } from '../../../ts/cluster/worker/options.js';
import type { ClusterWorker } from '../../../ts/workers/cluster.js';

/** Joins the master and hashes for it with one thread, until the master is closed. */
export async function hashAsNode(
  master: ClusterWorker,
  rest: Partial<ClusterWorkerNodeOptions> = {},
): Promise<ClusterWorkerNode> {
  const { address } = master;
  if (address === null) throw new Error('it does not listen');
  const node = await ClusterWorkerNode.open({
    queue: { adapter: 'tcp', seeds: [address], security: { kind: 'plain' } },
    ...{ threads: 1, priority: 'normal', ...rest },
  });
  const close = master.close.bind(master);
  master.close = async () => {
    await node.close();
    await close();
  };
  return node;
}
