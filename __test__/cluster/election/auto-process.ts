/** A node of `auto` as a program: elects, is the master when it is elected, works for whoever is. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterAuto, type MasterPart } from '../../../ts/cluster/election/auto.js';
import type { ElectionRules } from '../../../ts/cluster/election/election.js';
import { Mesh } from '../../../ts/cluster/election/mesh.js';
import type { Lease, WorkerQueue } from '../../../ts/cluster/queue.js';
import type { MasterAddress } from '../../../ts/cluster/statement.js';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import type { MutualTls } from '../../../ts/cluster/tcp/options.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { answerWith } from '../faults/child.js';
import { write } from '../faults/history.js';
import { workAsked } from '../faults/work.js';

export interface AutoHow {
  /** 32 hex digits. */
  readonly id: string;
  readonly stands: boolean;
  readonly host: string;
  readonly seeds: readonly MasterAddress[];
  readonly beacon?: { readonly port: number; readonly interface?: string };
  readonly tls: MutualTls;
  readonly folder: string;
  readonly history: string;
  readonly rules: ElectionRules;
  readonly units: number;
}

const UNIT_NONCES = 1000;
const CAPABILITIES = {
  ...{ version: '0.0.0', cores: 1, threads: 1, ramMb: 1, features: [], aes: false },
  ...{ datasets: [], serves: null, hashesPerSecond: { blake2s: 1e6 } },
};

let mesh: Mesh | null = null;
let auto: ClusterAuto | null = null;
let queue: WorkerQueue | null = null;
const fences: number[] = [];
const notices: string[] = [];

answerWith({
  async open(how: AutoHow) {
    const { id, stands, host, seeds, tls, folder, rules, beacon } = how;
    const notice = (_: string, text: string) => void notices.push(text);
    mesh = await Mesh.open({
      ...{ id, stands, seeds, tls, rules, notice, clock: monotonicClock, random: Math.random },
      ...{ listen: { host, port: 0 }, memoryFile: join(folder, 'epoch'), beacon },
    });
    auto = new ClusterAuto({
      ...{ leadership: mesh, workerFor: 'known', clock: monotonicClock, notice },
      startMaster: (epoch) => startMaster(how, epoch),
      random: Math.random,
      startWorker: async (address) => startWorker(how, address),
    });
    return mesh.port;
  },
  state: () => ({
    decision: auto?.decision,
    leads: auto?.leads ?? null,
    connection: queue?.connection() ?? null,
    lowestLate: fences.at(-1) ?? null,
    notices,
  }),
  close: () => auto?.close(),
});

async function startMaster(how: AutoHow, epoch: number): Promise<MasterPart> {
  const { host, tls, id, folder, history, units } = how;
  let end = (_: { seenEpoch: number; error?: unknown }) => {};
  const ended = new Promise<{ seenEpoch: number; error?: unknown }>((resolve) => {
    end = resolve;
  });
  const master = await openMaster({
    ...{ listen: { host, port: 0 }, security: tls, id, epochAbove: epoch - 1 },
    ...{ journalFile: join(folder, 'journal'), fixedNonces: BigInt(UNIT_NONCES) },
    proofOfScanning: false,
    onEvent(event) {
      write(history, epoch, event);
      if (event.kind === 'deposed') end({ seenEpoch: event.epoch });
      if (event.kind === 'failed') end({ seenEpoch: 0, error: event.error });
    },
  });
  const { spec, space } = workAsked({ number: 1, units, unitNonces: UNIT_NONCES, proof: false });
  await master.publish(spec, space);
  const address = { host, port: master.port };
  return { epoch: master.epoch, address, ended, close: () => master.close() };
}

/** One that says that everything is hashed, after a moment. */
function startWorker({ tls, id }: AutoHow, master: MasterAddress | null) {
  if (master === null) throw new Error('no address');
  const own = joinMaster({ seeds: [master], security: tls, id, capabilities: CAPABILITIES });
  queue = own;
  const stop = new AbortController();
  const working = work(own, stop.signal);
  return {
    over: working,
    async close() {
      stop.abort();
      await own.close();
      await working.catch(() => {});
    },
  };
}

async function work(from: WorkerQueue, signal: AbortSignal): Promise<void> {
  for await (const lease of from.leases({ most: () => 2, signal })) void finish(lease);
}

async function finish(lease: Lease): Promise<void> {
  await sleep(10);
  fences.push(lease.fence);
  const { end, start } = lease.unit;
  const hashes = Number(end - start);
  const whole = { outcome: 'exhausted', scannedTo: end, shares: [], hashes } as const;
  await lease.report(whole).catch(() => {}); // its master is gone
}
