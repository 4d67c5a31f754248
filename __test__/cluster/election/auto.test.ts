import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type AutoOptions,
  ClusterAuto,
  type Decision,
  type Leadership,
} from '../../../ts/cluster/election/auto.js';
import { Standing } from '../../../ts/cluster/election/standing.js';
import { turns, VirtualClock } from '../../miner/jobs.js';

const address = (port: number) => ({ host: '127.0.0.1', port });
const master = (epoch: number): Decision => ({ kind: 'master', epoch });
const worker = (port: number): Decision => {
  return { kind: 'worker', master: 'x', epoch: 1, address: address(port) };
};

test('an elected node opens its master part, tells where, and works for itself', async () => {
  const { decide, log, auto } = setUp();
  await decide(master(4));
  assert.equal(log, ['master 4', 'opened 4', 'worker 104']);
  assert.is(auto.leads, 4);
});

test('a node that follows works for the master, and changes over to the next one', async () => {
  const { decide, log } = setUp();
  await decide(worker(7));
  await decide(worker(7));
  await decide(worker(8));
  assert.equal(log, ['worker 7', 'worker 7 closed', 'worker 8']);
});

test('without a master a worker keeps to the last one', async () => {
  const { decide, log } = setUp();
  await decide(worker(7));
  await decide({ kind: 'looking' });
  await decide(worker(7));
  assert.equal(log, ['worker 7']);
});

test('a deposed master closes its part before it works for another', async () => {
  const { decide, log, ends } = setUp();
  await decide(master(4));
  ends.get(4)?.({ seenEpoch: 6 });
  await turns();
  await decide({ kind: 'looking' });
  await decide(worker(9));
  const after = ['ended 6', 'master 4 closed', 'worker 104 closed', 'worker 9'];
  assert.equal(log.slice(3), after);
});

test('a new term of its own closes the part of the old one first', async () => {
  const { decide, log } = setUp();
  await decide(master(4));
  await decide(master(6));
  assert.equal(log.slice(3, 6), ['master 4 closed', 'master 6', 'opened 6']);
});

test('a part that cannot be opened gives the term back', async () => {
  const { decide, log, failing, notices } = setUp();
  failing.add(4);
  await decide(master(4));
  assert.equal(log, ['ended 0']);
  assert.match(notices.join(), /cannot: no port/);
});

test('a part that opens when it is decided otherwise is closed, and never told of', async () => {
  const { decide, log, slow } = setUp();
  slow.add(4);
  await decide(master(4));
  await decide(worker(7));
  slow.release();
  await turns();
  assert.equal(log, ['master 4', 'master 4 closed', 'worker 7']);
});

test('a worker that cannot be started is tried again', async () => {
  const { decide, log, failing, clock } = setUp();
  failing.add(7);
  await decide(worker(7));
  assert.equal(log, []);
  failing.clear();
  await clock.pass(1000);
  assert.equal(log, ['worker 7']);
});

test('a worker that is refused for good is started again, later each time', async () => {
  const { decide, log, refused, clock, notices } = setUp();
  await decide(worker(7));
  const startsAfter = async (ms: number) => {
    log.length = 0;
    refused.at(-1)?.(new Error('an unknown key'));
    await clock.pass(ms - 1);
    assert.equal(log, ['worker 7 closed']);
    await clock.pass(1);
    assert.equal(log, ['worker 7 closed', 'worker 7']);
  };
  for (const ms of [500, 1000, 2000]) await startsAfter(ms);
  assert.is(notices.length, 3);
  assert.match(notices[0] ?? '', /an unknown key/);
  await decide(worker(8));
  await decide(worker(7));
  await startsAfter(500);
});

test('a worker of a decision before is not started again', async () => {
  const { decide, log, refused, clock } = setUp();
  await decide(worker(7));
  refused[0]?.(new Error('an unknown key'));
  await decide(worker(8));
  await clock.pass(600_000);
  assert.equal(log, ['worker 7', 'worker 7 closed', 'worker 8']);
});

