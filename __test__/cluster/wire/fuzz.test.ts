import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FieldReader } from '../../../ts/cluster/wire/field-reader.js';
import { FieldWriter } from '../../../ts/cluster/wire/field-writer.js';
import {
  decodePayload,
  encodeFrame,
  encodePayload,
  HEADER_BYTES,
} from '../../../ts/cluster/wire/frame.js';
import { decodeFrame, FrameReader } from '../../../ts/cluster/wire/frame-reader.js';
import type { AssignedUnit, Message } from '../../../ts/cluster/wire/messages.js';
import { type AnyRow, MESSAGES, rowOfKind } from '../../../ts/cluster/wire/table.js';
import { readUnit, writeUnit } from '../../../ts/cluster/wire/unit-fields.js';
import { WireError } from '../../../ts/cluster/wire/wire-error.js';
import { decodeWorkSpec } from '../../../ts/cluster/wire/work-spec.js';
import { crc32c } from '../../../ts/core/crc32c.js';
import { Random } from '../../fixtures.js';
import { anyMessage } from './arbitrary-messages.js';
import { allSamples, plain, samples } from './samples.js';

/** The message, or `null` for a `WireError`; anything else that is thrown fails the test. */
function readOrRefuse(row: AnyRow, payload: Uint8Array): Message | null {
  try {
    return decodePayload(row, payload);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    assert.ok(error.message.length < 400, error.message);
    return null;
  }
}

/** What was read can be written, and is read again as the same. */
function survives(row: AnyRow, message: Message): void {
  const again = decodePayload(row, encodePayload(message));
  assert.equal(plain(again), plain(message));
}

/** One or a few bytes flipped, cut out, doubled or put in. */
function spoil(random: Random, payload: Uint8Array): Uint8Array {
  const bytes = [...payload];
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.between(0, bytes.length);
    const how = random.between(0, 4);
    if (how === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
    else if (how === 1) bytes.splice(at, random.between(1, 9));
    else if (how === 2) bytes.splice(at, 0, ...random.bytes(random.between(1, 9)));
    else if (how === 3) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
    else bytes.splice(at, 0, ...bytes.slice(at, at + random.between(1, 40)));
  }
  return Uint8Array.from(bytes);
}

