import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ResumeReply } from '../../../ts/cluster/nats/control.js';
import { Dispatch, type DispatchHow, type Told } from '../../../ts/cluster/nats/dispatch.js';
import { Lendings } from '../../../ts/cluster/nats/lendings.js';
import type { Verdict } from '../../../ts/cluster/queue.js';
import type { OpenUnit } from '../../../ts/cluster/record/coordinator.js';
import type { CameBack } from '../../../ts/cluster/record/outside.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { specOf, workId } from '../record/fakes.js';

const WORK = workId(1);
const LEASE_MS = 15_000;

function unitOf(index: number, fence = 5): OpenUnit {
  const span = { variant: 0n, start: 0n, end: 10n };
  return { unit: { work: WORK, index, ...span, patch: null }, fence, resumeAt: 0n };
}

/** Two units that are in the hands of a worker. */
function heldBy(worker: string): Lendings {
  const lendings = new Lendings(LEASE_MS);
  for (const index of [0, 1]) {
    lendings.add(unitOf(index), 1);
    lendings.hear(worker, { work: WORK, index }, { fence: 5, scannedTo: 0n, atMs: 0 });
  }
  return lendings;
}

/** A master whose record lends again whatever comes back. */
class Counter {
  readonly lendings: Lendings;
  readonly cameBack: [index: number, how: CameBack][] = [];
  readonly told: [worker: string, Told][] = [];
  readonly banned = new Set<string>();
  readonly hashes: number[] = [];
  verdict: Verdict = 'stale';
  nowMs = 0;
  /** Of the record, which knows nothing of deliveries. */
  fence = 5;
  doubts = 0;
  readonly dispatch: Dispatch;
  #puts = 0;

  constructor(lendings: Lendings) {
    this.lendings = lendings;
    const how = {
      ...{
        node: { clock: { ...monotonicClock, now: () => this.nowMs } },
        lendings,
        filler: { lends: () => true, fill: async () => {} },
      },
      crew: {
        nearest: (size: number) => size,
        rate: () => 1,
        has: () => false,
        finished: (_worker: string, { hashes }: { hashes: number }) => this.hashes.push(hashes),
      },
      keeper: {
        view: {
          spec: () => specOf(WORK),
          bannedMs: (key: string) => (this.banned.has(key) ? 1_000 : 0),
        },
        relend: async (_work: string, index: number, how: CameBack) => {
          this.cameBack.push([index, how]);
          this.fence += 1;
          return [unitOf(index, this.fence)];
        },
        result: async () => ({ verdict: this.verdict }),
      },
      stock: {
        putAgain: async (unit: OpenUnit, size: number) => {
          this.#puts += 1;
          lendings.add(unit, size);
        },
      },
      tell: (worker: string, told: Told) => this.told.push([worker, told]),
      onEvent: () => {},
      onDoubt: () => {
        this.doubts += 1;
      },
    };
    this.dispatch = new Dispatch(how as unknown as DispatchHow);
  }

  get puts(): number {
    return this.#puts;
  }

  ask(worker: string, fence: number): Promise<ResumeReply> {
    return this.dispatch.resume(worker, { work: WORK, index: 0, fence });
  }

  say(worker: string, fence: number): void {
    const heard = { fence, scannedTo: 0n, atMs: this.nowMs };
    this.dispatch.hear(worker, { work: WORK, index: 0 }, heard);
  }

  get holder(): [worker: string, fence: number] | null {
    const holder = this.lendings.get(WORK, 0)?.holder ?? null;
    return holder === null ? null : [holder.worker, holder.fence];
  }
}

test('where the record fails while units of a dead worker go back, that is told and nothing is thrown', async () => {
  const lendings = heldBy('dead');
  const failure = new Error('the disk is full');
  const troubles: unknown[] = [];
  const how = {
    ...{ node: { clock: monotonicClock }, lendings, filler: { lends: () => true } },
    keeper: { relend: () => Promise.reject(failure) },
    onTrouble: (error: unknown) => troubles.push(error),
  };
  await new Dispatch(how as unknown as DispatchHow).lose('dead');
  assert.equal(troubles, [failure, failure]);
});

