import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chainwebWork } from '../../ts/chainweb/codec.js';
import { hash, mine, NonceRange, type PowError, Target, verify } from '../../ts/index.js';
import { thrown } from '../fixtures.js';
import { bytesOf, hexOf, vectors } from './vectors.js';

/** Since the fork of spring 2020 the nonce stands at the end. */
const solved = vectors.vectors.filter(({ nonceDec }) => nonceDec !== '0');

test('every real block is solved by its nonce under its own target', () => {
  assert.ok(solved.length > 0);
  for (const vector of solved) {
    const { work, target } = chainwebWork(bytesOf(vector.workHeaderHex));
    assert.is(target.toHex(), vector.targetHexBE);
    assert.is(hexOf(hash(work, BigInt(vector.nonceDec))), vector.powHashHex);
    assert.ok(verify(work, BigInt(vector.nonceDec), target));
  }
});

test('with the two bytes of a pool the core searches the other six', async () => {
  for (const job of vectors.stratumEndToEnd) {
    const nonce1 = Number.parseInt(job.nonce1, 16);
    const nonce2 = BigInt(`0x${job.nonce2}`);
    const { work, target } = chainwebWork(bytesOf(job.jobWorkHeaderHex), { nonce1 });
    assert.is(target.toHex(), job.blockTargetHexBE);
    const range = new NonceRange(nonce2 - 100n, nonce2 + 1n);
    const solution = await mine(work, { target, range });
    assert.is(solution?.nonce, nonce2);
    assert.is(hexOf(solution?.message ?? new Uint8Array()), job.solvedWorkHeaderHex);
    assert.is(hexOf((solution?.hash ?? new Uint8Array()).reverse()), job.powHashHexBE);
  }
});

test('a nonce is put together as pools do', async () => {
  const bytes = bytesOf(vectors.stratumEndToEnd[0]?.jobWorkHeaderHex ?? '');
  const target = Target.fromLeadingZeroBits(0);
  for (const { nonce1, nonce2, headerBytes278to285Hex } of vectors.composeNonce) {
    const { work } = chainwebWork(bytes, { nonce1: Number.parseInt(nonce1, 16) });
    const start = BigInt(`0x${nonce2}`);
    const solution = await mine(work, { target, range: new NonceRange(start, start + 1n) });
    assert.is(hexOf(solution?.message.slice(278) ?? new Uint8Array()), headerBytes278to285Hex);
  }
});

test('nothing but the last eight bytes is ever touched, least of all the fork state', () => {
  const nonce1 = fc.option(fc.integer({ min: 0, max: 0xffff }), { nil: undefined });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 286, maxLength: 286 }), nonce1, (random, fixed) => {
      const bytes = new Uint8Array(random);
      bytes.set([3, 0], 48);
      for (const chain of [0, 1, 2]) bytes.set([chain, 0, 0, 0], 50 + 36 * chain);
      const before = hexOf(bytes);
      const { work } = chainwebWork(bytes, { nonce1: fixed });
      assert.is(hexOf(bytes), before);
      assert.is(hexOf(work.message).slice(0, 2 * 278), before.slice(0, 2 * 278));
      if (fixed === undefined) assert.is(hexOf(work.message), before);
    }),
  );
});

test('the nonce is found from the end, whatever the number of neighbours', () => {
  for (const degree of [0, 2, 5]) {
    const bytes = new Uint8Array(178 + 36 * degree);
    bytes[48] = degree;
    for (let i = 0; i < degree; i++) bytes[50 + 36 * i] = i;
    const { nonce } = chainwebWork(bytes).work;
    assert.equal(nonce, { offset: bytes.length - 8, encoding: 'u64le' });
    const fixed = chainwebWork(bytes, { nonce1: 1 }).work;
    assert.equal(fixed.nonce, { offset: bytes.length - 6, encoding: 'u48le' });
  }
});

test('a whole header, or two bytes that are not two bytes, are refused by name', () => {
  const { headerHex = '', workHeaderHex = '' } = vectors.vectors[0] ?? {};
  const whole = thrown(() => chainwebWork(bytesOf(headerHex))) as PowError;
  assert.is(whole.code, 'POW_WORK_SIZE');
  for (const nonce1 of [-1, 0x10000, 1.5, '0abc']) {
    const options = { nonce1: nonce1 as number };
    const error = thrown(() => chainwebWork(bytesOf(workHeaderHex), options)) as PowError;
    assert.is(error.argument, 'nonce1');
  }
});

test.run();
