import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CHUNK_BYTES,
  isChunk,
  lengthOf,
  listOf,
  MOST_CHUNKS,
  readList,
} from '../../../ts/cluster/datasets/list.js';
import type { PowError } from '../../../ts/errors.js';
import { thrown } from '../../fixtures.js';
import { bytesOf, chunkOf, listFor } from './folder.js';

const bytes = bytesOf(2 * CHUNK_BYTES + 5);
const list = listFor(bytes);

test('a list that was sent is the same list, under the same root', () => {
  const again = readList(list.encoded, list.root);
  assert.equal(again, list);
  assert.is(again.chunks, 3);
  assert.is(lengthOf(again, 2), 5);
});

test('the root is what it was: a cache of another version knows it', () => {
  // printf 'POWDSET1\\0\\0\\0\\0\\0\\0\\0\\3', then the SHA-256 of three zeros, through `openssl dgst -sha256`
  assert.is(
    listFor(new Uint8Array(3)).root,
    'bf19d6a516b9518eb1736617e5428f2336a30ec47521b0d0aad4eb202a718c62',
  );
});

test('a list with one bit that is wrong is none', () => {
  fc.assert(
    fc.property(fc.nat(list.encoded.length * 8 - 1), (bit) => {
      const bad = Uint8Array.from(list.encoded);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.is(
        codeOf(() => readList(bad, list.root)),
        'POW_ARGUMENT',
      );
    }),
  );
});

test('random bytes are no list, whatever they claim', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (tail, hasHead) => {
      const bad = hasHead ? Buffer.concat([list.encoded.subarray(0, 8), tail]) : tail;
      assert.is(
        codeOf(() => readList(bad)),
        'POW_ARGUMENT',
      );
    }),
  );
});

test('a list fits a message however large its dataset, and says no beyond', () => {
  const digest = Buffer.alloc(32);
  const most = listOf(MOST_CHUNKS * CHUNK_BYTES, Array(MOST_CHUNKS).fill(digest));
  assert.ok(most.encoded.length <= CHUNK_BYTES);
  assert.throws(() => listOf(MOST_CHUNKS * CHUNK_BYTES + 1, Array(MOST_CHUNKS + 1).fill(digest)));
  assert.throws(() => listOf(0, []));
});

test('a chunk is only itself, in its own place, and whole', () => {
  for (const index of [0, 1, 2]) assert.ok(isChunk(list, index, chunkOf(bytes, index)));
  assert.not(isChunk(list, 1, chunkOf(bytes, 0)));
  assert.not(isChunk(list, 2, chunkOf(bytes, 2).subarray(1)));
  assert.not(isChunk(list, 3, new Uint8Array(0)));
  assert.not(isChunk(list, -1, chunkOf(bytes, 0)));
});

function codeOf(call: () => unknown): unknown {
  return (thrown(call) as PowError).code;
}

test.run();
