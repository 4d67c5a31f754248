import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type BitcoinHeader,
  bitcoinWork,
  blockHashOf,
  decodeHeader,
  encodeHeader,
  fromDisplayHex,
  toDisplayHex,
} from '../../ts/bitcoin/index.js';
import { hash, NonceRange, verify } from '../../ts/index.js';
import { engineKinds, engineOf, withEngine } from '../backends.js';
import { BLOCKS } from './blocks.js';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const hash32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

for (const block of BLOCKS) {
  test(`block ${block.height} of the main network reads as everybody reads it`, () => {
    const { parent, merkleRoot, ...numbers } = decodeHeader(bytesOf(block.header));
    const { version, timeSeconds, nBits, nonce } = block;
    assert.equal(numbers, { version, timeSeconds, nBits, nonce });
    assert.is(toDisplayHex(parent), block.parent);
    assert.is(toDisplayHex(merkleRoot), block.merkleRoot);
  });

  test(`block ${block.height} is written from its fields, and its hash meets its own target`, () => {
    const bytes = encodeHeader({
      ...block,
      parent: fromDisplayHex(block.parent),
      merkleRoot: fromDisplayHex(block.merkleRoot),
    });
    assert.is(Buffer.from(bytes).toString('hex'), block.header);
    assert.is(toDisplayHex(blockHashOf(bytes)), block.hash);
    const { work, target } = bitcoinWork(bytes);
    assert.equal(hash(work, block.nonce), blockHashOf(bytes));
    assert.ok(verify(work, block.nonce, target));
    assert.not(verify(work, block.nonce ^ 1n, target));
  });
}

test('blocks that follow each other name each other', () => {
  assert.is(BLOCKS[1]?.parent, BLOCKS[0]?.hash);
});

for (const kind of engineKinds.filter(({ algorithms }) => algorithms.includes('sha256d'))) {
  test(`${kind.name} mines real blocks again, from a little before their nonces`, async () => {
    await withEngine(engineOf(kind), async (engine) => {
      for (const { header, nonce } of BLOCKS.slice(0, 4)) {
        const { work, target } = bitcoinWork(bytesOf(header));
        const range = new NonceRange(nonce - 2000n, nonce + 100n);
        const solution = await engine.mine(work, { target, range });
        assert.is(solution?.nonce, nonce);
        assert.is(Buffer.from(solution?.message ?? []).toString('hex'), header);
      }
    });
  });
}

test('any 80 bytes come back from their fields', () => {
  const bytes = fc.uint8Array({ minLength: 80, maxLength: 80 });
  fc.assert(
    fc.property(bytes, (header) => assert.equal(encodeHeader(decodeHeader(header)), header)),
  );
});

test('any fields come back from their bytes', () => {
  const header: fc.Arbitrary<BitcoinHeader> = fc.record(
    {
      ...{ version: u32, parent: hash32, merkleRoot: hash32, timeSeconds: u32, nBits: u32 },
      nonce: fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(header, (fields) => assert.equal(decodeHeader(encodeHeader(fields)), fields)),
  );
});

test('what was decoded is a copy: the bytes may go', () => {
  const bytes = bytesOf(BLOCKS[1]?.header ?? '');
  const header = decodeHeader(bytes);
  bytes.fill(0);
  assert.is(toDisplayHex(header.parent), BLOCKS[1]?.parent);
  assert.is(Buffer.from(encodeHeader(header)).toString('hex'), BLOCKS[1]?.header);
});

test('a view into a larger buffer is read where it begins', () => {
  const frame = new Uint8Array(100);
  frame.set(bytesOf(BLOCKS[2]?.header ?? ''), 7);
  assert.is(decodeHeader(frame.subarray(7, 87)).nonce, BLOCKS[2]?.nonce);
});

test('hashes are shown from their last byte to their first, and read back', () => {
  fc.assert(
    fc.property(hash32, (bytes) => assert.equal(fromDisplayHex(toDisplayHex(bytes)), bytes)),
  );
  assert.is(toDisplayHex(Uint8Array.from({ length: 32 }, (_, i) => i)).slice(0, 6), '1f1e1d');
});

test('the same header under Blake2s is searched with Blake2s', () => {
  const bytes = bytesOf(BLOCKS[0]?.header ?? '');
  const { work } = bitcoinWork(bytes, { algorithm: 'blake2s' });
  assert.is(work.algorithm, 'blake2s');
  assert.not.equal(hash(work, 2083236893n), blockHashOf(bytes));
});

test.run();
