import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  blockHashOf,
  coinbaseBytes,
  coinbaseHash,
  decodeHeader,
  encodeExtranonce,
  encodeHeader,
  foldBranch,
  toDisplayHex,
} from '../../ts/bitcoin/index.js';
import { Target } from '../../ts/index.js';
import { BLOCKS } from './blocks.js';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

test('the coinbase of block 1 with its extranonce in place leads to the hash of the block', () => {
  const [, block] = BLOCKS;
  assert.ok(block);
  // The script pushes nBits, then the extranonce: one byte, 04. Here two halves of `01 04`.
  const root = coinbaseHash({
    coinbase1: bytesOf(
      '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff0704ffff001d',
    ),
    extranonce1: bytesOf('01'),
    extranonce2: encodeExtranonce(4n, 1),
    coinbase2: bytesOf(
      'ffffffff0100f2052a0100000043410496b538e853519c726a2c91e61ec11600ae1390813a627c66fb8be7947be63c52da7589379515d4e0a604f8141781e62294721166bf621e73a82cbf2342c858eeac00000000',
    ),
  });
  assert.is(toDisplayHex(root), block.merkleRoot);
  const header = { ...decodeHeader(bytesOf(block.header)), merkleRoot: foldBranch(root, []) };
  assert.is(toDisplayHex(blockHashOf(encodeHeader(header))), block.hash);
});

test('a share of a pool is rebuilt from its job: its hash has difficulty 1', () => {
  // Job and share of the first Stratum server's public documentation (slushpool.com, 2012).
  const merkleRoot = coinbaseHash({
    coinbase1: bytesOf(
      '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff20020862062f503253482f04b8864e5008',
    ),
    extranonce1: bytesOf('08000002'),
    extranonce2: encodeExtranonce(1n, 4),
    coinbase2: bytesOf(
      '072f736c7573682f000000000100f2052a010000001976a914d23fcdf86f7e756a64a7a9688ef9903327048ed988ac00000000',
    ),
  });
  const header = encodeHeader({
    // On the wire each word of it was reversed.
    parent: Buffer.from(
      '4d16b6f85af6e2198f44ae2a6de67f78487ae5611b77c6c0440b921e00000000',
      'hex',
    ).swap32(),
    ...{ version: 2, merkleRoot, timeSeconds: 0x504e86ed, nBits: 0x1c2ac4af, nonce: 0xb2957c02n },
  });
  const hash = blockHashOf(header);
  assert.is(toDisplayHex(hash), '000000002076870fe65a2b6eeed84fa892c0db924f1482243a6247d931dcab32');
  assert.ok(Target.fromDifficulty(1, 'bitcoin').isMetBy(hash, 'le'));
});

test('the parts stand behind each other, whatever they are', () => {
  const part = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(part, part, part, part, (coinbase1, extranonce1, extranonce2, coinbase2) => {
      const whole = coinbaseBytes({ coinbase1, extranonce1, extranonce2, coinbase2 });
      assert.equal([...whole], [...coinbase1, ...extranonce1, ...extranonce2, ...coinbase2]);
    }),
  );
});

test('an extranonce has its size and its count, the most significant byte first', () => {
  assert.equal([...encodeExtranonce(0x0abcn, 4)], [0, 0, 0x0a, 0xbc]);
  const sized = fc
    .integer({ min: 1, max: 32 })
    .chain((size) =>
      fc.tuple(fc.constant(size), fc.bigInt({ min: 0n, max: (1n << BigInt(8 * size)) - 1n })),
    );
  fc.assert(
    fc.property(sized, ([size, count]) => {
      const bytes = encodeExtranonce(count, size);
      assert.is(bytes.length, size);
      assert.is(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), count);
    }),
  );
});

test.run();
