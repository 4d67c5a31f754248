/** Messages with every field at random. */

import fc from 'fast-check';
import type { Unit } from '../../../ts/cluster/queue.js';
import type { Message } from '../../../ts/cluster/wire/messages.js';
import { type NonceEncoding, Pattern, Target, Work } from '../../../ts/index.js';

/** With the prototype that decoders give their objects. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
const hex = (digits: number) =>
  fc.uint8Array({ minLength: digits / 2, maxLength: digits / 2 }).map((bytes) => {
    return Buffer.from(bytes).toString('hex');
  });
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.nat({ max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const safe = fc.maxSafeNat();
const bound = fc.bigInt({ min: 0n, max: 1n << 64n });

const patch = fc.option(
  record({ offset: u32, bytes: fc.uint8Array({ minLength: 1, maxLength: 896 }) }),
);
const anyUnit: fc.Arbitrary<Unit> = record({
  work: hex(32),
  index: u32,
  variant: u64,
  start: u64,
  length: u64,
  patch,
}).map(({ length, start, ...rest }) => {
  const end = start + 1n + length;
  return { ...rest, start, end: end > 1n << 64n ? 1n << 64n : end };
});
const anyLease = record({ work: hex(32), index: u32, fence: safe, scannedTo: bound });
const text = fc.string({ maxLength: 100, unit: 'grapheme' });
const goal = fc.oneof(
  bytesOf(32).map((value) => Target.fromBytes(value, 'be')),
  fc.tuple(bytesOf(32), bytesOf(32)).map(([value, mask]) => Pattern.equals(value, mask)),
);
const layout = fc
  .constantFrom<NonceEncoding>('u32le', 'u32be', 'u48le', 'u64be', 'decimal', 'hex')
  .chain((encoding) => {
    const isText = encoding === 'decimal' || encoding === 'hex';
    const digits = isText ? fc.option(fc.integer({ min: 1, max: 16 }), { nil: undefined }) : null;
    return record({
      encoding: fc.constant(encoding),
      digits: digits ?? fc.constant(undefined),
      offset: fc.nat({ max: 100 }),
    });
  });
const anyWork = record({
  algorithm: fc.constantFrom('blake2s' as const, 'sha256' as const, 'sha256d' as const),
  message: fc.uint8Array({ minLength: 108, maxLength: 400 }),
  nonce: layout,
  hashOrder: fc.constantFrom('le' as const, 'be' as const),
}).map((options) => new Work(options));

const anyAddress = record({
  host: fc.string({ minLength: 1, maxLength: 253 }),
  port: fc.integer({ min: 1, max: 65_535 }),
});

/** Messages of the kinds that are binary, with every field at random. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  record({ kind: fc.constant('request' as const), credits: fc.nat({ max: 64 }) }),
  record({ kind: fc.constant('heartbeat' as const), tick: u32 }),
  record({ kind: fc.constant('goodbye' as const), reason: text }),
  record({
    kind: fc.constant('assign' as const),
    units: fc.array(
      record({ unit: anyUnit, fence: safe, ttlMs: u32 }).map((assigned) => ({
        ...assigned,
        resumeAt: assigned.unit.end - 1n,
      })),
      { maxLength: 64 },
    ),
  }),
  record({
    kind: fc.constant('result' as const),
    serial: u32,
    result: record({
      lease: anyLease,
      outcome: fc.constantFrom('found' as const, 'exhausted' as const, 'partial' as const),
      hashes: safe,
      shares: fc.array(record({ nonce: u64, hash: bytesOf(32) }), { maxLength: 256 }),
    }).map(({ lease: of, ...rest }) => ({ ...of, ...rest })),
  }),
  record({
    kind: fc.constant('statement' as const),
    statement: record({
      id: fc.string({ maxLength: 64 }),
      stands: fc.boolean(),
      epoch: fc.nat({ max: 2 ** 31 - 1 }),
      candidate: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      leader: fc.option(record({ id: hex(32), epoch: fc.nat(), address: anyAddress })),
    }),
    port: fc.nat({ max: 65_535 }),
    known: fc.array(fc.constant({ host: 'h', port: 1 }), { maxLength: 16 }),
  }),
  record({
    kind: fc.constant('extend' as const),
    leases: fc.array(anyLease, { maxLength: 64 }),
  }),
  record({ lease: anyLease, serial: u32, failed: fc.option(text) }).map(
    ({ lease: of, serial, failed }) => ({
      kind: 'release' as const,
      serial,
      ...of,
      ...(failed === null ? {} : { failed }),
    }),
  ),
  record({
    id: hex(32),
    lane: text,
    work: anyWork,
    target: goal,
    shareTarget: goal,
    goal: fc.constantFrom('first' as const, 'all' as const),
    dataset: fc.option(hex(64)),
  }).map(({ dataset, ...rest }) => ({
    kind: 'work' as const,
    spec: { ...rest, ...(dataset === null ? {} : { dataset }) },
  })),
  record({
    kind: fc.constant('dataset-chunk' as const),
    root: hex(64),
    index: u32,
    bytes: fc.option(fc.uint8Array({ maxLength: 5_000 })),
  }),
);
