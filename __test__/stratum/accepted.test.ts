import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Accepted } from '../../ts/stratum/jobs/accepted.js';

let digests = 0;
function digest(): Uint8Array {
  digests += 1;
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32BE(digests);
  return bytes;
}

test('a share counts once for each session, also after that is over', () => {
  const accepted = new Accepted();
  const one = digest();
  assert.is(accepted.add(1, one, 0), 'new');
  assert.is(accepted.add(2, one, 0), 'new');
  accepted.leave(1);
  assert.is(accepted.add(1, one, 0), 'duplicate');
  accepted.clear();
  assert.is(accepted.add(1, one, 0), 'new');
});

test('where there are too many, those of sessions that are over go first, the oldest first', () => {
  const accepted = new Accepted(10);
  const first = Array.from({ length: 5 }, digest);
  for (const each of first) accepted.add(1, each, 0);
  for (let i = 0; i < 5; i++) accepted.add(2, digest(), 0);
  accepted.leave(2);
  accepted.leave(1);
  assert.is(accepted.add(3, digest(), 0), 'new');
  assert.is(accepted.size, 6);
  assert.is(accepted.add(1, first[0] ?? digest(), 0), 'duplicate');
});

test('a session that came back under its number is not one that is over', () => {
  const accepted = new Accepted(2);
  const [one, other] = [digest(), digest()];
  accepted.add(1, one, 0);
  accepted.leave(1);
  accepted.add(1, other, 0);
  assert.is(accepted.add(2, digest(), 0), 'new');
  assert.is(accepted.add(1, one, 0), 'duplicate');
});

test('who has sent many leaves room for those who have sent few, and all of it is bounded', () => {
  const accepted = new Accepted(100);
  let taken = 0;
  for (let i = 0; i < 1_000; i++) if (accepted.add(1, digest(), 0) === 'new') taken += 1;
  assert.is(taken, 100);
  for (let session = 2; session <= 10; session++) {
    assert.is(accepted.add(session, digest(), 0), 'new');
    assert.is(accepted.add(1, digest(), 0), 'too-many');
  }
  for (let i = 0; i < 1_000; i++) accepted.add(2 + (i % 9), digest(), 0);
  assert.ok(accepted.size <= 200, `${accepted.size}`);
});

test.run();
