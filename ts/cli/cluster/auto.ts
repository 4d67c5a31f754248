import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ClusterAuto, type Leadership } from '../../cluster/election/auto.js';
import { Mesh } from '../../cluster/election/mesh.js';
import { Standing } from '../../cluster/election/standing.js';
import type { MasterAddress } from '../../cluster/statement.js';
import type { DatasetOptions } from '../../cluster/worker/options.js';
import { monotonicClock } from '../../miner/clock.js';
import type { WorkSource } from '../../miner/ports.js';
import type { ClusterWorkerOptions } from '../../workers/cluster/options.js';
import type { CommandRow, SharedFlags } from '../command.js';
import { type Settings, settingsWithout } from '../config/schema.js';
import { addConfigFlags, withConfig } from '../config/sources.js';
import { addEngineFlags, type EngineFlags } from '../engine-flags.js';
import { UsageError, underFlag } from '../exit.js';
import { preemptionOf } from '../run/hot-settings.js';
import { SOURCES, sourceAt } from '../run/sources.js';
import type { Notice } from '../run/tables.js';
import { addWorkerFlags, workerOptions } from '../run/worker-flags.js';
import { workerNamed } from '../run/workers.js';
import { AutoNode } from './auto-node.js';
import { servedFrom } from './datasets.js';
import { type JoinAddress, joinAddress, reachableHost, seedOf } from './join.js';
import { openMasterPart } from './master-part.js';
import { runWorkerSession } from './worker-session.js';

type AutoFlags = SharedFlags & EngineFlags;

/** Not sections of other workers, nor what only a command with one source of its own has. */
const OWN = settingsWithout(
  /^(external|stratum|simulation|constant-delay|on-demand|cpu|metrics)\.|^(worker|blocks|cluster\.keysFile)$/,
);
const ELECTION_PORT = 1922;

export const auto: CommandRow = {
  name: 'auto',
  summary: 'Be a worker, and the master as well when elected',
  example:
    'pow-native cluster auto --cluster-adapter nats --cluster-server nats://127.0.0.1:4222 --join nats://127.0.0.1:4222',
  addFlags(command) {
    command.option('--source <url>');
    for (const row of SOURCES) row.addFlags(command);
    addEngineFlags(command, 'Threads:');
    addWorkerFlags(command, workerNamed('cluster'));
    addConfigFlags(command, OWN);
    command.addHelpText('after', ABOUT);
  },
  run: (command) =>
    withConfig(command, async ({ config, load }) => {
      const { settings } = config;
      const flags = command.opts<AutoFlags>();
      const setUp = settings.cluster.adapter === 'nats' ? byNats(settings) : byMesh(settings);
      return runWorkerSession({
        ...{ config, load, json: flags.json === true },
        open: async ({ onNotice, onEvent }) => {
          const source = sourceOf(command, settings.source, onNotice);
          // What is wrong with its flags is told now, and not when it is elected.
          await source?.(1).close();
          const { leadership, datasets } = await setUp.lead(source !== null, onNotice);
          const { threads, priority, affinity, cpuLimit, backend, kernel } = flags;
          const options = workerOptions(command, workerNamed('cluster')) as ClusterWorkerOptions;
          const startMaster = (epoch: number, signal: AbortSignal) => {
            if (source === null) throw new Error('it has no source');
            const preemption = preemptionOf(settings);
            const cluster = { ...options, ...setUp.master };
            const { id } = setUp;
            const how = { cluster, id, openSource: source, preemption, onEvent, onNotice };
            return openMasterPart(how, epoch, signal);
          };
          return new AutoNode(
            {
              engine: { threads, priority, affinity, cpuLimit, backend, kernel },
              ...{ queueAt: setUp.queueAt, onNotice, datasets },
            },
            ({ startWorker }) =>
              new ClusterAuto({
                ...{ leadership, startMaster, startWorker, workerFor: setUp.workerFor },
                ...{ clock: monotonicClock, random: Math.random },
                notice: (level, text) => onNotice({ level, text }),
              }),
          );
        },
      });
    }),
};

