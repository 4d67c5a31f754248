import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ALGORITHMS,
  type BackendSearch,
  type GoalPlan,
  NONCE_ENCODINGS,
  type NonceEncoding,
  type SearchPlan,
  type WorkPlan,
} from '../../ts/native/contract.js';
import { Random } from '../fixtures.js';
import {
  chainwebWork,
  digestOf,
  endOf,
  goalOf,
  hopeless,
  openEngine,
  plainEnd,
} from './portable-plans.js';

const one = openEngine(1);
const three = openEngine(3);

/** As many nonces as the layout holds. */
function sizeOf(encoding: NonceEncoding, digits: number | null): bigint {
  if (encoding.startsWith('u')) return 1n << BigInt(encoding.slice(1, 3));
  const size = (encoding === 'hex' ? 16n : 10n) ** BigInt(digits ?? 20);
  return size < 1n << 64n ? size : 1n << 64n;
}

function randomWork(random: Random, encoding: NonceEncoding): WorkPlan {
  const isText = encoding === 'decimal' || encoding === 'hex';
  const width = isText ? 0 : Number(encoding.slice(1, 3)) / 8;
  const message = random.bytes(width + random.between(0, 300));
  const fixed = isText && random.pick([true, false]);
  return {
    algorithm: random.pick(ALGORITHMS),
    message,
    nonceOffset: random.between(0, message.length - width),
    nonceEncoding: encoding,
    nonceDigits: fixed ? random.between(1, encoding === 'hex' ? 16 : 20) : null,
    hashOrder: random.pick(['le', 'be']),
  };
}

/** Some hundred nonces: at the bottom, at the top, across a carry or a width, or anywhere. */
function randomRange(random: Random, work: WorkPlan): { start: bigint; end: bigint } {
  const size = sizeOf(work.nonceEncoding, work.nonceDigits);
  const radix = work.nonceEncoding === 'hex' ? 16n : 10n;
  const power = random.pick([
    1n << BigInt(random.between(1, 63)),
    radix ** BigInt(random.between(1, 15)),
  ]);
  const start = random.pick([0n, size - 700n, power - 350n, random.bigint(size)]);
  const length = BigInt(random.pick([0, 1, random.between(2, 700), 700]));
  const least = start < 0n ? 0n : start >= size ? size - 1n : start;
  return { start: least, end: least + length > size ? size : least + length };
}

test('random works of every encoding have the answer of node:crypto on one thread and on three', async () => {
  const random = new Random(1);
  const kinds = new Set<string>();
  let found = 0;
  for (let i = 0; i < 240; i++) {
    const work = randomWork(random, NONCE_ENCODINGS[i % NONCE_ENCODINGS.length] as NonceEncoding);
    const goal = goalOf(random.between(4, 11), random);
    const plan: SearchPlan = { work, goal, ...randomRange(random, work) };
    const expected = plainEnd(plan);
    assert.equal(await endOf(one, plan), expected, `one thread, work ${i}`);
    assert.equal(await endOf(three, plan), expected, `three threads, work ${i}`);
    kinds.add(`${work.algorithm} ${goal.kind} ${work.hashOrder}`);
    if (expected.kind === 'found') found += 1;
  }
  assert.is(kinds.size, 3 * 2 * 2);
  assert.ok(found > 60 && found < 180, `${found} of 240 had a winner`);
});

test('the lowest of many winning nonces is found whichever thread is first', async () => {
  const random = new Random(2);
  for (let i = 0; i < 30; i++) {
    const work = { ...chainwebWork, message: random.bytes(286) };
    const plan = { work, goal: goalOf(10, random), start: 0n, end: 1n << 64n };
    assert.equal(await endOf(three, plan), plainEnd(plan));
  }
});

test('the very last nonce below 2^64 can win, in binary and in text', async () => {
  for (const nonceEncoding of ['u64le', 'u64be', 'decimal', 'hex'] as const) {
    const work = { ...chainwebWork, nonceEncoding };
    const last = (1n << 64n) - 1n;
    const goal = onlyThat(work, last);
    const plan = { work, goal, start: last - 5_000n, end: last + 1n };
    assert.equal(await endOf(three, plan), { kind: 'found', nonce: last });
    assert.equal(await endOf(three, { ...plan, end: last }), { kind: 'exhausted' });
  }
});

test('the nonces on both sides of every change of width can win', async () => {
  for (const [nonceEncoding, radix, widest] of [
    ['decimal', 10n, 19],
    ['hex', 16n, 15],
  ] as const) {
    const work = { ...chainwebWork, nonceEncoding };
    for (let width = 1; width <= widest; width++) {
      const wider = radix ** BigInt(width);
      for (const nonce of [wider - 1n, wider, wider + 1n]) {
        const plan = { work, goal: onlyThat(work, nonce), start: wider - 5n, end: wider + 5n };
        assert.equal(await endOf(one, plan), { kind: 'found', nonce });
      }
    }
  }
});

test('a target equal to the hash wins and one below it does not', async () => {
  for (const hashOrder of ['le', 'be'] as const) {
    const work = { ...chainwebWork, hashOrder };
    const goal = exactly(work, 700n);
    assert.equal(await endOf(one, { work, goal, start: 700n, end: 701n }), {
      kind: 'found',
      nonce: 700n,
    });
    const value = BigInt(`0x${Buffer.from(goal.value).toString('hex')}`) - 1n;
    const below = Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
    const plan = { work, goal: { kind: 'target', value: below } as const, start: 700n, end: 701n };
    assert.equal(await endOf(one, plan), { kind: 'exhausted' });
  }
});

test('a message of one mebibyte is searched', async () => {
  const work = { ...chainwebWork, message: new Uint8Array(1 << 20), nonceOffset: 100 };
  const plan = { work, goal: exactly(work, 2n), start: 1n, end: 4n };
  const end = await endOf(three, plan);
  assert.equal(end, plainEnd(plan));
});

test('hashes counts every nonce of an exhausted range once', async () => {
  const start = 123n;
  const plan = { work: chainwebWork, goal: hopeless, start, end: start + 12_345n };
  const before = three.stats().hashes;
  let search: BackendSearch | undefined;
  await new Promise((resolve) => {
    search = three.search(plan, resolve);
  });
  assert.is(search?.hashes(), 12_345);
  assert.is(three.stats().hashes - before, 12_345);
});

/** The pattern that is the digest of one nonce. */
function onlyThat(work: WorkPlan, nonce: bigint): GoalPlan {
  return { kind: 'pattern', value: digestOf(work, nonce), mask: new Uint8Array(32).fill(0xff) };
}

/** The target that equals the digest of one nonce. */
function exactly(work: WorkPlan, nonce: bigint): GoalPlan {
  const digest = digestOf(work, nonce);
  return { kind: 'target', value: work.hashOrder === 'le' ? digest.reverse() : digest };
}

test.after(async () => {
  await Promise.all([one.close(), three.close()]);
});

test.run();