test('a unit whose holder is heard is not lent to whoever asks for it, and nobody has failed', async () => {
  const counter = new Counter(heldBy('honest'));
  const { lendings, dispatch, told } = counter;
  counter.nowMs = LEASE_MS / 2;
  for (const fence of [4, 6, 5 + 4_096]) {
    assert.equal(await counter.ask('other', fence), { gone: true });
  }
  counter.say('other', 6);
  assert.is(lendings.get(WORK, 0)?.holder?.worker, 'honest');
  const end = { kind: 'end', work: WORK, index: 0, fence: 6, why: 'lost' } as const;
  assert.equal(told, [['other', end]]);
  // With the answer the message has left the queue: if the holder falls silent, nobody else has it.
  counter.nowMs = LEASE_MS;
  await dispatch.callBackOverdue();
  assert.equal(counter.cameBack, [[0, { fault: 'lost', worker: 'honest' }]]);
  assert.equal(lendings.counts(WORK), { queued: 1, held: 1 });
});

test('a unit whose holder is silent goes to the one that it was delivered to', async () => {
  const counter = new Counter(heldBy('dead'));
  const { lendings, told } = counter;
  counter.nowMs = LEASE_MS;
  const reply = await counter.ask('other', 6);
  assert.equal(reply, { gone: false, resumeAt: 0n, fence: 6 });
  assert.equal(counter.cameBack, [[0, { fault: 'lost', worker: 'dead' }]]);
  assert.is(lendings.get(WORK, 0)?.holder?.worker, 'other');
  assert.is(told[0]?.[0], 'dead');
});

test('a unit whose worker died before its first word has failed, and nobody is blamed', async () => {
  const counter = new Counter(new Lendings(LEASE_MS));
  counter.lendings.add(unitOf(0), 1);
  const first = await counter.ask('other', 5);
  assert.equal([first, counter.cameBack], [{ gone: false, resumeAt: 0n, fence: 5 }, []]);
  assert.equal(await counter.ask('other', 6), { gone: false, resumeAt: 0n, fence: 6 });
  assert.equal(counter.cameBack, [[0, { fault: 'lost', worker: null }]]);
  assert.is(counter.doubts, 0);
});

test('whoever hears that a unit is gone takes its message out of the queue, so that is looked at', async () => {
  const counter = new Counter(new Lendings(LEASE_MS));
  counter.lendings.add(unitOf(0), 1);
  assert.equal(await counter.ask('other', 4), { gone: true });
  assert.equal([counter.doubts, counter.cameBack], [1, []]);
});

test('no two workers get a unit under one fence, whatever the record was told of its deliveries', async () => {
  const counter = new Counter(new Lendings(LEASE_MS));
  const { lendings, cameBack } = counter;
  lendings.add(unitOf(0), 1);
  // The first one has died before it said anything, the second one before it was asked for.
  await counter.ask('b', 6);
  counter.say('b', 6);
  counter.nowMs += LEASE_MS;
  assert.equal(await counter.ask('c', 8), { gone: false, resumeAt: 0n, fence: 8 });
  assert.equal(counter.holder, ['c', 8]);
  const back = (worker: string | null) => [0, { fault: 'lost', worker }];
  assert.equal(cameBack, [back(null), back('b')]);
  assert.is(counter.fence, 7, 'what the second one brings is late by now');
  counter.say('c', 8);
  counter.say('b', 6);
  assert.equal(counter.holder, ['c', 8]);
  assert.equal(
    counter.told.map(([worker]) => worker),
    ['b', 'b'],
  );
  // Nor does the next message begin with the fence of one that was only paused.
  await counter.dispatch.lose('c');
  assert.equal([counter.fence, counter.puts, counter.holder], [9, 1, null]);
  assert.is(lendings.get(WORK, 0)?.fence, 9);
});

test('a fence that was made up costs the record no more than any other', async () => {
  const counter = new Counter(new Lendings(LEASE_MS));
  counter.lendings.add(unitOf(0), 1);
  counter.say('liar', 5 + 4_095);
  counter.nowMs = LEASE_MS;
  assert.equal(await counter.ask('c', 6), { gone: false, resumeAt: 0n, fence: 6 });
  assert.equal([counter.holder, counter.cameBack.length], [['c', 6], 1]);
});

