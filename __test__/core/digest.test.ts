import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseBlake2s, digestOf } from '../../ts/core/digest.js';
import { hash } from '../../ts/index.js';
import { solvedBlocks } from '../fixtures.js';

test('a Node without Blake2s gets the same digests from @noble/hashes', () => {
  const blake2s = chooseBlake2s((name) => {
    throw new Error(`${name}: unsupported`);
  });
  for (const { work, nonce, hashHex } of solvedBlocks) {
    assert.is(Buffer.from(blake2s(work.message)).toString('hex'), hashHex);
    assert.is(Buffer.from(hash(work, nonce)).toString('hex'), hashHex);
  }
});

test('a Node with Blake2s is asked for every digest', () => {
  const asked: string[] = [];
  const blake2s = chooseBlake2s((name) => {
    asked.push(name);
    return new Uint8Array(32);
  });
  assert.equal(blake2s(new Uint8Array(1)), new Uint8Array(32));
  assert.equal(asked, ['blake2s256', 'blake2s256']);
});

// RFC 7693 appendix B; FIPS 180-4 example; the SHA-256 of that digest.
const ABC = {
  blake2s: '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha256d: '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358',
} as const;

for (const [algorithm, hex] of Object.entries(ABC)) {
  test(`${algorithm} of 'abc' is the published digest`, () => {
    const digest = digestOf(algorithm as keyof typeof ABC, Buffer.from('abc'));
    assert.is(Buffer.from(digest).toString('hex'), hex);
    assert.is(digest.buffer.byteLength, 32);
  });
}

test.run();
