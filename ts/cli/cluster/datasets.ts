/** Where a worker keeps datasets, and whom it exchanges them with: settings made into options. */

import type { ChunkHost } from '../../cluster/datasets/host.js';
import type { MutualTls } from '../../cluster/tcp/options.js';
import type { DatasetOptions } from '../../cluster/worker/options.js';
import { openCache } from '../../workers/cluster/dataset.js';
import type { Settings } from '../config/schema.js';
import { UsageError } from '../exit.js';
import { type JoinAddress, reachableHost } from './join.js';

/**
 * @param queue - whose certificates are those of peers, too
 * @returns `undefined`: works that need a dataset are given back
 * @throws UsageError
 */
export function datasetsOf(
  settings: Pick<Settings['cluster'], 'datasetFolder' | 'datasetPort' | 'host'>,
  queue: JoinAddress,
): DatasetOptions | undefined {
  const { datasetFolder: folder, datasetPort: port } = settings;
  if (port === undefined) return folder === undefined ? undefined : { folder };
  if (folder === undefined) {
    const why = 'expected beside --cluster-datasets-port: the path of a folder';
    throw new UsageError('--cluster-datasets', why);
  }
  const tls = certificatesOf(queue);
  if (tls === null) {
    const files = '--cluster-tls-key, --cluster-tls-cert and --cluster-tls-ca';
    throw new UsageError('--cluster-datasets-port', `expected beside certificates: ${files}`);
  }
  const host = reachableHost(settings.host);
  return { folder, peers: { listen: { host, port }, tls } };
}

/**
 * Serves what lies in the folder, also what a thread or another process brings there later.
 *
 * @throws PowError `POW_ARGUMENT` (`datasetFolder`) for a folder that cannot be made
 */
export function servedFrom(folder: string): ChunkHost {
  const cache = openCache(folder);
  return {
    name: cache.name,
    async get(root, index) {
      if (!cache.roots().includes(root)) await cache.open(root);
      return cache.get(root, index);
    },
  };
}

/** `null`: it has none, or not all three files. */
function certificatesOf(queue: JoinAddress): MutualTls | null {
  if (queue.adapter === 'tcp') return queue.security.kind === 'mtls' ? queue.security : null;
  const { key, cert, ca } = queue.tls ?? {};
  if (key === undefined || cert === undefined || ca === undefined) return null;
  return { kind: 'mtls', key, cert, ca };
}
