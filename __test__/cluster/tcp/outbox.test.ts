import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Outbox } from '../../../ts/cluster/tcp/outbox.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { workAsked } from '../faults/work.js';

const { spec } = workAsked({ number: 1, units: 1, unitNonces: 64 });
const unit = { work: spec.id, index: 0, variant: 0n, start: 0n, end: 64n, patch: null };
const assign: Message = {
  kind: 'assign',
  units: [{ unit, fence: 65_537, resumeAt: 0n, ttlMs: 5_000 }],
};
const cancel: Message = { kind: 'cancel', work: spec.id, reason: 'stale' };
const beat = (tick: number): Message => ({ kind: 'heartbeat', tick });

/** What is sent, as the other end reads it: numbers of frames and checksums must fit. */
function sent(outbox: Outbox): readonly Message[] {
  const reader = new FrameReader({ from: 'master' });
  const messages: Message[] = [];
  for (let frame = outbox.shift(); frame !== null; frame = outbox.shift()) {
    reader.push(frame);
    const read = reader.next();
    if (read !== null) messages.push(decodeFrame(read));
  }
  return messages;
}

const kinds = (outbox: Outbox) => sent(outbox).map(({ kind }) => kind);

test('what is said is sent in order, numbered from 0', () => {
  const outbox = new Outbox();
  outbox.push({ kind: 'work', spec });
  outbox.push(assign);
  assert.equal(kinds(outbox), ['work', 'assign']);
  assert.is(outbox.bytes, 0);
});

test('a cancel goes before everything that waits, and frames are still in order', () => {
  const outbox = new Outbox();
  outbox.push({ kind: 'work', spec });
  outbox.push(assign);
  outbox.push(cancel);
  assert.equal(kinds(outbox), ['cancel', 'work', 'assign']);
});

test('of a work that is over nothing is sent any more', () => {
  const outbox = new Outbox();
  outbox.push({ kind: 'work', spec });
  outbox.push(assign);
  outbox.push({ kind: 'goodbye', reason: 'x' });
  const gone = outbox.forget(spec.id);
  assert.equal(
    gone.map(({ units }) => units[0]?.fence),
    [65_537],
  );
  assert.equal(kinds(outbox), ['goodbye']);
});

test('of 512 works that came and went what waits is small', () => {
  const outbox = new Outbox();
  for (let i = 0; i < 512; i += 1) {
    const id = i.toString(16).padStart(32, '0');
    outbox.push({ kind: 'work', spec: { ...spec, id } });
    outbox.forget(id);
  }
  assert.is(outbox.bytes, 0);
});

test('of heartbeats that wait the newest alone is sent', () => {
  const outbox = new Outbox();
  for (let tick = 0; tick < 10; tick += 1) outbox.push(beat(tick));
  assert.equal(sent(outbox), [beat(9)]);
});

test('what no reader would take is refused before anything waits', () => {
  const outbox = new Outbox();
  assert.throws(() => outbox.push({ kind: 'heartbeat', tick: -1 }));
  assert.is(outbox.bytes, 0);
});

test.run();
