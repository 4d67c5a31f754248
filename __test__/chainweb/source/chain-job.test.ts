import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { powHashOf } from '../../../ts/chainweb/codec.js';
import { chainJob, checkedSolution } from '../../../ts/chainweb/source/chain-job.js';
import type { PowError } from '../../../ts/errors.js';
import { Target } from '../../../ts/index.js';
import type { Found } from '../../../ts/miner/ports.js';
import { thrown } from '../../fixtures.js';
import { solve, workOf } from './node-work.js';

const options = { id: 'a', change: 'replace', proof: 'required', lifeMs: 290_000 } as const;
const work = workOf({ chain: 7, forkState: 0x0000_0002_0000_0001n, sentAtMs: 1000 });
const job = chainJob(work, options);

test('a job is a lane of its chain, with the target of the header, for less than five minutes', () => {
  assert.is(job.lane, 'chain-7');
  assert.is(job.target, work.header.target);
  assert.is(job.deadlineMs, 291_000);
  assert.is(job.goal, 'first');
});

test('variants are later times, microsecond by microsecond; every other byte stays', () => {
  assert.is(job.variants, 290_000_000n);
  for (const variant of [0n, 1n, 999_999n, job.variants - 1n]) {
    const { work: rolled, roll } = job.work(variant);
    const bytes = Buffer.from(rolled.message);
    assert.is(bytes.readBigInt64LE(8), work.header.creationTimeMicros + variant);
    assert.is(roll.timeOffsetMicros, variant);
    bytes.set(work.work.subarray(8, 16), 8);
    assert.equal(new Uint8Array(bytes), work.work);
  }
});

test('bytes 0 to 7 are the node’s: fork number and votes come back as they were', () => {
  assert.equal(job.work(5n).work.message.slice(0, 8), Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0));
});

test('the nonce is the last eight bytes, whatever the number of neighbours', () => {
  const adjacents = [1, 2].map((chain) => ({ chain, hash: new Uint8Array(32) }));
  const { work: rolled } = chainJob(workOf({ adjacents }), options).work(0n);
  assert.is(rolled.message.length, 178 + 72);
  assert.is(rolled.nonce.offset, rolled.message.length - 8);
});

test('a solution of any variant is checked and ready to post', async () => {
  for (const variant of [0n, 77n]) {
    const found = await solve(job, variant);
    const { bytes, header } = checkedSolution(work, job, found);
    assert.equal(bytes, found.solution.message);
    assert.is(header.nonce, found.solution.nonce);
  }
});

test('a hash that equals the target wins', async () => {
  const found = await solve(job);
  const target = Target.fromBytes(powHashOf(found.solution.message), 'le');
  // The target is part of the header, so only the comparison can be equal, not the bytes.
  const even = { ...work, header: { ...work.header, target } };
  assert.equal(checkedSolution(even, job, found).bytes, found.solution.message);
  const below = Target.fromBigInt(target.toBigInt() - 1n);
  const harder = { ...work, header: { ...work.header, target: below } };
  assert.is((thrown(() => checkedSolution(harder, job, found)) as PowError).code, 'POW_MISMATCH');
});

const good = await solve(job);

function changed(change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Found {
  const message = change(new Uint8Array(good.solution.message));
  return { ...good, solution: { ...good.solution, message } };
}

const at = (offset: number, by = 1) =>
  changed((bytes) => {
    bytes[offset] = ((bytes[offset] ?? 0) + by) & 0xff;
    return bytes;
  });

const BAD: [string, Found, RegExp][] = [
  ['a byte is missing', changed((bytes) => bytes.slice(1)), /285 bytes/],
  ['the fork state was touched', at(0), /not ours to change/],
  ['the parent was touched', at(16), /not ours to change/],
  ['the target was touched', at(158), /not ours to change/],
  ['the payload was touched', at(190), /not ours to change/],
  ['the time is before that of the work', at(15, -1), /a time/],
  ['the time is far beyond', at(15, 1), /a time/],
];

for (const [title, found, message] of BAD) {
  test(`not posted: ${title}`, () => {
    const error = thrown(() => checkedSolution(work, job, found)) as PowError;
    assert.is(error.code, 'POW_MISMATCH');
    assert.match(error.message, message);
  });
}

test('not posted: a hash above the target, unless the node has no proof of work', () => {
  const losing = Array.from({ length: 256 }, (_, i) => at(278, i)).find(
    ({ solution }) => !work.header.target.isMetBy(powHashOf(solution.message), 'le'),
  );
  assert.ok(losing);
  assert.match(
    (thrown(() => checkedSolution(work, job, losing as Found)) as PowError).message,
    'above the target',
  );
  const unchecked = chainJob(work, { ...options, proof: 'unchecked' });
  checkedSolution(work, unchecked, losing as Found);
});

test.run();
