import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type HashItem,
  hash,
  hashBatch,
  Pattern,
  type PowError,
  Target,
  type VerifyItem,
  verify,
  verifyBatch,
  Work,
} from '../../ts/index.js';
import { ALGORITHMS, NONCE_ENCODINGS } from '../../ts/native/contract.js';
import { anyWork, easyTarget, Random, solvedBlocks, thrown } from '../fixtures.js';

const random = new Random(3);

function randomItem(): VerifyItem {
  const encoding = random.pick(NONCE_ENCODINGS);
  const message = random.bytes(random.between(8, 300));
  const work = new Work({
    algorithm: random.pick(ALGORITHMS),
    message,
    nonce: { offset: random.between(0, message.length - 8), encoding },
    hashOrder: random.pick(['le', 'be']),
  });
  const target = random.pick([
    Target.fromLeadingZeroBits(1),
    Pattern.equals(Uint8Array.of(0), Uint8Array.of(1)),
  ]);
  return { work, nonce: random.bigint(1n << 32n), target };
}

test('a batch says of each item what verify() and hash() say', () => {
  const items = Array.from({ length: 500 }, randomItem);
  const verdicts = verifyBatch(items);
  const digests = hashBatch(items);
  assert.is(verdicts.length, 500);
  items.forEach(({ work, nonce, target }, i) => {
    assert.is(verdicts[i], verify(work, nonce, target) ? 1 : 0);
    assert.equal(digests.subarray(32 * i, 32 * (i + 1)), hash(work, nonce));
  });
  const wins = verdicts.reduce((sum, verdict) => sum + verdict, 0);
  assert.ok(wins > 100 && wins < 400, `${wins} of 500 won`);
});

test('every real header verifies in one batch', () => {
  assert.equal(verifyBatch(solvedBlocks), new Uint8Array(solvedBlocks.length).fill(1));
});

test('no items give no bytes', () => {
  assert.is(verifyBatch([]).length, 0);
  assert.is(hashBatch([]).length, 0);
});

test('messages of 20 MiB together are taken in parts, and in order', () => {
  const message = new Uint8Array(1 << 20);
  const nonce = { offset: 0, encoding: 'u32le' } as const;
  const work = new Work({ algorithm: 'sha256', message, nonce, hashOrder: 'be' });
  const target = Target.fromLeadingZeroBits(1);
  const items = Array.from({ length: 20 }, (_, i) => ({ work, nonce: BigInt(i), target }));
  const digests = hashBatch(items);
  const verdicts = verifyBatch(items);
  items.forEach((item, i) => {
    assert.equal(digests.subarray(32 * i, 32 * (i + 1)), hash(work, item.nonce));
    assert.is(verdicts[i], verify(work, item.nonce, target) ? 1 : 0);
  });
});

const good = { work: anyWork, nonce: 1n, target: easyTarget };
const BAD: readonly (readonly [string, string, string, unknown])[] = [
  ['no array', 'POW_ARGUMENT', 'items', good],
  ['a null item', 'POW_ARGUMENT', 'items[1]', [good, null]],
  ['a hole', 'POW_ARGUMENT', 'items[0]', Array(1)],
  ['an item without work', 'POW_ARGUMENT', 'items[1].work', [good, { ...good, work: {} }]],
  ['an item with a Number', 'POW_ARGUMENT', 'items[0].nonce', [{ ...good, nonce: 1 }]],
  ['a nonce too big', 'POW_RANGE', 'items[0].nonce', [{ ...good, nonce: 1n << 64n }]],
  ['an item without target', 'POW_ARGUMENT', 'items[1].target', [good, { ...good, target: 5 }]],
];

for (const [what, code, argument, items] of BAD) {
  test(`${what}: ${code} names '${argument}'`, () => {
    const error = thrown(() => verifyBatch(items as VerifyItem[])) as PowError;
    assert.is(error.code, code);
    assert.is(error.argument, argument);
    if (argument.endsWith('target')) return;
    assert.is((thrown(() => hashBatch(items as HashItem[])) as PowError).argument, argument);
  });
}

test.run();
