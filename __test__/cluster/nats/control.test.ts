import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeReport,
  decodeUnit,
  encodeReport,
  encodeUnit,
} from '../../../ts/cluster/nats/codec.js';
import {
  ofProgressKey,
  progressKey,
  readControl,
  readProgress,
  readResumeQuestion,
  readResumeReply,
  readWant,
  readWantReply,
  writeProgress,
  writeResumeReply,
} from '../../../ts/cluster/nats/control.js';
import { Known } from '../../../ts/cluster/nats/known.js';
import { Peers } from '../../../ts/cluster/nats/peers.js';
import { capabilities, workOf } from './fixture.js';

const WORK = 'a'.repeat(32);
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const READERS = [
  ...[readControl, readProgress, readResumeQuestion, readResumeReply, readWant, readWantReply],
  (raw: Uint8Array) => new Peers().hear(WORK, raw),
];

test('bytes that mean nothing are nothing', () => {
  const any = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(any, (raw) => {
      for (const read of READERS) assert.is(read(raw), null);
    }),
  );
});

test('units and reports come back from the queue as they went in', () => {
  const unit = {
    unit: { work: WORK, index: 7, variant: 3n, start: 5n, end: 1n << 64n, patch: null },
    ...{ fence: 65_537, resumeAt: 9n, ttlMs: 15_000 },
  };
  assert.equal(decodeUnit(encodeUnit(unit)), unit);
  const lease = { work: WORK, index: 7, fence: 65_537, scannedTo: 12n };
  const shares = [{ nonce: 5n, hash: new Uint8Array(32).fill(1) }];
  const result = { ...lease, outcome: 'partial', hashes: 3, shares } as const;
  assert.equal(decodeReport(encodeReport(1, { kind: 'result', result })), {
    kind: 'result',
    result,
  });
  const release = { kind: 'release', ...lease, failed: 'no' } as const;
  const { kind, work, failed } = decodeReport(encodeReport(2, release)) as typeof release;
  assert.equal([kind, work, failed], ['release', WORK, 'no']);
});

test('random bytes are no unit and no report', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      for (const read of [decodeUnit, decodeReport]) assert.throws(() => read(raw));
    }),
  );
});

test('a nonce of 64 bits survives, which JSON alone would round', () => {
  const scannedTo = (1n << 64n) - 3n;
  const progress = readProgress(new TextEncoder().encode(writeProgress({ fence: 1, scannedTo })));
  assert.is(progress?.scannedTo, scannedTo);
  const reply = { gone: false, resumeAt: scannedTo, fence: 2 } as const;
  assert.equal(readResumeReply(new TextEncoder().encode(writeResumeReply(reply))), reply);
});

test('a key of progress tells whose it is', () => {
  const of = { worker: 'b'.repeat(32), work: WORK, index: 12 };
  assert.equal(ofProgressKey(progressKey(of.worker, of.work, of.index)), of);
  assert.is(ofProgressKey('leader'), null);
});

test('a master of a lower epoch than one that was heard is not obeyed', () => {
  const known = new Known();
  assert.is(known.hears(4), true);
  assert.is(known.hears(3), false);
  const claim = { id: 'm', name: 'm', record: 'r', resigned: false };
  assert.is(known.lead({ ...claim, epoch: 3, since: 3 }), false);
  assert.is(known.lead({ ...claim, epoch: 5, since: 5 }), true);
  assert.is(known.isVoid(4), true);
  assert.is(known.isVoid(5), false);
});

test('a work that is over stays over until it is published again', () => {
  const known = new Known();
  const { spec } = workOf(1);
  known.add(spec);
  known.end(spec.id, 'stale');
  assert.is(known.isOver(spec.id), true);
  assert.is(known.spec(spec.id), null);
  known.add(spec);
  assert.is(known.isOver(spec.id), false);
});

test('a node joins, changes, goes on and leaves, each told once', () => {
  const peers = new Peers();
  const node = { id: WORK, name: 'n', role: 'worker', capabilities };
  assert.is(peers.hear(WORK, bytes(node))?.op, 'join');
  assert.is(peers.hear(WORK, bytes(node))?.op, 'alive');
  const more = { ...node, capabilities: { ...capabilities, threads: 9 } };
  assert.is(peers.hear(WORK, bytes(more))?.op, 'update');
  assert.is(peers.hear(WORK, null)?.op, 'leave');
  assert.is(peers.hear(WORK, null), null);
  assert.is(peers.hear('b'.repeat(32), bytes(node)), null, 'under the key of another');
});

test.run();
