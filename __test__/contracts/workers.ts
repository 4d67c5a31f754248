/** What the contract needs to know of each worker. A row of the registry without one here fails. */

import type { Algorithm } from '../../ts/index.js';
import type { Worker } from '../../ts/miner/ports.js';
import { ClusterWorker } from '../../ts/workers/cluster.js';
import { OnDemandWorker } from '../../ts/workers/on-demand.js';
import { StratumWorker } from '../../ts/workers/stratum.js';
import { mineAsDevice } from '../stratum/plain-device.js';
import { hashAsNode } from '../workers/cluster/node-here.js';
import { program } from '../workers/programs.js';

export interface WorkerFixture {
  /** Options with which it solves an easy job soon. */
  readonly quick: object;
  /** Options with which it does not solve a job whose target no hash meets. */
  readonly slow: object;
  /** What it can hash; default: SHA-256. */
  readonly algorithm?: Algorithm;
  /** A wrong value for every option. */
  readonly bad: Readonly<Record<string, unknown>>;
  /** Makes an open worker solve what it gets, where it has to be told. */
  readonly prompt?: (worker: Worker) => Promise<void>;
}

export const WORKER_FIXTURES: Readonly<Record<string, WorkerFixture>> = {
  cpu: {
    quick: { threads: 2 },
    slow: { threads: 2 },
    bad: {
      ...{ threads: 0, priority: 'high', affinity: 'all', cpuLimit: 0, backend: 'gpu' },
      ...{ kernel: '', lanes: 0, batchNonces: 0.5, seed: {} },
    },
  },
  external: {
    quick: program('honest'),
    // The target, which is added, becomes a comment.
    slow: { command: 'exec sleep 100000 #' },
    bad: {
      ...{ command: ' ', args: 'x', environment: { '=': 'x' }, timeoutMs: 0, targetForm: 'be' },
      ...{ nonceForm: 'decimal', graceMs: -1, lanes: 0 },
    },
  },
  stratum: {
    quick: { port: 0, host: '127.0.0.1', difficulty: 'block' },
    slow: { port: 0, host: '127.0.0.1' },
    algorithm: 'blake2s',
    bad: {
      ...{ host: '', port: -1, ports: ['http'], dialect: 'x', difficulty: 257, shareMs: 0 },
      ...{ refreshMs: 0, connections: 0, tlsKey: '/no/such', tlsCert: '/no/such' },
    },
    prompt: async (worker) => {
      if (!(worker instanceof StratumWorker)) throw new Error('not the stratum worker');
      await mineAsDevice(worker.ports[0] ?? 0);
    },
  },
  cluster: {
    quick: { port: 0, unitNonces: 4096 },
    slow: { port: 0 },
    bad: {
      ...{ adapter: 'udp', host: '', port: -1, keysFile: '', tlsKey: '/no/such', tlsCert: '' },
      ...{ tlsCa: '/no/such', journalFile: '', servers: ['http://x'], nkeyFile: '', cluster: '.*' },
      ...{ name: '', unitNonces: 0, proof: 'no', datasetFile: '', datasetFolder: '' },
    },
    prompt: async (worker) => {
      if (!(worker instanceof ClusterWorker)) throw new Error('not the cluster worker');
      await hashAsNode(worker);
    },
  },
  simulation: {
    quick: { hashRate: 1e9 },
    slow: { hashRate: 1 },
    bad: { hashRate: '1M', probability: 1.5, seed: 0.5 },
  },
  'constant-delay': {
    quick: { blockTimeMs: 1, chains: 1 },
    slow: { blockTimeMs: 86_400_000, chains: 1 },
    bad: { blockTimeMs: 0, chains: 0 },
  },
  'on-demand': {
    quick: { port: 0 },
    slow: { port: 0 },
    bad: { host: '', port: -1, chains: 0 },
    prompt: async (worker) => {
      if (!(worker instanceof OnDemandWorker)) throw new Error('not the on-demand worker');
      const body = JSON.stringify({ 0: 100_000 });
      const { status } = await fetch(`${worker.url}/make-blocks`, { method: 'POST', body });
      if (status !== 200) throw new Error(`status ${status}`);
    },
  },
};
