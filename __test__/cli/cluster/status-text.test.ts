import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { statusText } from '../../../ts/cli/cluster/status-text.js';
import type { ClusterStatus, WorkerStatus } from '../../../ts/cluster/queue.js';

const totals = {
  ...{ hashes: 71_300_000, units: 3, solutions: 1, shares: 96, redelivered: 2, duplicates: 0 },
  ...{ stale: 4, rejected: 5, quarantined: 6, strikes: 7, bans: 8 },
};
const worker: WorkerStatus = {
  ...{ id: 'ab', name: 'rig-1', address: '192.0.2.1:5000', state: 'up', threads: 4 },
  ...{ hashesPerSecond: 10e6, leases: 2, completed: 3, shares: 96, strikes: 0, sinceMs: 61_000 },
};
const status: ClusterStatus = {
  ...{ master: 'head', adapter: 'tcp', epoch: 9, totals },
  workers: [worker, { ...worker, name: 'rig-2', state: 'banned', hashesPerSecond: 20e6 }],
  works: [
    {
      ...{ id: 'c0ffee'.padEnd(32, '0'), lane: 'chain-0', pending: 1, leased: 2 },
      ...{ completed: 3, quarantined: 0, done: 0.4284 },
    },
  ],
};

test('a cluster is a head, a table of workers, the fastest first, and one of works', () => {
  assert.is(
    statusText(status),
    [
      'master   head, by tcp, epoch 9',
      'workers  2, 30.0 MH/s',
      'units    3 done, 2 lent again, 0 duplicate, 4 stale, 5 rejected, 6 given up',
      'found    1 solutions, 96 shares, 71.3 M hashes',
      'conduct  7 strikes, 8 bans',
      '',
      'worker  address         state   threads       rate  leases  units  shares  strikes  since',
      'rig-2   192.0.2.1:5000  banned        4  20.0 MH/s       2      3      96        0   1:01',
      'rig-1   192.0.2.1:5000  up            4  10.0 MH/s       2      3      96        0   1:01',
      '',
      'work      lane     pending  leased  completed  given up    done',
      'c0ffee00  chain-0        1       2          3         0  42.8 %',
    ].join('\n'),
  );
});

test('without workers and works there are no tables', () => {
  assert.is(statusText({ ...status, workers: [], works: [] }).split('\n').length, 5);
});

test.run();
