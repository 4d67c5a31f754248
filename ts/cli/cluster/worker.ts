import { ClusterWorkerNode } from '../../cluster/worker/node.js';
import type { CommandRow, SharedFlags } from '../command.js';
import { addConfigFlags, withConfig } from '../config/sources.js';
import { addEngineFlags, type EngineFlags, engineFlagError } from '../engine-flags.js';
import { datasetsOf } from './datasets.js';
import { JOIN_SETTINGS, joinAddress, joinError } from './join.js';
import { runWorkerSession } from './worker-session.js';

type WorkerFlags = SharedFlags & EngineFlags;

/** By path. */
const SETTINGS: ReadonlySet<string> = new Set([
  ...[...JOIN_SETTINGS, 'cluster.datasetFolder', 'cluster.datasetPort', 'cluster.host'],
  ...['threads', 'priority', 'affinity', 'cpuLimit', 'backend', 'kernel'].map(
    (name) => `engine.${name}`,
  ),
  ...['log.level', 'log.format', 'log.file', 'audit.file'],
]);

export const worker: CommandRow = {
  name: 'worker',
  summary: 'Hash what a master lends',
  example: 'pow-native cluster worker --join tcp://127.0.0.1:1920 --threads 75%',
  addFlags(command) {
    addEngineFlags(command, 'Threads:');
    addConfigFlags(command, SETTINGS);
    command.addHelpText('after', ABOUT);
  },
  run: (command) =>
    withConfig(command, async ({ config, load }) => {
      const flags = command.opts<WorkerFlags>();
      const { cluster } = config.settings;
      const queue = joinAddress(cluster.join, cluster);
      const datasets = datasetsOf(cluster, queue);
      const { threads, priority, affinity, cpuLimit, backend, kernel } = flags;
      const engine = { threads, priority, affinity, cpuLimit, backend, kernel };
      return runWorkerSession({
        ...{ config, load, json: flags.json === true },
        open: async ({ onNotice }) => {
          try {
            return await ClusterWorkerNode.open({ ...engine, queue, datasets, onNotice });
          } catch (error) {
            throw engineFlagError(joinError(error), flags);
          }
        },
      });
    }),
};

const ABOUT = `
With --cluster-datasets-port other workers fetch datasets from this one, and it from them, over the
certificates of the cluster; without, all of them come from the master, or over NATS. It outlives a master that stops: what it holds is hashed on, and reported when the master is back.
Settings that change in a file, or with SIGHUP, come into force while it runs (threads, CPU limit,
log level). On SIGINT and SIGTERM it gives back what it holds, with what is hashed of it. Exit codes:
1 the master refuses it for good, 2 bad usage, 130 interrupted.`;
