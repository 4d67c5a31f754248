import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Share, Unit, WorkSpec } from '../../../ts/cluster/queue.js';
import { Referee } from '../../../ts/cluster/trust/referee.js';
import { hash, Pattern, Target, Work } from '../../../ts/index.js';
import { plainDigest } from '../../fixtures.js';

const work = new Work({
  algorithm: 'sha256',
  message: Uint8Array.from({ length: 40 }, (_, i) => i),
  nonce: { offset: 32, encoding: 'u64be' },
  hashOrder: 'be',
});
const spec: WorkSpec = {
  id: 'ab'.repeat(16),
  lane: 'lane',
  work,
  target: Target.fromLeadingZeroBits(8),
  shareTarget: Target.fromLeadingZeroBits(4),
  goal: 'all',
};
const unit: Unit = {
  work: spec.id,
  index: 0,
  variant: 1n,
  start: 0n,
  end: 4_096n,
  patch: { offset: 2, bytes: Uint8Array.of(0xaa, 0xbb) },
};
const message = work.message;
message.set([0xaa, 0xbb], 2);
const patched = { algorithm: work.algorithm, message, nonce: work.nonce };

/** Of the unit, by code that knows nothing of the referee. */
const shares: readonly Share[] = Array.from({ length: 4_096 }, (_, i) => {
  return { nonce: BigInt(i), hash: plainDigest(patched, BigInt(i)) };
}).filter((share) => (share.hash[0] as number) < 16);

test('true shares hold, and those that meet the target are solutions', () => {
  assert.ok(shares.length > 200 && shares.length < 310, `${shares.length}`);
  const { rejected, solutions } = new Referee().check(spec, unit, shares.slice(0, 200));
  assert.is(rejected, null);
  const expected = shares.slice(0, 200).filter((share) => share.hash[0] === 0);
  assert.ok(expected.length > 0);
  assert.equal(
    solutions.map(({ nonce }) => nonce),
    expected.map(({ nonce }) => nonce),
  );
  assert.is(Buffer.compare(solutions[0]?.hash as Uint8Array, expected[0]?.hash as Uint8Array), 0);
});

test('no shares are nothing to say against', () => {
  assert.equal(new Referee().check(spec, unit, []), { rejected: null, solutions: [] });
});

test('one wrong hash among true ones rejects them all, solutions too', () => {
  const spoilt = shares.slice(0, 100).map((share, i) => {
    const hash = Uint8Array.from(share.hash);
    if (i === 57) hash[31] = (hash[31] as number) ^ 1;
    return { ...share, hash };
  });
  const { rejected, solutions } = new Referee().check(spec, unit, spoilt);
  assert.is(rejected, `the hash of nonce ${spoilt[57]?.nonce} is wrong`);
  assert.is(solutions.length, 0);
});

test('a true hash that does not meet the share target is no share', () => {
  const is = new Set(shares.map(({ nonce }) => nonce));
  let nonce = 0n;
  while (is.has(nonce)) nonce += 1n;
  const share = { nonce, hash: plainDigest(patched, nonce) };
  const { rejected } = new Referee().check(spec, unit, [share]);
  assert.match(rejected ?? '', /does not meet the share target/);
});

test('the shares of another variant are wrong here: the patch is hashed', () => {
  const [share] = shares as [Share];
  const own = { nonce: share.nonce, hash: hash(work, share.nonce) };
  const { rejected } = new Referee().check(spec, unit, [own]);
  assert.match(rejected ?? '', /is wrong|does not meet/);
  const { rejected: unpatched } = new Referee().check(spec, { ...unit, patch: null }, [share]);
  assert.match(unpatched ?? '', /is wrong/);
});

test('two variants of one work are told apart by one referee, and so are two works', () => {
  const referee = new Referee();
  const [share] = shares as [Share];
  assert.is(referee.check(spec, unit, [share]).rejected, null);
  const other = { ...unit, variant: 0n, patch: null };
  assert.match(referee.check(spec, other, [share]).rejected ?? '', /is wrong/);
  assert.is(referee.check(spec, unit, [share]).rejected, null);
  for (let variant = 2n; variant < 200n; variant++) {
    const bytes = Uint8Array.of(Number(variant), 1);
    const next = { ...unit, variant, patch: { offset: 2, bytes } };
    assert.ok(referee.check(spec, next, [share]).rejected !== null);
  }
  assert.is(referee.check(spec, unit, [share]).rejected, null);
});

test('a share that comes twice in a result, or lies outside the unit, rejects it', () => {
  const [share] = shares as [Share];
  const referee = new Referee();
  assert.match(referee.check(spec, unit, [share, share]).rejected ?? '', /twice/);
  const after = { ...unit, start: share.nonce + 1n };
  assert.match(referee.check(spec, after, [share]).rejected ?? '', /outside the unit/);
  const before = { ...unit, start: 0n, end: share.nonce };
  assert.match(referee.check(spec, before, [share]).rejected ?? '', /outside the unit/);
});

test('a pattern is judged like a target', () => {
  const pattern = { ...spec, target: Pattern.hexPrefix('00'), shareTarget: Pattern.hexPrefix('0') };
  const { rejected, solutions } = new Referee().check(pattern, unit, shares.slice(0, 200));
  assert.is(rejected, null);
  assert.is(solutions.length, shares.slice(0, 200).filter((share) => share.hash[0] === 0).length);
});

test.run();
