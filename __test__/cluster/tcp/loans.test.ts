import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeldLease } from '../../../ts/cluster/record/decisions.js';
import { Loans } from '../../../ts/cluster/tcp/loans.js';
import { Outbox } from '../../../ts/cluster/tcp/outbox.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { turns } from '../../miner/jobs.js';
import { workAsked } from '../faults/work.js';

const { spec } = workAsked({ number: 1, units: 3, unitNonces: 64 });
const FENCE = 65_537;

function assignmentOf(index: number) {
  const unit = { work: spec.id, index, variant: 0n, start: 0n, end: 64n, patch: null };
  return { spec, unit, fence: FENCE, resumeAt: 0n, ttlMs: 5_000 };
}

const keyOf = (index: number) => ({ work: spec.id, index, fence: FENCE });

/** Units on their way over a link on which nothing is sent until the test looks. */
function slowLink() {
  const outbox = new Outbox();
  const unheard: HeldLease[] = [];
  const send = (message: Message) => outbox.push(message);
  const loans = new Loans({ outbox, send }, { onUnheard: (lease) => unheard.push(lease) });
  const reader = new FrameReader({ from: 'master' });
  const sent = (): readonly Message[] => {
    const messages: Message[] = [];
    for (let frame = outbox.shift(); frame !== null; frame = outbox.shift()) {
      reader.push(frame);
      const read = reader.next();
      if (read !== null) messages.push(decodeFrame(read));
    }
    return messages;
  };
  return { loans, unheard, sent };
}

const told = (messages: readonly Message[]) =>
  messages.map((message) =>
    message.kind === 'assign'
      ? `assign ${message.units.map(({ unit }) => unit.index)}`
      : message.kind,
  );

test('a lease that ends before it was sent is not sent, and the others of its message are', async () => {
  const { loans, unheard, sent } = slowLink();
  for (const index of [0, 1, 2]) loans.add(assignmentOf(index));
  await turns();
  loans.end(keyOf(1), 'moved');
  assert.equal(unheard, [{ ...keyOf(1), scannedTo: 0n }]);
  assert.equal(told(sent()), ['work', 'assign 0,2']);
});

test('so is one that ends in the turn in which it was lent', async () => {
  const { loans, unheard, sent } = slowLink();
  loans.add(assignmentOf(0));
  loans.end(keyOf(0), 'revoked');
  await turns();
  assert.equal(unheard, [{ ...keyOf(0), scannedTo: 0n }]);
  assert.equal(told(sent()), []);
});

test('of a lease that was sent, and of another one of the same unit, the worker is told', async () => {
  const { loans, unheard, sent } = slowLink();
  loans.add(assignmentOf(0));
  await turns();
  assert.equal(told(sent()), ['work', 'assign 0']);
  loans.end(keyOf(0), 'lost');
  assert.equal(told(sent()), ['revoke']);
  loans.add({ ...assignmentOf(0), fence: FENCE + 1 });
  await turns();
  loans.end(keyOf(0), 'lost');
  assert.equal(told(sent()), ['revoke', 'assign 0']);
  assert.equal(unheard, []);
});

test.run();
