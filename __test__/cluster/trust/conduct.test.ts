import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Conduct } from '../../../ts/cluster/trust/conduct.js';
import { Random } from '../../fixtures.js';

const UNIT_SHARES = 32;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Shares of a unit of which a part was hashed: Poisson, by counting exponential gaps. */
function drawn(random: Random, mean: number): number {
  let shares = 0;
  for (let at = 0; ; shares++) {
    at -= Math.log((random.next() + 1) / 2 ** 32);
    if (at > mean) return shares;
  }
}

/** Units until the first alarm of a key that hashes a part of what it says; `null`: none. */
function unitsToAlarm(random: Random, part: number, most: number): number | null {
  const conduct = new Conduct();
  for (let unit = 1; unit <= most; unit++) {
    const made = { shares: drawn(random, UNIT_SHARES * part), expected: UNIT_SHARES };
    if (conduct.count('key', made, unit) !== null) return unit;
  }
  return null;
}

test('who skips half of every unit is seen after eight units', () => {
  const random = new Random(1);
  for (let i = 0; i < 200; i++) assert.is(unitsToAlarm(random, 0.5, 8), 8);
});

test('who skips 20 per cent is seen within 64 units mostly, 10 per cent within 256 mostly', () => {
  const random = new Random(2);
  const seen = (part: number, most: number) =>
    Array.from({ length: 100 }, () => unitsToAlarm(random, part, most)).filter((at) => at !== null)
      .length;
  assert.ok(seen(0.8, 64) >= 85, `${seen(0.8, 64)}`);
  assert.ok(seen(0.9, 256) >= 95, `${seen(0.9, 256)}`);
});

test('who hashes everything gives no alarm in 200,000 units', () => {
  const random = new Random(3);
  const conduct = new Conduct();
  let alarms = 0;
  for (let unit = 0; unit < 200_000; unit++) {
    const made = { shares: drawn(random, UNIT_SHARES), expected: UNIT_SHARES };
    if (conduct.count('key', made, unit) !== null) alarms += 1;
  }
  assert.ok(alarms <= 1, `${alarms} alarms`);
});

test('a good past does not hide a bad present: who skips half after 100,000 units is seen within 300', () => {
  const random = new Random(4);
  const conduct = new Conduct();
  const unit = (part: number) => {
    const made = { shares: drawn(random, UNIT_SHARES * part), expected: UNIT_SHARES };
    return conduct.count('key', made, 0) !== null;
  };
  for (let i = 0; i < 100_000; i++) unit(1);
  let units = 1;
  while (!unit(0.5)) units += 1;
  assert.ok(units <= 300, `${units} units`);
});

test('a unit without a share where 20 or more were expected is seen at once, a small one is not', () => {
  const conduct = new Conduct();
  const none = { shares: 0, expected: 32.4 };
  assert.is(conduct.count('a', none, 0), 'no share where 32 were expected');
  assert.is(conduct.count('b', { shares: 0, expected: 20 }, 0), 'no share where 20 were expected');
  assert.is(conduct.count('c', { shares: 0, expected: 19 }, 0), null);
  assert.is(conduct.count('d', { shares: 1, expected: 32 }, 0), null);
});

test('small units without a share add up until one has a share', () => {
  const conduct = new Conduct();
  const unit = (shares: number) => conduct.count('a', { shares, expected: 8 }, 0);
  assert.equal([unit(0), unit(0), unit(1)], [null, null, null]);
  assert.equal([unit(0), unit(0), unit(0)], [null, null, 'no share where 24 were expected']);
  assert.is(unit(0), null);
});

test('small units with a share each add up, too, and the count says how many were missed', () => {
  const conduct = new Conduct();
  const said = Array.from({ length: 20 }, () => conduct.count('a', { shares: 1, expected: 16 }, 0));
  assert.equal(said.slice(0, 15), new Array(15).fill(null));
  assert.is(said[15], '16 shares where 256 were expected');
  assert.is(said[16], null);
});

