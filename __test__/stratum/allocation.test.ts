import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Numbers } from '../../ts/stratum/jobs/numbers.js';
import { extranonce1Of, mostSessions, spaceOf } from '../../ts/stratum/jobs/space.js';
import { Bans } from '../../ts/stratum/server/bans.js';

const chainweb = (fixed: readonly number[]) =>
  spaceOf({ kind: 'chainweb', header: new Uint8Array(286), fixed: Uint8Array.from(fixed) });
const bitcoin = (extranonce1: readonly number[], extranonce2Bytes: number) =>
  spaceOf({
    ...{ kind: 'bitcoin', algorithm: 'sha256d', version: 0, parent: new Uint8Array(32) },
    ...{
      coinbase1: new Uint8Array(0),
      coinbase2: new Uint8Array(0),
      branches: [],
      nBits: 0,
      timeSeconds: 0,
    },
    ...{ extranonce1: Uint8Array.from(extranonce1), extranonce2Bytes, versionMask: 0 },
  });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('two sessions that live never have the same number, and all numbers are used', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.nat(40)), { minLength: 60, maxLength: 200 }),
      fc.integer({ min: 1, max: 8 }),
      (events, most) => {
        const numbers = new Numbers();
        const live: number[] = [];
        for (const gone of events) {
          if (gone !== null && live.length > 0) {
            numbers.free(...(live.splice(gone % live.length, 1) as [number]));
            continue;
          }
          const number = numbers.take(most);
          assert.is(number === null, live.length >= most);
          if (number === null) continue;
          assert.ok(number >= 0 && number < most && !live.includes(number));
          live.push(number);
        }
      },
    ),
  );
});

test('a number that was freed comes back last', () => {
  const numbers = new Numbers();
  assert.is(numbers.take(4), 0);
  numbers.free(0);
  assert.equal([numbers.take(4), numbers.take(4), numbers.take(4), numbers.take(4)], [1, 2, 3, 0]);
});

test('a Chainweb nonce1 has two bytes, padded; the number 0x0abc is 0abc', () => {
  const space = chainweb([]);
  assert.ok(space !== null);
  assert.equal([space.ownBytes, space.deviceBytes, mostSessions(space)], [2, 6, 65_536]);
  assert.is(hex(extranonce1Of(space, 0x0abc)), '0abc');
});

test('behind a Chainweb pool nonce1 is ours, then the pool’s as it was given', () => {
  const space = chainweb([0xbc, 0x0a]); // the pool's 0abc, in the order of the header
  assert.ok(space !== null);
  assert.equal([space.ownBytes, space.deviceBytes], [1, 5]);
  assert.is(hex(extranonce1Of(space, 7)), '070abc');
});

test('a Bitcoin extranonce1 is the pool’s, then ours; some is left for the device', () => {
  for (const [free, own, device] of [
    [2, 1, 1],
    [4, 2, 2],
    [8, 4, 4],
    [12, 4, 8],
    [16, 8, 8],
  ] as const) {
    const space = bitcoin([0xaa], free);
    assert.ok(space !== null);
    assert.equal([space.ownBytes, space.deviceBytes], [own, device]);
    assert.is(hex(extranonce1Of(space, 5)), `aa${'5'.padStart(2 * own, '0')}`);
  }
  assert.is(bitcoin([], 1), null);
});

test('so many offences in the time they are remembered are a ban, which ends', () => {
  const bans = new Bans({ offences: 3, memoryMs: 1_000, banMs: 500 });
  assert.is(bans.offend('a', 0), false);
  assert.is(bans.offend('a', 10), false);
  assert.is(bans.offend('b', 10), false);
  assert.is(bans.offend('a', 20), true);
  assert.equal(bans.banned(519), ['a']);
  assert.is(bans.isBanned('a', 520), false);
});

test('an address of many connections has as many times the offences, also once they are closed', () => {
  const bans = new Bans({ offences: 3, memoryMs: 1_000, banMs: 500 });
  for (let i = 0; i < 12; i++) assert.is(bans.offend('farm', i, i < 6 ? 4 : 1), i === 11);
});

test('offences long past do not count', () => {
  const bans = new Bans({ offences: 2, memoryMs: 1_000, banMs: 500 });
  bans.offend('a', 0);
  assert.is(bans.offend('a', 1_001), false);
});

test('no ban list grows for ever', () => {
  const bans = new Bans({ offences: 1, memoryMs: 1_000, banMs: 1e9 });
  for (let i = 0; i < 70_000; i++) bans.offend(`${i}`, 0);
  assert.is(bans.banned(1).length, 65_536);
});

test('an offence of a banned address does not shorten its ban', () => {
  const bans = new Bans({ offences: 1, memoryMs: 10, banMs: 1_000 });
  assert.is(bans.offend('a', 0), true);
  assert.is(bans.offend('a', 500), false);
  assert.is(bans.isBanned('a', 999), true);
  assert.is(bans.isBanned('a', 1_000), false);
});

test.run();
