/** Every worker by name. A new one is one file and one row here. */

import { requireObject, requireOneOf } from '../core/arguments.js';
import { PowError } from '../errors.js';
import type { Worker } from '../miner/ports.js';
import type { ClusterWorkerOptions } from './cluster/options.js';
import { ClusterWorker } from './cluster.js';
import { type ConstantDelayOptions, ConstantDelayWorker } from './constant-delay.js';
import { CpuWorker, type CpuWorkerOptions } from './cpu.js';
import type { ExternalOptions } from './external/options.js';
import { ExternalWorker } from './external.js';
import { type OnDemandOptions, OnDemandWorker } from './on-demand.js';
import { type WorkerHow, type WorkerRow, workerRow } from './row.js';
import { type SimulationOptions, SimulationWorker } from './simulation.js';
import type { StratumWorkerOptions } from './stratum/options.js';
import { StratumWorker } from './stratum.js';

/** Command line, configuration, documentation and the contract tests walk this table. */
export const WORKERS: readonly WorkerRow[] = [
  workerRow<CpuWorkerOptions>({
    name: 'cpu',
    summary: 'hashes on threads of this machine',
    proof: 'required',
    options: {
      threads: "'auto', a number, or a share of this machine like '75%'",
      priority: "'background' lets the rest of the machine go first; or 'normal'",
      affinity: "CPUs that threads stay on: 'none', 'spread', or one each",
      cpuLimit: 'per cent of the time that passes which each thread may use (100)',
      backend: "what does the hashing: 'auto', 'native' or 'portable'",
      kernel: 'one kernel instead of the fastest',
      lanes: 'most jobs at once (64)',
      batchNonces: 'nonces of one batch (the chunk of each thread, about a millisecond)',
      seed: 'fixes the nonce that each job starts at',
    },
    open: (options) => new CpuWorker(options),
  }),
  workerRow<ExternalOptions>({
    name: 'external',
    summary: 'has another program mine, started anew for each job',
    proof: 'required',
    options: {
      command: 'a line for the shell, or with args a program; the target is added',
      args: 'arguments before the target; no shell is used then',
      environment: 'variables of the program, beside those there are',
      timeoutMs: 'milliseconds after which it is started anew (never)',
      targetForm: "'bytewise' (default), or 'mixed' as the official client writes it",
      nonceForm: "'hex' (default), or 'raw': the 8 bytes as they stand in the work",
      graceMs: 'milliseconds from SIGTERM to SIGKILL (1,000)',
      lanes: 'programs at once, each on a job of its own (1)',
    },
    open: (options, how) => new ExternalWorker(options, how),
  }),
  workerRow<StratumWorkerOptions>({
    name: 'stratum',
    summary: 'serves devices that mine elsewhere',
    proof: 'required',
    options: {
      host: "where it listens: an address, a name, or '*' for everywhere (*)",
      port: '0 takes any that is free (1917)',
      ports: 'more of them, as [tls:]PORT[=BITS]: shares begin with so many zero bits there',
      dialect: "what devices speak: 'chainweb' (default) or 'bitcoin'",
      difficulty: "of shares: 'auto' (default), 'block', or leading zero bits",
      shareMs: 'milliseconds between two shares of a device, with auto (10,000)',
      refreshMs: 'milliseconds between two jobs of the same work (1,000; bitcoin: 30,000)',
      connections: 'most devices at once (20,000)',
      tlsKey: 'PEM file of the key, for ports with tls:',
      tlsCert: 'PEM file of the certificate, for ports with tls:',
    },
    open: (options, how) => StratumWorker.open(options, how),
  }),
  workerRow<ClusterWorkerOptions>({
    name: 'cluster',
    summary: 'lends the work in units to machines that join',
    proof: 'required',
    options: {
      adapter: "who carries the messages: 'tcp' (default), this process itself, or 'nats'",
      host: "where it listens: an address, a name, or '*' for everywhere (this machine; with keys *)",
      port: '0 takes any that is free (1920)',
      keysFile: 'the keys of workers, as pow-native cluster key writes it',
      tlsKey: "PEM file of the master's key, for certificates instead of keys",
      tlsCert: "PEM file of the master's certificate",
      tlsCa: 'PEM file of the authority that signed the certificates of workers',
      journalFile: 'where the record is kept (in memory)',
      servers: 'with nats: its servers, nats://HOST:PORT or tls://HOST:PORT',
      nkeyFile: 'with nats: file with the seed of an nkey',
      cluster: 'with nats: first word of every subject (pow)',
      name: 'of this master, for people (that of the machine)',
      unitNonces: 'nonces of every unit (two seconds of the worker that gets it)',
      proof: 'false: workers are believed; else shares are counted, and parts hashed again',
      datasetFile: 'a file that workers need before they hash (none)',
      datasetFolder: 'where datasets are kept in parts that are checked',
    },
    open: (options, how) => ClusterWorker.open(options, how),
  }),
  workerRow<SimulationOptions>({
    name: 'simulation',
    summary: 'waits as long as hashing would take, and does none',
    proof: 'unchecked',
    options: {
      hashRate: 'hashes a second, shared by the jobs in hand (1,000,000)',
      probability: "that one hash is a solution (the odds of the job's target)",
      seed: 'fixes how many hashes each job costs',
    },
    open: (options, how) => new SimulationWorker(options, how),
  }),
  workerRow<ConstantDelayOptions>({
    name: 'constant-delay',
    summary: 'solves a job whenever a fixed time has passed',
    proof: 'unchecked',
    options: {
      blockTimeMs: 'milliseconds between two blocks of one chain (30,000)',
      chains: 'chains of the network, whose blocks share a block time (20)',
    },
    open: (options, how) => new ConstantDelayWorker(options, how),
  }),
  workerRow<OnDemandOptions>({
    name: 'on-demand',
    summary: 'solves jobs when an HTTP request asks for blocks',
    proof: 'unchecked',
    options: {
      host: "where it listens: an address, a name, or '*' for everywhere (127.0.0.1)",
      port: '0 takes any that is free (1917)',
      chains: 'of the network; blocks of no other can be asked for (20)',
    },
    open: (options, how) => OnDemandWorker.open(options, how),
  }),
];

/** @throws {@link PowError} `POW_ARGUMENT` (`worker`) */
function workerRowOf(name: string): WorkerRow {
  const names = WORKERS.map((row) => row.name);
  requireOneOf(name, names, 'worker');
  return WORKERS[names.indexOf(name)] as WorkerRow;
}

/**
 * Opens a worker by name.
 *
 * @param options - of its row; an unknown one is an error, too
 * @returns rejects with `POW_ARGUMENT`, `argument` naming the option (`worker` for the name), or
 *   with what the worker could not have: `POW_BACKEND`, `POW_KERNEL`, `POW_WORKER`
 */
export async function openWorker(
  name: string,
  options: object = {},
  how: WorkerHow = {},
): Promise<Worker> {
  const row = workerRowOf(name);
  requireObject(options, 'options');
  for (const [option, value] of Object.entries(options)) {
    if (Object.hasOwn(row.options, option)) continue;
    const known = Object.keys(row.options).join(', ');
    const detail = `${name} has no option ${option}; it has ${known}`;
    if (value !== undefined) throw new PowError('POW_ARGUMENT', detail, { argument: option });
  }
  return row.open(options, how);
}
