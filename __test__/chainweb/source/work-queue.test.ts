import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Wanted, WorkQueue } from '../../../ts/chainweb/source/work-queue.js';
import { hearAbort } from '../../../ts/core/abort.js';
import { type FailureKind, NodeFailure } from '../../../ts/miner/node-failure.js';
import { RETRY_RULE } from '../../../ts/miner/retry.js';
import { turns, VirtualClock } from '../../miner/jobs.js';

interface Request {
  readonly chain: Wanted;
  readonly signal: AbortSignal;
  give(work: string): Promise<void>;
  fail(kind: FailureKind): Promise<void>;
}

function setUp(concurrency = 8) {
  const clock = new VirtualClock();
  const requests: Request[] = [];
  const works: string[] = [];
  const queue = new WorkQueue<string>({
    ask: (chain, signal) =>
      new Promise((resolve, reject) => {
        hearAbort(signal, () => reject(signal.reason));
        requests.push({
          ...{ chain, signal },
          give: (work) => {
            resolve(work);
            return turns();
          },
          fail: (kind) => {
            reject(new NodeFailure(kind, 'told to'));
            return turns();
          },
        });
      }),
    onWork: (work) => works.push(work),
    onFailure: (_, chain) => (chain === 9 ? 'give-up' : 'again'),
    ...{ concurrency, retry: RETRY_RULE, clock, fraction: () => 1 },
  });
  return { clock, requests, works, queue };
}

test('a chain is asked for once at a time, and once more when something happened meanwhile', async () => {
  const { requests, works, queue } = setUp();
  queue.want(3);
  for (let i = 0; i < 5; i++) queue.want(3);
  assert.is(requests.length, 1);
  await requests[0]?.give('first');
  assert.is(requests.length, 2, 'five more calls are one more request');
  await requests[1]?.give('second');
  assert.equal(works, ['first', 'second']);
  assert.is(requests.length, 2);
  assert.not.ok(queue.isAsking(3));
});

test('chains do not wait for each other, up to the bound', async () => {
  const { requests, queue } = setUp(2);
  for (const chain of [1, 2, 3]) queue.want(chain);
  assert.equal(
    requests.map(({ chain }) => chain),
    [1, 2],
  );
  await requests[0]?.give('work');
  assert.is(requests[2]?.chain, 3);
});

test('after a failure everything waits, then everything is asked for', async () => {
  const { clock, requests, works, queue } = setUp();
  queue.want(1);
  await requests[0]?.fail('unreachable');
  queue.want(2);
  assert.is(requests.length, 1);
  await clock.pass(100);
  assert.equal(
    requests.slice(1).map(({ chain }) => chain),
    [1, 2],
  );
  await requests[1]?.give('work');
  assert.equal(works, ['work']);
});

test('one bad answer is not the last: it is asked again, for ever', async () => {
  const { clock, requests, works, queue } = setUp();
  queue.want(null);
  for (let i = 0; i < 50; i++) {
    await requests.at(-1)?.fail(i % 2 === 0 ? 'nonsense' : 'failing');
    await clock.pass(1000);
  }
  assert.is(requests.length, 51);
  await requests.at(-1)?.give('work');
  assert.equal(works, ['work']);
});

test('a refusal is not asked again in haste', async () => {
  const { clock, requests, queue } = setUp();
  queue.want(null);
  await requests[0]?.fail('refused');
  await clock.pass(9_999);
  assert.is(requests.length, 1);
  await clock.pass(1);
  assert.is(requests.length, 2);
});

test('when the node is heard of in another way, what is held back is asked for at once', async () => {
  const { clock, requests, works, queue } = setUp();
  queue.want(1);
  await requests[0]?.fail('unreachable');
  queue.lift();
  assert.is(requests.length, 2);
  await requests[1]?.give('work');
  assert.equal(works, ['work']);
  assert.is(clock.alarms, 0);
  await clock.pass(60_000);
  assert.is(requests.length, 2);
});

test('what is given up is not asked again', async () => {
  const { clock, requests, queue } = setUp();
  queue.want(9);
  await requests[0]?.fail('late');
  await clock.pass(60_000);
  assert.is(requests.length, 1);
});

test('closing breaks off requests and leaves no alarm behind', async () => {
  const { clock, requests, works, queue } = setUp();
  queue.want(1);
  queue.want(2);
  await requests[0]?.fail('late');
  await queue.close();
  assert.ok(requests[1]?.signal.aborted);
  assert.is(clock.alarms, 0);
  queue.want(3);
  assert.is(requests.length, 2);
  assert.equal(works, []);
});

test.run();