test('random bytes are refused, and a reader never fails in another way', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 5 }), (chunks) => {
      const reader = new FrameReader({ from: 'worker' });
      for (const chunk of chunks) {
        reader.push(chunk);
        try {
          assert.is(reader.next(), null);
        } catch (error) {
          assert.instance(error, WireError);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a good header with random payloads under good CRCs is refused or read, never more', () => {
  const random = new Random(1);
  let [read, refused] = [0, 0];
  for (const row of MESSAGES) {
    for (let i = 0; i < 300; i++) {
      const like = encodePayload(samples[row.kind]).length;
      const any = random.between(0, Math.min(row.cap, 300));
      const payload = random.bytes(i % 2 === 0 ? like : any);
      if (i % 4 !== 3 && payload.length > 0) payload[0] = 1;
      const message = readOrRefuse(row, payload);
      if (message === null) refused += 1;
      else {
        survives(row, message);
        read += 1;
      }
    }
  }
  assert.ok(read > 50 && refused > 2_000, `${read} read, ${refused} refused`);
});

test('spoilt messages are refused or read as messages that can be written again', () => {
  const random = new Random(2);
  let [read, refused] = [0, 0];
  for (const message of allSamples) {
    const row = rowOfKind(message.kind);
    const payload = encodePayload(message);
    for (let i = 0; i < 400; i++) {
      const found = readOrRefuse(row, spoil(random, payload).subarray(0, row.cap));
      if (found === null) refused += 1;
      else {
        survives(row, found);
        read += 1;
      }
    }
  }
  assert.ok(read > 500 && refused > 2_000, `${read} read, ${refused} refused`);
});

test('spoilt frames are never taken for the frames that they were, unless they are the same bytes', () => {
  const random = new Random(3);
  fc.assert(
    fc.property(anyMessage, (message) => {
      const frame = encodeFrame(message, 0);
      const spoilt = spoil(random, frame);
      if (Buffer.compare(spoilt.subarray(0, frame.length), frame) === 0) return;
      const from = rowOfKind(message.kind).from === 'master' ? 'master' : 'worker';
      const reader = new FrameReader({ from });
      reader.push(spoilt);
      try {
        assert.is(reader.next(), null);
      } catch (error) {
        assert.instance(error, WireError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a message that ends early is refused wherever it ends', () => {
  for (const message of allSamples) {
    const row = rowOfKind(message.kind);
    const payload = encodePayload(message);
    // Without its tail a message is whole: that is what makes a tail.
    const tails = { stored: 13, release: 20, work: 35 } as Record<string, number>;
    const whole = payload.length - (tails[message.kind] ?? 0);
    for (let length = 0; length < payload.length; length++) {
      const found = readOrRefuse(row, payload.subarray(0, length));
      assert.is(found !== null, length === whole, `${row.name} of ${length} bytes`);
    }
  }
});

test('fields that this version does not know are skipped, in tails and in maps', () => {
  const isMap = ['hello', 'hello-reply', 'capabilities', 'peer-list', 'status'];
  for (const message of allSamples) {
    if (message.kind === 'status-request' || message.kind === 'request') continue; // no room
    const row = rowOfKind(message.kind);
    const payload = [...encodePayload(message)];
    if (isMap.includes(message.kind)) {
      payload[1] = (payload[1] as number) + 1;
      payload.push(0x63, 0x6e, 0x65, 0x77, 0x82, 0x01, 0xf5); // "new": [1, true]
    } else {
      payload.push(200, 0, 2, 1, 2, 201, 0, 0);
    }
    const bytes = Uint8Array.from(payload);
    assert.equal(plain(decodePayload(row, bytes)), plain(message), row.name);
  }
});

test('a payload of another version is refused, and so are tails out of order', () => {
  const row = rowOfKind('heartbeat');
  const payload = [...encodePayload(samples.heartbeat)];
  assert.is(readOrRefuse(row, Uint8Array.from([2, ...payload.slice(1)])), null);
  assert.ok(readOrRefuse(row, Uint8Array.from([...payload, 5, 0, 0, 6, 0, 0])));
  assert.is(readOrRefuse(row, Uint8Array.from([...payload, 6, 0, 0, 5, 0, 0])), null);
  assert.is(readOrRefuse(row, Uint8Array.from([...payload, 5, 0, 0, 5, 0, 0])), null);
  assert.is(readOrRefuse(row, Uint8Array.from([...payload, 5, 0, 1])), null);
});

test('CBOR as only an attacker writes it is refused: nested, endless, twice the same key', () => {
  const row = rowOfKind('status');
  const refused = (hex: string) => {
    return readOrRefuse(row, Buffer.from(`01${hex}`, 'hex')) === null;
  };
  assert.ok(refused('81'.repeat(row.cap - 1)), 'nested lists to the end');
  assert.ok(refused('a16161'.repeat(80_000)), 'nested maps');
  assert.ok(refused('bf6161016162 02ff'.replaceAll(' ', '')), 'a map without length');
  assert.ok(refused('a2616101616101'), 'a key twice');
  assert.ok(refused('9b7fffffffffffffff'), 'a list of 2^63');
  assert.ok(refused('bb00000000ffffffff'), 'a map of 2^32');
  assert.ok(refused('5b00000000ffffffff'), 'bytes of 2^32');
  assert.ok(refused('a1695f5f70726f746f5f5fa0'), '__proto__');
  assert.ok(refused('a0a0'), 'two maps');
  const golden = Buffer.from(encodePayload(samples.status)).toString('hex').slice(2);
  assert.not(refused(golden));
  // epoch: 4, in a longer form than it needs; as a float; below zero; above 2^53.
  const epoch = '6565706f636804';
  assert.ok(golden.includes(epoch));
  assert.ok(golden.startsWith('a6'));
  assert.ok(refused(`a7${golden.slice(2)}${epoch}`), 'a whole status with a key twice');
  assert.ok(refused(`bf${golden.slice(2)}ff`), 'a whole status without length');
  for (const value of [
    '1804',
    'f94480',
    '20',
    '1b0020000000000000',
    'f97e00',
    'fb7ff0000000000000',
  ]) {
    assert.ok(refused(golden.replace(epoch, `6565706f6368${value}`)), value);
  }
});

test('ranges that no master gives are refused: empty, backwards, begun outside, above 2^64', () => {
  const [, { unit }] = samples.assign.units as readonly [unknown, AssignedUnit];
  const assigned: AssignedUnit = { unit, fence: 1, resumeAt: unit.start, ttlMs: 5_000 };
  const isRead = (changed: AssignedUnit) =>
    readOrRefuse(rowOfKind('assign'), encodePayload({ kind: 'assign', units: [changed] })) !== null;
  assert.ok(isRead(assigned));
  assert.ok(isRead({ ...assigned, resumeAt: unit.end - 1n }));
  assert.not(isRead({ ...assigned, unit: { ...unit, end: unit.start } }));
  assert.not(isRead({ ...assigned, unit: { ...unit, end: unit.start - 1n } }));
  assert.not(isRead({ ...assigned, resumeAt: unit.start - 1n }));
  const short = { ...unit, end: unit.start + 10n };
  assert.not(isRead({ ...assigned, unit: short, resumeAt: short.end }));
  const empty = new FieldWriter('UNIT', 0, 1_000);
  writeUnit(empty, { ...unit, end: unit.start });
  const alone = new FieldReader('UNIT', empty.finish());
  assert.throws(() => readUnit(alone), /^UNIT end: /);
  const extend = encodePayload(samples.extend);
  const row = rowOfKind('extend');
  assert.ok(readOrRefuse(row, extend));
  for (const [at, value] of [
    [extend.length - 1, 1],
    [extend.length - 9, 2],
  ] as const) {
    const above = Uint8Array.from(extend);
    above[at] = value;
    assert.is(readOrRefuse(row, above), null);
  }
});

test('a work that the constructors refuse is a malformed message', () => {
  const good = encodePayload(samples.work);
  const { spec } = decodePayload(rowOfKind('work'), good) as typeof samples.work;
  assert.is(spec.work.nonce.offset, 12);
  // The nonce: eight bytes at 13 of 20 do not fit; digits for a binary nonce.
  const at = good.findIndex((_, i) => Buffer.from(good).readUInt32BE(i) === 12);
  const far = Uint8Array.from(good);
  far[at + 3] = 13;
  assert.is(readOrRefuse(rowOfKind('work'), far), null);
  const digits = Uint8Array.from(good);
  digits[at - 1] = 3;
  assert.is(readOrRefuse(rowOfKind('work'), digits), null);
  assert.throws(() => decodeWorkSpec(Uint8Array.of(1, 2, 3)), /^WORK id: /);
});

test('whatever is claimed by the header of a stream, the next frames are not read from its middle', () => {
  const frame = encodeFrame(samples.result, 0);
  const view = new DataView(frame.buffer, frame.byteOffset);
  view.setUint32(8, frame.length - HEADER_BYTES - 1);
  view.setUint32(16, crc32c(frame.subarray(0, 16)));
  view.setUint32(20, crc32c(frame.subarray(HEADER_BYTES, -1)));
  const reader = new FrameReader({ from: 'worker' });
  reader.push(frame);
  reader.push(encodeFrame(samples.heartbeat, 1));
  const short = reader.next();
  assert.ok(short !== null);
  assert.throws(
    () => decodeFrame(short),
    (error: unknown) => error instanceof WireError,
  );
  assert.throws(() => reader.next() ?? reader.next(), /magic|header|version/);
});

test.run();
