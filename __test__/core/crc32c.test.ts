import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32c } from '../../ts/core/crc32c.js';
import { backends } from '../backends.js';
import { Random } from '../fixtures.js';

/** By the definition, bit by bit (RFC 3720 B.4: polynomial 1edc6f41, reflected). */
function byDefinition(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

const ascii = (text: string) => new TextEncoder().encode(text);

test('CRC32C without a word about the backend is that of the published example', () => {
  assert.is(crc32c(ascii('123456789')), 0xe3069283);
});

for (const backend of backends) {
  test(`the ${backend.kind} backend gives the published CRCs`, () => {
    // The first by the catalogue of parametrised CRC algorithms, the others by RFC 3720 B.4.
    const published: readonly (readonly [Uint8Array, number])[] = [
      [ascii('123456789'), 0xe3069283],
      [new Uint8Array(0), 0],
      [new Uint8Array(32), 0x8a9136aa],
      [new Uint8Array(32).fill(0xff), 0x62a8ab43],
      [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
      [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ];
    for (const [bytes, crc] of published) assert.is(backend.crc32c(bytes, 0), crc);
  });

  test(`the ${backend.kind} backend agrees with the definition at every length and offset`, () => {
    const bytes = new Random(32).bytes(400);
    for (let offset = 0; offset < 9; offset++) {
      for (let length = 0; length < 70; length++) {
        const part = bytes.subarray(offset, offset + length);
        assert.is(backend.crc32c(part, 0), byDefinition(part), `${offset}, ${length}`);
      }
    }
    assert.is(backend.crc32c(bytes, 0), byDefinition(bytes));
  });

  test(`parts make up a whole in the ${backend.kind} backend`, () => {
    const bytes = new Random(33).bytes(100);
    const whole = backend.crc32c(bytes, 0);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = backend.crc32c(bytes.subarray(0, cut), 0);
      assert.is(backend.crc32c(bytes.subarray(cut), first), whole);
    }
  });

  test(`one flipped bit and two swapped bytes are seen by the ${backend.kind} backend`, () => {
    const bytes = new Random(34).bytes(92);
    const whole = backend.crc32c(bytes, 0);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const at = bit >> 3;
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7));
      assert.is.not(backend.crc32c(flipped, 0), whole);
    }
    let swaps = 0;
    for (let at = 1; at < bytes.length; at++) {
      const [left, right] = [bytes[at - 1] as number, bytes[at] as number];
      if (left === right) continue;
      const swapped = Uint8Array.from(bytes);
      swapped[at - 1] = right;
      swapped[at] = left;
      assert.is.not(backend.crc32c(swapped, 0), whole);
      swaps += 1;
    }
    assert.ok(swaps > 80);
  });
}

test.run();
