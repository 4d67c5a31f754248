/** What a node says of itself that only looks, or lends what it gets to others. */

import { availableParallelism, totalmem } from 'node:os';
import type { Capabilities } from '../../cluster/queue.js';
import { packageVersion } from '../package-facts.js';

/** @param threads - 0: it only looks */
export function plainCapabilities(threads: number): Capabilities {
  return {
    ...{ version: packageVersion(), cores: availableParallelism(), threads },
    ramMb: Math.floor(totalmem() / (1 << 20)),
    ...{ features: [], aes: false, hashesPerSecond: {}, datasets: [], serves: null },
  };
}
