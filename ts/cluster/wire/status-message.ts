/** The status of a cluster, as the master shows it. */

import type { ClusterStatus, ClusterTotals, WorkerStatus, WorkStatus } from '../queue.js';
import { type Entries, readMap, writeMap } from './cbor.js';
import { type Codec, cutText } from './codec.js';
import { MOST_NAME_BYTES } from './node-fields.js';
import { MOST_LANE_BYTES } from './work-spec.js';

/** Rows of each table; a table that is longer is cut. */
const MOST_ROWS = 256;
const MOST_ADDRESS_BYTES = 300;
const ID_CHARACTERS = 32;
const ADAPTERS = ['tcp', 'nats'] as const;
const STATES = ['up', 'suspect', 'banned'] as const;

export const statusCodec: Codec<'status'> = {
  write(out, { status }) {
    const workers = status.workers.slice(0, MOST_ROWS).map((worker) => ({
      ...worker,
      name: cutText(worker.name, MOST_NAME_BYTES),
      address: cutText(worker.address, MOST_ADDRESS_BYTES),
    }));
    const works = status.works
      .slice(0, MOST_ROWS)
      .map((work) => ({ ...work, lane: cutText(work.lane, MOST_LANE_BYTES) }));
    const master = cutText(status.master, MOST_NAME_BYTES);
    writeMap(out, 'map', { ...status, master, workers, works });
  },
  read(input) {
    const map = readMap(input, 'map');
    const status: ClusterStatus = {
      master: map.text('master', MOST_NAME_BYTES),
      adapter: map.oneOf('adapter', ADAPTERS),
      epoch: map.count('epoch'),
      workers: map.maps('workers', MOST_ROWS, workerOf),
      works: map.maps('works', MOST_ROWS, workOf),
      totals: totalsOf(map.map('totals')),
    };
    return { status };
  },
};

function workerOf(map: Entries): WorkerStatus {
  return {
    id: map.text('id', MOST_NAME_BYTES),
    name: map.text('name', MOST_NAME_BYTES),
    address: map.text('address', MOST_ADDRESS_BYTES),
    state: map.oneOf('state', STATES),
    threads: map.count('threads'),
    hashesPerSecond: map.amount('hashesPerSecond'),
    leases: map.count('leases'),
    completed: map.count('completed'),
    shares: map.count('shares'),
    strikes: map.count('strikes'),
    sinceMs: map.amount('sinceMs'),
  };
}

function workOf(map: Entries): WorkStatus {
  return {
    id: map.text('id', ID_CHARACTERS),
    lane: map.text('lane', MOST_LANE_BYTES),
    pending: map.count('pending'),
    leased: map.count('leased'),
    completed: map.count('completed'),
    quarantined: map.count('quarantined'),
    done: map.amount('done'),
  };
}

function totalsOf(map: Entries): ClusterTotals {
  return {
    hashes: map.amount('hashes'),
    units: map.count('units'),
    solutions: map.count('solutions'),
    shares: map.count('shares'),
    redelivered: map.count('redelivered'),
    duplicates: map.count('duplicates'),
    stale: map.count('stale'),
    rejected: map.count('rejected'),
    quarantined: map.count('quarantined'),
    strikes: map.count('strikes'),
    bans: map.count('bans'),
  };
}
