import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Unit, WorkSpec } from '../../../ts/cluster/queue.js';
import type { Scanned } from '../../../ts/cluster/record/judges.js';
import {
  type Proof,
  Rescans,
  type RescansOptions,
  type Scan,
  scanBy,
} from '../../../ts/cluster/trust/rescans.js';
import { Engine, Target, Work } from '../../../ts/index.js';
import { plainDigest, Random } from '../../fixtures.js';

const work = new Work({
  algorithm: 'blake2s',
  message: Uint8Array.from({ length: 64 }, (_, i) => i),
  nonce: { offset: 40, encoding: 'u64le' },
  hashOrder: 'le',
});
const spec: WorkSpec = {
  id: 'cd'.repeat(16),
  lane: 'lane',
  work,
  target: Target.fromBigInt(0n),
  shareTarget: Target.fromLeadingZeroBits(6),
  goal: 'all',
};
const unit: Unit = {
  work: spec.id,
  index: 5,
  variant: 0n,
  start: 1_000n,
  end: 1_000n + 65_536n,
  patch: { offset: 0, bytes: Uint8Array.of(9, 9, 9) },
};
const message = work.message;
message.set([9, 9, 9]);
const patched = { algorithm: work.algorithm, message, nonce: work.nonce };

/** Every share of the unit, by code that knows nothing of the engine. */
const real: readonly bigint[] = Array.from(
  { length: 65_536 },
  (_, i) => unit.start + BigInt(i),
).filter((nonce) => ((plainDigest(patched, nonce)[31] as number) & 0xfc) === 0);

const honest: Scanned = {
  worker: 'a worker',
  key: 'honest',
  spec,
  unit,
  from: unit.start,
  to: unit.end,
  reported: new Set(real),
};

function collect(options: Partial<RescansOptions> & { scan: Scan }): {
  rescans: Rescans;
  proofs: Proof[];
} {
  const proofs: Proof[] = [];
  const random = new Random(7);
  const rescans = new Rescans({
    random: () => random.next() / 2 ** 32,
    proved: (proof) => proofs.push(proof),
    ...options,
  });
  return { rescans, proofs };
}

/** A scan that notes what it is asked for and finds nothing. */
function noting(): { scan: Scan; ranges: { start: bigint; end: bigint }[] } {
  const ranges: { start: bigint; end: bigint }[] = [];
  const scan: Scan = async (_work, _goal, nonces) => {
    ranges.push(nonces);
    return null;
  };
  return { scan, ranges };
}

test('an engine proves what was not reported, and nothing against who reports every share', async () => {
  const engine = new Engine({ threads: 1, priority: 'background' });
  try {
    const engineScan = scanBy(engine);
    let scans = 0;
    const scan: Scan = (...args) => {
      scans += 1;
      return engineScan(...args);
    };
    const { rescans, proofs } = collect({ scan });
    for (let i = 0; i < 40; i++) rescans.offer(honest);
    await rescans.idle();
    assert.equal(proofs, []);
    assert.ok(scans > 40, 'of each part, and after each of its shares');
    // The first half of the unit was not hashed: a part of 256 nonces has four shares.
    const half = unit.start + 32_768n;
    const reported = new Set(real.filter((nonce) => nonce >= half));
    for (let i = 0; i < 40; i++) rescans.offer({ ...honest, key: 'half', reported });
    await rescans.idle();
    assert.ok(proofs.length > 10 && proofs.length < 30, `${proofs.length} of 40`);
    for (const { key, nonce } of proofs) {
      assert.is(key, 'half');
      assert.ok(nonce < half && real.includes(nonce));
    }
  } finally {
    await engine.close();
  }
});

test('a part is one in 256, lies within what was scanned, and reaches both of its ends', async () => {
  for (const [from, to, part] of [
    [1_000n, 66_536n, 256n],
    [5n, 6n, 1n],
    [5n, 300n, 1n],
    [(1n << 64n) - 51_200n, 1n << 64n, 200n],
  ] as const) {
    const { scan, ranges } = noting();
    const draws = [0, 1 - 2 ** -52, 0.5, 0.25, 0.999];
    const { rescans } = collect({ scan, random: () => draws.shift() ?? 0 });
    for (let i = 0; i < 5; i++) rescans.offer({ ...honest, from, to });
    await rescans.idle();
    assert.is(ranges.length, 5);
    for (const { start, end } of ranges) {
      assert.is(end - start, part);
      assert.ok(start >= from && end <= to);
    }
    assert.is(ranges[0]?.start, from);
    assert.is(ranges[1]?.end, to);
  }
});

test('nothing is drawn from a lease in which nothing was scanned', async () => {
  const { scan, ranges } = noting();
  const { rescans } = collect({ scan });
  rescans.offer({ ...honest, to: honest.from });
  await rescans.idle();
  assert.is(ranges.length, 0);
});

test('reported shares are passed over until the end of the part', async () => {
  const found = [1_003n, 1_100n, null];
  const asked: bigint[] = [];
  const scan: Scan = async (_work, _goal, { start }) => {
    asked.push(start);
    return found.shift() ?? null;
  };
  const { rescans, proofs } = collect({ scan, random: () => 0 });
  rescans.offer({ ...honest, reported: new Set([1_003n, 1_100n]) });
  await rescans.idle();
  assert.equal(asked, [1_000n, 1_004n, 1_101n]);
  assert.equal(proofs, []);
});

test('an engine that cannot keep up skips parts, and the queue stays short', async () => {
  let free: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  let scanned = 0;
  const scan: Scan = async () => {
    scanned += 1;
    await held;
    return null;
  };
  const { rescans } = collect({ scan });
  for (let i = 0; i < 1_000; i++) rescans.offer(honest);
  free();
  await rescans.idle();
  assert.ok(scanned > 2 && scanned <= 66, `${scanned}`);
});

test('a scan that fails is told, skipped, and no proof', async () => {
  const errors: unknown[] = [];
  let scans = 0;
  const scan: Scan = async () => {
    scans += 1;
    if (scans > 1) return null;
    throw new Error('a kernel panicked');
  };
  const { rescans, proofs } = collect({ scan, failed: (error) => errors.push(error) });
  rescans.offer(honest);
  rescans.offer(honest);
  await rescans.idle();
  assert.is(errors.length, 1);
  assert.equal(proofs, []);
  assert.is(scans, 2);
});

test('closing stops the scan in hand, drops the rest, and takes no more', async () => {
  const errors: unknown[] = [];
  let begun = 0;
  const scan: Scan = (_work, _goal, _nonces, signal) => {
    begun += 1;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  const { rescans } = collect({ scan, failed: (error) => errors.push(error) });
  for (let i = 0; i < 5; i++) rescans.offer(honest);
  await rescans.close();
  rescans.offer(honest);
  await rescans.idle();
  assert.is(begun, 1);
  assert.equal(errors, []);
});

test.run();