test('closing stops both parts, once, and nothing starts afterwards', async () => {
  const { decide, log, auto, refused, clock } = setUp();
  await decide(master(4));
  refused.at(-1)?.(new Error('an unknown key'));
  await Promise.all([auto.close(), auto.close()]);
  await decide(master(5));
  await clock.pass(600_000);
  assert.is(clock.alarms, 0);
  assert.equal(log.slice(3), ['master 4 closed', 'worker 104 closed', 'closed']);
});

test('where the queue itself waits for its turn, a worker is there from the start', async () => {
  const clock = new VirtualClock();
  const { log, slow, auto, ends } = setUp('always', new Standing(true, clock), clock, [1]);
  await turns();
  assert.equal(log, ['worker']);
  slow.release();
  await turns();
  assert.equal(log, ['worker', 'master 1']);
  assert.is(auto.leads, 1);
  ends.get(1)?.({ seenEpoch: 5 });
  await turns();
  assert.is(auto.leads, null);
  await clock.pass(2000);
  assert.equal(log, ['worker', 'master 1', 'master 1 closed', 'master 6']);
  await auto.close();
});

test('a node without a source never stands there', async () => {
  const clock = new VirtualClock();
  const { log } = setUp('always', new Standing(false, clock), clock);
  await clock.pass(10_000);
  assert.equal(log, ['worker']);
});

/** Parts that are lines of a log. */
function setUp(
  workerFor: AutoOptions['workerFor'] = 'known',
  leadership?: Leadership,
  clock = new VirtualClock(),
  slowly: readonly number[] = [],
) {
  const log: string[] = [];
  const notices: string[] = [];
  const failing = new Set<number>();
  const slow = new Slow(slowly);
  const ends = new Map<number, (end: { seenEpoch: number }) => void>();
  /** Ends of the workers that were started, in order. */
  const refused: ((error: Error) => void)[] = [];
  let tell = (_: Decision) => {};
  const auto = new ClusterAuto({
    clock,
    workerFor,
    leadership: leadership ?? {
      follow: (onDecision) => {
        tell = onDecision;
      },
      opened: (epoch) => void log.push(`opened ${epoch}`),
      ended: (epoch) => void log.push(`ended ${epoch}`),
      close: async () => void log.push('closed'),
    },
    async startMaster(epoch) {
      if (failing.has(epoch)) throw new Error('no port');
      await slow.wait(epoch);
      log.push(`master ${epoch}`);
      const ended = new Promise<{ seenEpoch: number }>((resolve) => ends.set(epoch, resolve));
      const close = async () => void log.push(`master ${epoch} closed`);
      return { epoch, address: workerFor === 'always' ? null : address(100 + epoch), ended, close };
    },
    async startWorker(at) {
      if (at !== null && failing.has(at.port)) throw new Error('no port');
      const name = at === null ? 'worker' : `worker ${at.port}`;
      log.push(name);
      const over = new Promise<void>((_, reject) => refused.push(reject));
      return { over, close: async () => void log.push(`${name} closed`) };
    },
    random: () => 0.5,
    notice: (_, text) => void notices.push(text),
  });
  const decide = async (decision: Decision) => {
    tell(decision);
    await turns();
  };
  return { auto, log, notices, failing, slow, ends, refused, clock, decide };
}

class Slow {
  readonly #slow: Set<number>;
  #release: (() => void)[] = [];

  constructor(slow: readonly number[]) {
    this.#slow = new Set(slow);
  }

  add(epoch: number): void {
    this.#slow.add(epoch);
  }

  async wait(epoch: number): Promise<void> {
    if (this.#slow.has(epoch)) await new Promise<void>((resolve) => this.#release.push(resolve));
  }

  release(): void {
    for (const resolve of this.#release.splice(0)) resolve();
  }
}

test.run();
