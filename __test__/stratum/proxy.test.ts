/** A pool above, devices below, and a miner between them: source × worker, over real sockets. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Miner } from '../../ts/miner/loop.js';
import type { Worker, WorkSource } from '../../ts/miner/ports.js';
import { type DialectName, StratumServer, StratumSource } from '../../ts/stratum/index.js';
import { CpuWorker } from '../../ts/workers/cpu.js';
import { StratumWorker } from '../../ts/workers/stratum.js';
import { until } from '../until.js';
import { bitcoinJob, chainwebJob, oneIn } from './jobs.js';

const HOST = '127.0.0.1';
const opened: { close(): Promise<unknown> }[] = [];

test.after.each(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

/** Runs until the test is over. */
function mining(source: WorkSource, worker: Worker): Miner {
  const miner = new Miner(source, worker, { closeMs: 1_000 });
  void miner.run();
  opened.push(worker, source, miner);
  return miner;
}

function sourceAt(port: number, dialect: DialectName, user: string): StratumSource {
  return new StratumSource({ url: `stratum+tcp://${HOST}:${port}?dialect=${dialect}`, user });
}

for (const dialect of ['bitcoin', 'chainweb'] as const) {
  test(`${dialect}: two devices mine for one pool account, and never the same`, async () => {
    const ports = [{ port: 0, host: HOST, startBits: 14 }];
    const pool = await StratumServer.open({ dialect, ports, vardiff: { leastHashes: 2 ** 14 } });
    opened.push(pool);
    const target = oneIn(2 ** 60);
    const job = dialect === 'bitcoin' ? bitcoinJob({ target }) : chainwebJob({ target });
    pool.start(job, { found() {}, solved() {} });
    const options = { dialect, host: HOST, port: 0, difficulty: 12 } as const;
    const worker = await StratumWorker.open(options);
    const proxy = mining(sourceAt(pool.ports[0] ?? 0, dialect, 'account'), worker);
    for (const user of ['one', 'two']) {
      mining(
        sourceAt(worker.ports[0] ?? 0, dialect, user),
        new CpuWorker({ threads: 1, priority: 'normal' }),
      );
    }
    const enough = () => {
      const { users } = worker.devices();
      // What the pool answered: it counts a share before we hear of it.
      const above = proxy.stats().shares.accepted;
      return users.length === 2 && users.every(({ accepted }) => accepted >= 8) && above >= 8;
    };
    await until('eight shares of each device, and of the pool, are accepted', enough);
    const { shares, users, connections } = pool.stats();
    assert.is(connections, 1);
    assert.equal(
      users.map(({ user }) => user),
      ['account'],
    );
    assert.equal(
      [shares['duplicate'], shares['low-difficulty'], shares['other']],
      [undefined, undefined, undefined],
    );
    assert.is(proxy.stats().shares.rejected + proxy.stats().shares.duplicate, 0);
    for (const name of ['duplicate', 'low-difficulty', 'other']) {
      assert.is(worker.devices().shares[name], undefined, name);
    }
  });
}

test.run();