const ABOUT = `
Nodes with a --source stand for election; the others work. Certificates of both sides are needed
(--cluster-tls-key, --cluster-tls-cert, --cluster-tls-ca), or NATS, where a key decides. --join names
other nodes, at their election ports. It runs until it is interrupted (exit code 130).`;

/** What an adapter has its own way of. */
interface SetUp {
  readonly id: string;
  readonly workerFor: 'always' | 'known';
  /** Beside what the flags say. */
  readonly master: Partial<ClusterWorkerOptions>;
  queueAt(master: MasterAddress | null): JoinAddress;
  lead(stands: boolean, onNotice: (notice: Notice) => void): Promise<Lead>;
}

interface Lead {
  readonly leadership: Leadership;
  /** Of the worker. */
  readonly datasets: DatasetOptions | undefined;
}

/** @throws UsageError */
function byNats({ cluster }: Settings): SetUp {
  const queue = joinAddress(cluster.join ?? cluster.servers, cluster);
  const servers = cluster.servers ?? cluster.join;
  const id = idOf(cluster.memoryFile ?? process.cwd());
  return {
    ...{ id, workerFor: 'always', master: { servers } },
    queueAt: () => (cluster.nkeyFile === undefined ? { ...queue, id } : queue),
    lead: async (stands) => ({
      leadership: new Standing(stands, monotonicClock),
      datasets: cluster.datasetFolder === undefined ? undefined : { folder: cluster.datasetFolder },
    }),
  };
}

/** @throws UsageError */
function byMesh({ cluster }: Settings): SetUp {
  const { memoryFile, electionPort, beaconPort, datasetFolder: folder, join = [] } = cluster;
  const host = reachableHost(cluster.host);
  if (memoryFile === undefined) {
    throw new UsageError('--cluster-memory', 'expected: the path of a file, one for each node');
  }
  const id = idOf(memoryFile);
  const seeds = join.map((url) => seedOf(url, '--join', ELECTION_PORT));
  const queueAt = (master: MasterAddress | null) => {
    const { host: at = host, port = 0 } = master ?? {};
    const name = at.includes(':') ? `[${at}]` : at;
    return { ...joinAddress([`tcp://${name}:${port}`], cluster), id };
  };
  const own = queueAt({ host, port: 1 });
  if (own.adapter !== 'tcp' || own.security.kind !== 'mtls') {
    throw new UsageError('--cluster-tls-key', 'expected: certificates of both sides');
  }
  const { security: tls } = own;
  return {
    ...{ id, workerFor: 'known', master: {}, queueAt },
    async lead(stands, onNotice) {
      const beacon = beaconPort === undefined ? undefined : { port: beaconPort, interface: host };
      try {
        const chunks = folder === undefined ? undefined : servedFrom(folder);
        const mesh = await Mesh.open({
          ...{ id, stands, seeds, beacon, tls, memoryFile, chunks, clock: monotonicClock },
          listen: { host, port: electionPort },
          random: Math.random,
          notice: (level, text) => onNotice({ level, text }),
        });
        const servedAt = { host, port: mesh.port };
        const datasets = folder === undefined ? undefined : { folder, peers: { tls, servedAt } };
        return { leadership: mesh, datasets };
      } catch (error) {
        throw underFlag(error, {
          ...{ memoryFile: '--cluster-memory', datasetFolder: '--cluster-datasets' },
        });
      }
    },
  };
}

/** A node that starts again is the same one. */
function idOf(file: string): string {
  return createHash('sha256')
    .update(`${hostname()} ${resolve(file)}`)
    .digest('hex')
    .slice(0, 32);
}

/** `null`: it has none, and does not stand. */
function sourceOf(
  command: Command,
  source: string | undefined,
  onNotice: (notice: Notice) => void,
): ((lanes: number) => WorkSource) | null {
  if (source === undefined) return null;
  const { row, url } = sourceAt(source);
  const flags = command.opts<object>();
  return (lanes) => row.open(url, flags, { proof: 'required', lanes, onNotice });
}
