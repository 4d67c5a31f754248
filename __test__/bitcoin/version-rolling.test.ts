import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rolledVersion, versionBits, versionVariants } from '../../ts/bitcoin/index.js';
import { BLOCKS } from './blocks.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
/** The bits that miners may use (BIP 320). */
const BIP_320 = 0x1fffe000;

test('the rolled versions of real blocks are their base and bits within the mask', () => {
  for (const height of [700_000, 800_000]) {
    const version = BLOCKS.find((block) => block.height === height)?.version ?? 0;
    const bits = (version & BIP_320) >>> 0;
    assert.ok(bits > 0, `${height}`);
    const base = (version & ~BIP_320) >>> 0;
    assert.is(rolledVersion(base, BIP_320, bits), version);
    assert.is(rolledVersion(version, BIP_320, 0), base, 'bits that are not chosen are zero');
  }
});

test('outside of the mask nothing changes, inside it is as chosen', () => {
  fc.assert(
    fc.property(u32, u32, u32, (version, mask, any) => {
      const bits = (any & mask) >>> 0;
      const rolled = rolledVersion(version, mask, bits);
      assert.ok(rolled >= 0 && rolled <= 0xffff_ffff);
      assert.is((rolled & ~mask) >>> 0, (version & ~mask) >>> 0);
      assert.is((rolled & mask) >>> 0, bits);
    }),
  );
});

test('the variants of a mask are all its patterns, each once, in the order of their numbers', () => {
  for (const mask of [0, 1, 0x8000_0000, 0x8000_0001, 0x0010_2030, 0x0f0f]) {
    const count = versionVariants(mask);
    const all = Array.from({ length: Number(count) }, (_, i) => versionBits(mask, BigInt(i)));
    assert.is(new Set(all).size, all.length);
    for (const bits of all) assert.is((bits & ~mask) >>> 0, 0);
    assert.equal(
      all,
      all.toSorted((left, right) => left - right),
    );
    assert.is(all.at(-1), mask);
  }
  assert.is(versionVariants(BIP_320), 65_536n);
  assert.is(versionVariants(0xffff_ffff), 1n << 32n);
  assert.is(versionBits(0xffff_ffff, (1n << 32n) - 1n), 0xffff_ffff);
});

test.run();
