import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MOST_PATCH_BYTES } from '../../ts/cluster/wire/messages.js';
import { patchedWork, workIdOf, workOfJob } from '../../ts/cluster/work-of-job.js';
import { Pattern, type PowError, Target, Work } from '../../ts/index.js';
import type { Job } from '../../ts/miner/ports.js';
import { easyTarget, thrown } from '../fixtures.js';
import { job, smallJob } from '../miner/jobs.js';

test('every variant is variant 0 with its patch, and the patch is as short as can be', () => {
  const of = job('1', 'a', { variants: 256n });
  const { spec, space } = workOfJob(of);
  assert.is(space.patchOf(0n), null);
  for (const variant of [0n, 1n, 7n, 255n]) {
    const { work } = of.work(variant);
    const patched = patchedWork(spec.work, space.patchOf(variant));
    assert.equal([patched.message, patched.nonce], [work.message, work.nonce]);
  }
  assert.equal(space.patchOf(7n), { offset: 1, bytes: Uint8Array.of(7) });
});

test('variants that differ in more than a message holds are refused, and not only when they are lent', () => {
  const differing = (bytes: number) => {
    const base = job('1', 'a', { variants: 3n });
    const { algorithm, hashOrder, nonce } = base.work(0n).work;
    const work = (variant: bigint) => {
      const message = new Uint8Array(2_000);
      if (variant > 0n) message.fill(Number(variant), 100, 100 + bytes);
      return { work: new Work({ algorithm, hashOrder, nonce, message }), roll: {} };
    };
    return { ...base, work };
  };
  assert.is(workOfJob(differing(MOST_PATCH_BYTES)).space.patchOf(2n)?.bytes.length, 896);
  const error = thrown(() => workOfJob(differing(MOST_PATCH_BYTES + 1))) as PowError;
  assert.is(error.code, 'POW_WORKER');
  assert.match(error.message, 'variant 1 differs from variant 0 in a run of 897 bytes');
});

test('the work of a job depends on what is hashed and won, not on its name', () => {
  const base = job('1', 'a', { variants: 3n, content: 4 });
  const id = workIdOf(base);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.is(workIdOf(job('other', 'b', { variants: 3n, content: 4, change: 'refresh' })), id);
  assert.is(workOfJob(base, { unitHashes: 1e6 }).spec.id, id);
  const work = base.work(0n).work;
  const { algorithm, message, hashOrder } = work;
  const laidOut = (nonce: Work['nonce'], order = hashOrder) => ({
    work: (variant: bigint) => ({
      ...base.work(variant),
      work: new Work({ algorithm, message, nonce, hashOrder: order }),
    }),
  });
  const others: Partial<Job>[] = [
    { target: easyTarget },
    { target: Pattern.hexPrefix('00') },
    { goal: 'all' },
    { variants: 4n },
    { nonces: { start: 0n, end: 9n } },
    { nonces: { start: 1n, end: 9n } },
    laidOut({ offset: 7, encoding: 'u64le' }),
    laidOut({ offset: 8, encoding: 'u64be' }),
    laidOut({ offset: 8, encoding: 'u64le' }, 'le'),
    { work: job('1', 'a', { content: 5 }).work },
    { work: (variant) => base.work(variant === 2n ? 9n : variant) },
  ];
  const ids = others.map((other) => workIdOf({ ...base, ...other }));
  assert.is(new Set([id, ...ids]).size, others.length + 1);
});

test('the nonces of a job are those of its work, the first one among them and always the same', () => {
  for (const nonces of [undefined, { start: 100n, end: 103n }]) {
    const of = smallJob('small', 'a', 3, nonces === undefined ? {} : { nonces });
    const { space } = workOfJob(of);
    const expected = nonces ?? { start: 0n, end: 1000n };
    assert.equal(space.nonces, expected);
    assert.ok(expected.start <= space.first && space.first < expected.end, `${space.first}`);
    assert.is(workOfJob(of).space.first, space.first);
  }
  const starts = Array.from({ length: 8 }, (_, i) => workOfJob(smallJob(`${i}`, 'a', 3)));
  assert.ok(new Set(starts.map(({ space }) => space.first)).size > 1);
});

test('a job that cannot be spread over machines says why', () => {
  const code = (of: Job) => (thrown(() => workOfJob(of)) as PowError).code;
  const longer: Partial<Job> = {
    variants: 10n,
    work: (variant) => smallJob('9'.repeat(1 + Number(variant % 2n)), 'a', 3).work(0n),
  };
  assert.is(code(job('1', 'a', longer)), 'POW_WORKER');
  assert.is(code(smallJob('1', 'a', 3, { nonces: { start: 0n, end: 1001n } })), 'POW_RANGE');
});

test('a patch that does not lie in the message is refused', () => {
  const { work } = job('1', 'a').work(0n);
  const patch = { offset: 15, bytes: new Uint8Array(2) };
  assert.is((thrown(() => patchedWork(work, patch)) as PowError).code, 'POW_WORK_SIZE');
});

test('shares are as easy as a unit asks, and without one they are the solutions', () => {
  const target = Target.fromLeadingZeroBits(70);
  const of = job('1', 'a', { target });
  assert.is(workOfJob(of).spec.shareTarget, target);
  const { shareTarget } = workOfJob(of, { unitHashes: 3200 }).spec;
  assert.ok(Math.abs(shareTarget.expectedHashes - 100) < 1);
});

test.run();
