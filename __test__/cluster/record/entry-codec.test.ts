import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Entry } from '../../../ts/cluster/record/entries.js';
import { decodeEntries, encodeEntries } from '../../../ts/cluster/record/entry-codec.js';
import { Pattern, Target } from '../../../ts/index.js';
import { workId } from './fakes.js';

const big = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 130n }), fc.bigInt({ min: 0n, max: 300n }));
const name = fc.oneof(fc.string({ maxLength: 40 }), fc.constant(workId(77)));
const plain = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(of, { noNullPrototype: true });
const span = plain({ variant: big, start: big, end: big });
const count = fc.maxSafeNat();
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const of = { work: name, index: count };
const ANY: {
  readonly [K in Entry['kind']]: fc.Arbitrary<Omit<Extract<Entry, { kind: K }>, 'kind'>>;
} = {
  epoch: plain({ epoch: count }),
  conduct: plain({
    ...{ key: name, strikesAtMs: fc.array(count, { maxLength: 4 }), lastAtMs: count },
    ...{ bans: count, bannedUntilMs: count },
  }),
  work: plain({
    ...{ work: name, lane: name, pairs: big, floor: count },
    shareTarget: fc.oneof(
      hash.map((bytes) => Target.fromBytes(bytes, 'le')),
      hash.map((bytes) => Pattern.equals(bytes.subarray(0, 5), bytes.subarray(5, 10))),
    ),
  }),
  counts: plain({
    ...{ work: name, next: count, carved: big, donePairs: big, completed: count },
    quarantined: count,
  }),
  unit: plain({
    ...{ ...of, span, depth: count, failures: count, fence: count },
    ...{ holder: fc.option(name), from: big, scannedTo: big },
  }),
  carve: plain({ ...of, span }),
  lease: plain({ ...of, fence: count, holder: name, from: big }),
  progress: plain({ ...of, scannedTo: big }),
  failure: plain(of),
  split: plain({ ...of, at: big, depth: count }),
  quarantine: plain(of),
  done: plain(of),
  again: plain({ ...of, span }),
  solution: plain({
    ...{ ...of, span, fence: count, worker: name, share: plain({ nonce: big, hash }) },
  }),
  end: plain({ work: name }),
};

test('every kind of entry comes back as it was', () => {
  const kinds = Object.entries(ANY).map(([kind, fields]) =>
    fields.map((values) => ({ kind, ...values }) as Entry),
  );
  const comparable = (entry: Entry) => ('shareTarget' in entry ? encodeEntries([entry]) : entry);
  for (const kind of kinds) {
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 5 }), (entries) => {
        assert.equal(
          decodeEntries(encodeEntries(entries)).map(comparable),
          entries.map(comparable),
        );
      }),
      { numRuns: 60 },
    );
  }
});

test('an entry of a later release is refused, not passed over', () => {
  assert.throws(() => decodeEntries(Uint8Array.of(99)), /entry kind 99/);
});

test.run();
