import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNode } from '../../../ts/cluster/nats/checked-options.js';
import { encodeUnit } from '../../../ts/cluster/nats/codec.js';
import type { Nats } from '../../../ts/cluster/nats/connection.js';
import type { HeldLease } from '../../../ts/cluster/nats/held-lease.js';
import { Intake } from '../../../ts/cluster/nats/intake.js';
import { Known } from '../../../ts/cluster/nats/known.js';
import { VirtualClock } from '../../miner/jobs.js';
import { workOf } from './fixture.js';

const { spec } = workOf(1);
const SIGNAL = new AbortController().signal;

/** A worker at a queue that delivers what a test says. */
class Place {
  readonly clock = new VirtualClock();
  readonly known = new Known();
  readonly intake: Intake;
  /** Words to the queue, by the place of the message that they are about. */
  readonly said: [sequence: number, word: string][] = [];
  /** Consumers that were asked for units. */
  readonly pulledAt: string[] = [];
  /** A unit lies wherever the worker looks. */
  isFull = false;
  /** Of this worker, as the master says. */
  size = 1;
  #deliver: (error: null, message: object) => void = () => {};

  constructor() {
    const connection = {
      subscribe: (_subject: string, { callback }: { callback: (error: null) => void }) => {
        this.#deliver = callback;
      },
      publish: (subject: string, word: string) => {
        if (subject.startsWith('$JS.ACK.')) this.said.push([Number(subject.split('.')[5]), word]);
        else if (this.isFull) this.#fill(subject);
      },
      request: async () => ({ data: Buffer.from(JSON.stringify({ sizes: [this.size] })) }),
      isClosed: () => false,
    };
    const nats = { connection, onReconnect: new Set() } as unknown as Nats;
    const node = checkNode({ servers: ['nats://127.0.0.1:4222'], clock: this.clock });
    const owner = {
      store: async () => {},
      over: (lease: HeldLease) => this.intake.forget(lease, true),
    };
    this.known.add(spec);
    this.intake = new Intake(nats, { node, known: this.known, owner, onNotice: () => {} });
  }

  #fill(subject: string): void {
    this.pulledAt.push(subject.slice(subject.lastIndexOf('.') + 1));
    this.#put(this.pulledAt.length, 5, this.pulledAt.length);
  }

  take(sequence: number, fence: number): Promise<readonly HeldLease[]> {
    this.#put(sequence, fence, 0);
    return this.intake.next(0, SIGNAL);
  }

  #put(sequence: number, fence: number, index: number): void {
    const span = { variant: 0n, start: 0n, end: 10n };
    const unit = { work: spec.id, index, ...span, patch: null };
    const reply = `$JS.ACK.pow_UNITS.size_1.1.${sequence}.1.1.0`;
    const data = encodeUnit({ unit, fence, resumeAt: 0n, ttlMs: 15_000 });
    this.#deliver(null, { subject: `pow.unit.1.${spec.id}.${index}`, reply, data });
  }
}

const WHOLE = { outcome: 'exhausted', scannedTo: 10n, shares: [], hashes: 10 } as const;

test('a unit that comes again while it is in hand is the same lease', async () => {
  const place = new Place();
  const [lease] = await place.take(1, 5);
  // The server has forgotten everything, and was filled again.
  assert.equal(await place.take(2, 5), []);
  await lease?.report(WHOLE);
  assert.equal(place.said, [[2, '+ACK']]);
});

test('a unit that was lent anew meanwhile is another lease, and the older one has nothing of it', async () => {
  const place = new Place();
  const [older] = await place.take(1, 5);
  const [newer] = await place.take(2, 6);
  assert.equal([older?.signal.reason, newer?.fence], ['lost', 6]);
  await older?.report(WHOLE);
  assert.equal(place.said, [], 'what lies in the queue is that of the newer one');
  await newer?.report(WHOLE);
  assert.equal(place.said, [[2, '+ACK']]);
});

test('a worker that always finds something asks all the same where it is to look', async () => {
  const place = new Place();
  place.isFull = true;
  const takeOne = async () => {
    for (;;) {
      const [lease] = await place.intake.next(1, SIGNAL);
      if (lease !== undefined) return lease.report(WHOLE);
    }
  };
  for (const size of [1, 2]) {
    place.size = size;
    await takeOne();
    await takeOne();
    assert.is(place.pulledAt.at(-1), 'size_1');
  }
  await place.clock.pass(10_000);
  await takeOne();
  await takeOne();
  assert.is(place.pulledAt.at(-1), 'size_2');
});

test.run();
