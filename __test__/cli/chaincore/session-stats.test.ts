import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RangedWorker } from '../../../ts/cli/chaincore/ranged-worker.js';
import { HashHistory } from '../../../ts/cli/chaincore/session-stats.js';
import type { Job, MiningHow, Worker } from '../../../ts/miner/ports.js';

test('rates are those of the last ten seconds, minute and quarter of an hour', () => {
  const history = new HashHistory();
  let hashes = 0;
  // A thousand a second for an hour, then ten thousand for five seconds.
  for (let second = 0; second <= 3605; second++) {
    history.add({ hashes, threads: [hashes / 4, (hashes * 3) / 4] }, second * 1000);
    hashes += second < 3600 ? 1_000 : 10_000;
  }
  assert.is(history.rate(10_000), 5_500);
  assert.is(history.rate(60_000), (55 * 1_000 + 5 * 10_000) / 60);
  assert.is(history.rate(900_000), (895 * 1_000 + 5 * 10_000) / 900);
  assert.is(
    history.rate(10_000, ({ threads }) => threads[1] ?? 0),
    4_125,
  );
});

test('a history of one moment has no rate, and one of a second that of the second', () => {
  const history = new HashHistory();
  assert.is(history.rate(60_000), 0);
  history.add({ hashes: 5, threads: [] }, 0);
  assert.is(history.rate(60_000), 0);
  history.add({ hashes: 25, threads: [] }, 1_000);
  assert.is(history.rate(60_000), 20);
});

/** How a worker's job ends, and what the range has to do with it. */
for (const [what, ending, isFound, expected] of [
  ['ends its batch without a solution', 'stopped', false, [7]],
  ['has hashed every nonce', 'exhausted', false, [7]],
  ['finds a solution', 'exhausted', true, []],
  ['is told to stop', 'told', false, []],
] as const) {
  test(`a worker that ${what} tells of ${expected.length} ranges that ran out`, async () => {
    const told: number[] = [];
    const stop = new AbortController();
    let finishing = false;
    const inner = {
      kind: 'scripted',
      lanes: 1,
      mine: async (_: Job, how: MiningHow) => {
        await Promise.resolve();
        finishing = how.finishBatch.aborted;
        if (isFound) how.found({} as never);
        if (ending === 'told') stop.abort();
        how.hashed(7);
        return ending === 'told' ? 'stopped' : ending;
      },
    } as unknown as Worker;
    const worker = new RangedWorker({
      worker: inner,
      range: 'one-batch',
      onExhausted: (_, hashes) => told.push(hashes),
    });
    let hashed = 0;
    await worker.mine({} as Job, {
      found: () => {},
      hashed: (count) => {
        hashed = count;
      },
      stop: stop.signal,
      finishBatch: new AbortController().signal,
    });
    assert.ok(finishing);
    assert.is(hashed, 7);
    assert.equal(told, expected);
  });
}

test.run();
