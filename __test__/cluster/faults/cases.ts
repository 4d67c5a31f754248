/**
 * The faults that a cluster must live through, one row each. Tests of both adapters walk this
 * table; `docs/cluster.md` says what came of each, and a test holds it to these rows.
 */

import type { AdapterName, Cluster } from './adapters.js';
import { killedMaster, killedPublisher, twoMasters } from './master-cases.js';
import { badWorkers, poison } from './trust-cases.js';
import { burst, cancelled, foundWhileCancelled } from './work-cases.js';
import { blockedLoop, cutOff, killedWorkers, stoppedWorker } from './worker-cases.js';

export interface FaultCase {
  readonly number: number;
  readonly name: string;
  /** What is done to a cluster of real processes; `string`: the test files that have it instead. */
  readonly on: Readonly<Record<AdapterName, ((cluster: Cluster) => Promise<void>) | string>>;
}

function both(run: (cluster: Cluster) => Promise<void>): FaultCase['on'] {
  return { tcp: run, nats: run };
}

// biome-ignore format: one row per line
export const CASES: readonly FaultCase[] = [
  { number: 1, name: 'two of four workers are killed', on: both(killedWorkers) },
  { number: 2, name: 'the master, or the server, is killed half-way', on: both(killedMaster) },
  { number: 3, name: 'the master is killed while it publishes, and publishes again', on: both(killedPublisher) },
  { number: 4, name: 'a worker is stopped for longer than its leases last, and goes on', on: both(stoppedWorker) },
  { number: 5, name: "a worker's event loop is blocked while its threads hash", on: both(blockedLoop) },
  { number: 6, name: 'a connection is half open', on: both(cutOff) },
  { number: 7, name: 'there are two masters', on: both(twoMasters) },
  { number: 8, name: 'a work is cancelled with everything outstanding', on: both(cancelled) },
  { number: 9, name: '512 works come in one burst', on: both(burst) },
  { number: 10, name: 'a solution is found while its work is cancelled', on: both(foundWhileCancelled) },
  { number: 11, name: 'workers lie', on: both(badWorkers) },
  { number: 12, name: 'a unit kills whoever hashes it', on: both(poison) },
  { number: 13, name: 'floods, random bytes, slow and huge frames', on: { tcp: 'cluster/tcp', nats: 'cluster/nats' } },
  { number: 14, name: 'a host of a dataset is killed, lies, or has it cut short', on: { tcp: 'cluster/datasets', nats: 'cluster/datasets' } },
  { number: 15, name: 'the journal is torn, spoilt, or has no room', on: { tcp: 'cluster/record', nats: 'cluster/record' } },
];