test('the count of one key is not that of another', () => {
  const conduct = new Conduct();
  for (let unit = 0; unit < 15; unit++) {
    conduct.count('bad', { shares: 1, expected: 16 }, 0);
    assert.is(conduct.count('good', { shares: 16, expected: 16 }, 0), null);
  }
  assert.is(conduct.count('good', { shares: 16, expected: 16 }, 0), null);
  assert.ok(conduct.count('bad', { shares: 1, expected: 16 }, 0) !== null);
});

test('the third strike bans for a minute, and every ban is twice as long, up to an hour', () => {
  const conduct = new Conduct();
  let now = 0;
  const bans: number[] = [];
  for (let ban = 0; ban < 9; ban++) {
    assert.is(conduct.strike('a', 'wrong hash', now), 0);
    assert.is(conduct.strike('a', 'wrong hash', now), 0);
    assert.is(conduct.strikes('a', now), 2);
    const forMs = conduct.strike('a', 'wrong hash', now);
    bans.push(forMs / MINUTE);
    assert.is(conduct.bannedMs('a', now), forMs);
    assert.is(conduct.bannedMs('a', now + forMs - 1), 1);
    assert.is(conduct.bannedMs('a', now + forMs), 0);
    assert.is(conduct.strikes('a', now), 0);
    now += forMs;
  }
  assert.equal(bans, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.is(conduct.bannedMs('b', now), 0);
  assert.is(conduct.strikes('b', now), 0);
});

test('a strike counts for an hour, and after a day without one bans begin anew', () => {
  const conduct = new Conduct();
  conduct.strike('a', 'x', 0);
  conduct.strike('a', 'x', HOUR - 1);
  assert.is(conduct.strikes('a', HOUR - 1), 2);
  assert.is(conduct.strikes('a', HOUR), 1);
  assert.is(conduct.strike('a', 'x', HOUR), 0);
  assert.is(conduct.strike('a', 'x', HOUR), MINUTE);
  const next = 26 * HOUR;
  conduct.strike('a', 'x', next);
  conduct.strike('a', 'x', next);
  assert.is(conduct.strike('a', 'x', next), MINUTE);
  conduct.strike('a', 'x', next + MINUTE);
  conduct.strike('a', 'x', next + MINUTE);
  assert.is(conduct.strike('a', 'x', next + MINUTE), 2 * MINUTE);
});

test('a proof bans at once, and never shortens a ban', () => {
  const conduct = new Conduct();
  assert.is(conduct.ban('a', 0), MINUTE);
  assert.is(conduct.ban('a', 0), 2 * MINUTE);
  assert.is(conduct.bannedMs('a', 0), 2 * MINUTE);
});

test('what one remembers of a key, another one can go by', () => {
  const [before, after] = [new Conduct(), new Conduct()];
  before.strike('struck', 'x', 1_000);
  before.strike('struck', 'x', 3_000);
  before.ban('banned', 2_000);
  before.count('honest', { shares: 1, expected: 1 }, 0);
  for (const [key, past] of before.pasts(5_000)) after.remember(key, past, 70);
  assert.equal([...after.pasts(70)], [...before.pasts(5_000)]);
  assert.is([...after.pasts(70)].length, 2);
  assert.is(after.bannedMs('banned', 70), MINUTE - 3_000);
  assert.is(after.strike('struck', 'x', 70), MINUTE);
  const nothing = { strikesAgoMs: [], lastAgoMs: 0, bans: 0, bannedMs: 0 };
  after.remember('banned', nothing, 70);
  assert.is(after.bannedMs('banned', 70), 0);
});

test('keys beyond the bound are forgotten, quiet ones first and banned ones last', () => {
  const conduct = new Conduct({ mostKeys: 10 });
  conduct.ban('banned', 0);
  conduct.strike('kept', 'x', 0);
  for (let i = 0; i < 100; i++) {
    conduct.strike(`key ${i}`, 'x', 0);
    conduct.strikes('kept', 0);
    conduct.count('kept', { shares: 1, expected: 1 }, 0);
  }
  assert.ok(conduct.bannedMs('banned', 0) > 0);
  assert.is(conduct.strikes('kept', 0), 1);
  assert.is(conduct.strikes('key 0', 0), 0);
  assert.is(conduct.strikes('key 99', 0), 1);
});

test.run();
