import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shareTargetOf } from '../../ts/cluster/share-target.js';
import { Pattern, Target } from '../../ts/index.js';
import { Random } from '../fixtures.js';

const UNIT = 1e6;
const EXPECTED = UNIT / 32;

test('a unit has 32 shares, whatever the target, unless the target itself gives it more', () => {
  const share = shareTargetOf(Target.fromLeadingZeroBits(60), UNIT);
  assert.ok(Math.abs(share.expectedHashes / EXPECTED - 1) < 1e-3, `${share.expectedHashes}`);
  const easy = Target.fromLeadingZeroBits(10);
  assert.is(shareTargetOf(easy, UNIT), easy);
  const none = shareTargetOf(Target.fromBigInt(0n), UNIT);
  assert.is(none.expectedHashes, share.expectedHashes);
});

test('what has a pattern has its share pattern, which is about as easy as asked', () => {
  const goal = Pattern.hexPrefix('00c0ffee00');
  const share = shareTargetOf(goal, UNIT);
  assert.ok(share.expectedHashes <= EXPECTED && share.expectedHashes > EXPECTED / 2);
  const random = new Random(1);
  for (let i = 0; i < 100; i++) {
    const hash = random.bytes(32);
    hash.set([0, 0xc0, 0xff, 0xee, 0]);
    assert.ok(share.isMetBy(hash, 'be'));
    hash[0] = 1 + (i % 255);
    assert.not.ok(share.isMetBy(hash, 'be'));
  }
  const short = Pattern.hexPrefix('0');
  assert.is(shareTargetOf(short, UNIT), short);
});

test('of a unit of a few hashes, or of none, every hash is a share', () => {
  const hash = new Uint8Array(32).fill(0xff);
  for (const hashes of [0, 1, 32]) {
    for (const goal of [Target.fromBigInt(0n), Pattern.hexPrefix('00')]) {
      assert.ok(shareTargetOf(goal, hashes).isMetBy(hash, 'be'));
    }
  }
});

test.run();