test('a message of an older epoch is put there anew when its holder is dead, and none is lost', async () => {
  const counter = new Counter(heldBy('a'));
  const { lendings } = counter;
  const epoch = 2 * 65_536;
  counter.fence = epoch;
  counter.nowMs = LEASE_MS;
  assert.equal(await counter.ask('b', 6), { gone: true });
  assert.equal([counter.puts, counter.holder], [1, null]);
  assert.is(lendings.get(WORK, 0)?.fence, epoch + 1);
  // From there on deliveries are of that message.
  counter.say('b', epoch + 1);
  counter.nowMs += LEASE_MS;
  assert.equal(await counter.ask('c', epoch + 2), {
    ...{ gone: false, resumeAt: 0n, fence: epoch + 2 },
  });
  assert.equal(counter.holder, ['c', epoch + 2]);
});

test('when an earlier delivery is given up, so may be the message: its holder is the last one', async () => {
  const counter = new Counter(heldBy('a'));
  counter.nowMs = LEASE_MS;
  await counter.ask('c', 7);
  assert.equal(await counter.ask('b', 6), { gone: true });
  counter.say('c', 7);
  await counter.dispatch.callBackOverdue();
  assert.equal(counter.holder, ['c', 7]);
  counter.nowMs += LEASE_MS;
  await counter.dispatch.callBackOverdue();
  assert.equal([counter.holder, counter.puts], [null, 1]);
});

test('what a banned worker has is lent again at once, and none of it has failed', async () => {
  const { lendings, dispatch, cameBack } = new Counter(heldBy('bad'));
  await dispatch.takeBack('bad');
  assert.equal(
    cameBack.map(([index, { fault }]) => [index, fault]),
    [
      [0, 'none'],
      [1, 'none'],
    ],
  );
  assert.equal(lendings.counts(WORK), { queued: 2, held: 0 });
});

test('a banned worker that says that it is at a unit hears that it is not, and the unit is lent again', async () => {
  const counter = new Counter(new Lendings(LEASE_MS));
  const { lendings, dispatch, told } = counter;
  lendings.add(unitOf(0), 1);
  counter.banned.add('bad');
  const progress = { fence: 5, scannedTo: 3n, atMs: 0 };
  assert.is(dispatch.hear('bad', { work: WORK, index: 0 }, progress), 'known');
  assert.equal(told, [['bad', { kind: 'end', work: WORK, index: 0, fence: 5, why: 'revoked' }]]);
  await until('it is lent again', () => counter.puts > 0);
  assert.equal(lendings.counts(WORK), { queued: 1, held: 0 });
});

test('who was told to let go and does not, loses the unit; who holds one for ever, too', async () => {
  const counter = new Counter(heldBy('hog'));
  const { lendings, dispatch, told } = counter;
  const [first] = lendings.held();
  assert.ok(first !== undefined);
  first.holder.moved = { to: 'other', sinceMs: 0 };
  counter.nowMs = 4_999;
  await dispatch.callBackOverdue();
  assert.is(lendings.counts(WORK).held, 2, 'its answer may be on its way');
  counter.nowMs = 5_000;
  await dispatch.callBackOverdue();
  assert.equal(lendings.counts(WORK), { queued: 1, held: 1 });
  const end = { kind: 'end', work: WORK, fence: 5, why: 'lost' } as const;
  assert.equal(told, [['hog', { ...end, index: 0 }]]);
  // Two units of ten nonces, one of them left: sixteen times what it should take are 160 seconds.
  counter.nowMs = 160_000;
  await dispatch.callBackOverdue();
  assert.is(lendings.counts(WORK).held, 1);
  counter.nowMs = 160_001;
  await dispatch.callBackOverdue();
  assert.equal(lendings.counts(WORK), { queued: 2, held: 0 });
  assert.equal(told.slice(1), [['hog', { ...end, index: 1 }]]);
});

test('a late result of a unit that was taken back does not lend it once more', async () => {
  const counter = new Counter(heldBy('bad'));
  const { dispatch } = counter;
  await dispatch.takeBack('bad');
  const late = { work: WORK, index: 0, fence: 5, scannedTo: 10n, shares: [], hashes: 10 } as const;
  await dispatch.take('bad', { kind: 'result', result: { ...late, outcome: 'exhausted' } });
  assert.is(counter.puts, 2);
});

test('a worker is no faster for saying that it has made more hashes than its unit has', async () => {
  const counter = new Counter(heldBy('w'));
  counter.verdict = 'accepted';
  const whole = { work: WORK, index: 0, fence: 5, scannedTo: 10n, shares: [], hashes: 1e300 };
  await counter.dispatch.take('w', { kind: 'result', result: { ...whole, outcome: 'exhausted' } });
  assert.equal(counter.hashes, [10]);
});

test.run();
