import { spawnSync } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BackendEngine, SearchEnd } from '../../ts/native/contract.js';
import { portableBackend } from '../../ts/native/portable.js';
import { Random, thrown } from '../fixtures.js';
import { until } from '../until.js';
import {
  chainwebWork,
  endless,
  endOf,
  faulty,
  goalOf,
  hopeless,
  openEngine,
  plainEnd,
} from './portable-plans.js';

async function withEngine(threads: number, use: (engine: BackendEngine) => Promise<void>) {
  const engine = openEngine(threads);
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

test('a search ends as cancelled once, before its first chunk and in the middle', () =>
  withEngine(2, async (engine) => {
    for (const leastHashes of [0, 1, 10_000]) {
      const ends: SearchEnd[] = [];
      const search = engine.search(endless, (end) => ends.push(end));
      await until('it hashes', () => search.hashes() >= leastHashes);
      search.cancel();
      search.cancel();
      await until('the search ends', () => ends.length > 0);
      assert.is(engine.stats().searches, 0);
      search.cancel();
      await setImmediate();
      assert.equal(ends, [{ kind: 'cancelled' }]);
      const hashes = search.hashes();
      await setImmediate();
      assert.is(search.hashes(), hashes); // every thread has left
    }
  }));

test('an end is never reported before search returned', () =>
  withEngine(1, async (engine) => {
    let returned = false;
    const end = new Promise<boolean>((resolve) => {
      engine.search({ ...endless, end: 0n }, () => resolve(returned));
    });
    returned = true;
    assert.is(await end, true);
  }));

test('fifty searches at once all end right while an endless one goes on', () =>
  withEngine(2, async (engine) => {
    const random = new Random(3);
    const endlessSearch = engine.search(endless, () => {});
    const plans = Array.from({ length: 50 }, (_, i) => ({
      work: { ...chainwebWork, message: random.bytes(286) },
      goal: i % 5 === 0 ? hopeless : goalOf(10, random),
      start: BigInt(i),
      end: 4_000n,
    }));
    const ends = await Promise.all(plans.map((plan) => endOf(engine, plan)));
    assert.equal(ends, plans.map(plainEnd));
    assert.is(engine.stats().searches, 1);
    const hashes = endlessSearch.hashes();
    await until('it hashes on', () => endlessSearch.hashes() > hashes);
  }));

test('a thread gives every search its share', () =>
  withEngine(1, async (engine) => {
    const first = engine.search(endless, () => {});
    await until('the first one hashes', () => first.hashes() > 0);
    const [second, third] = [engine.search(endless, () => {}), engine.search(endless, () => {})];
    const before = first.hashes();
    await until('the second one hashes', () => second.hashes() > 20_000);
    assert.ok(first.hashes() - before > 10_000);
    assert.ok(third.hashes() > 10_000);
  }));

test('close ends running searches as closed, and later ones too', async () => {
  const engine = openEngine(2);
  const ends: SearchEnd[] = [];
  const searches = [1, 2, 3].map(() => engine.search(endless, (end) => ends.push(end)));
  await until('every search hashes', () => searches.every((search) => search.hashes() > 0));
  const closing = engine.close();
  assert.equal(ends, []); // not from within close
  await Promise.all([closing, engine.close()]);
  assert.equal(ends, Array(3).fill({ kind: 'closed' }));
  assert.equal(await endOf(engine, endless), { kind: 'closed' });
  assert.is(engine.stats().searches, 0);
});

test('close before the threads have started ends searches as closed', async () => {
  const engine = openEngine(3);
  const end = endOf(engine, endless);
  await engine.close();
  assert.equal(await end, { kind: 'closed' });
});

test('a worker that throws ends that search alone', () =>
  withEngine(2, async (engine) => {
    const otherEnds: SearchEnd[] = [];
    const other = engine.search(endless, (end) => otherEnds.push(end));
    await until('the other one hashes', () => other.hashes() > 0);
    const end = await endOf(engine, faulty);
    assert.is(end.kind, 'panicked');
    assert.match((end as { detail: string }).detail, 'planted');
    const hashes = other.hashes();
    await until('the other one hashes on', () => other.hashes() > hashes + 10_000);
    assert.equal(await endOf(engine, { ...endless, end: 100n }), { kind: 'exhausted' });
    assert.equal(otherEnds, []);
  }));

test('a plan that cannot cross to a thread ends that search alone', () =>
  withEngine(1, async (engine) => {
    const plan = { ...endless, extra: () => 0 };
    assert.is((await endOf(engine, plan)).kind, 'panicked');
    assert.equal(await endOf(engine, { ...endless, end: 100n }), { kind: 'exhausted' });
  }));

test('statistics tell hashes and busy time of each thread, and what could not be had', async () => {
  const engine = openEngine(2, { priority: 'background', affinity: [0, 1] });
  await endOf(engine, { ...endless, end: 20_000n });
  const stats = engine.stats();
  await engine.close();
  assert.is(stats.backend, 'portable');
  assert.is(stats.threads.length, 2);
  assert.is(stats.hashes, 20_000);
  assert.ok(stats.threads.some(({ busyMs }) => busyMs > 0));
  assert.ok(stats.threads.every(({ starvedMs }) => starvedMs >= 0));
  assert.is(stats.warnings.length, 2);
  assert.match(stats.warnings.join(), /priority.*affinity/);
});

test('time without a search, while another thread has one, is starved; idle time is not', () =>
  withEngine(2, async (engine) => {
    // One chunk, a hash of a large message: one thread works, the other finds nothing to claim.
    const work = { ...chainwebWork, message: new Uint8Array(1 << 20), nonceOffset: 0 };
    await endOf(engine, { ...endless, end: 1n }); // both threads are up
    const starved = () => engine.stats().threads.reduce((sum, { starvedMs }) => sum + starvedMs, 0);
    const before = starved();
    await endOf(engine, { work, goal: hopeless, start: 0n, end: 1n });
    const after = starved();
    assert.ok(after > before);
    await setImmediate();
    assert.is(starved(), after);
  }));

test('an unknown kernel is POW_KERNEL, never another kernel', async () => {
  const error = thrown(() => openEngine(1, { kernel: 'avx2' })) as { code?: string };
  assert.is(error.code, 'POW_KERNEL');
  await openEngine(1, { kernel: 'portable' }).close();
});

test('a process ends by itself while an engine idles, used or not', () => {
  const script = `
    const { portableBackend } = await import('./ts/native/portable.ts');
    const open = () => portableBackend.openEngine(
      { threads: 2, priority: 'normal', affinity: null, cpuLimit: 100, kernel: null });
    open();
    open().search(${literal(endless)}, ({ kind }) => console.log(kind)).cancel();
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { cwd: fileURLToPath(new URL('../../', import.meta.url)), encoding: 'utf8', timeout: 60_000 },
  );
  assert.is(stderr, '');
  assert.is(stdout, 'cancelled\n');
  assert.is(status, 0);
});

/** A plan as source text. */
function literal(plan: object): string {
  const bytes = (value: Uint8Array) => `§new Uint8Array([${value}])§`;
  const text = JSON.stringify(plan, (_, value) => {
    if (value instanceof Uint8Array) return bytes(value);
    return typeof value === 'bigint' ? `§${value}n§` : value;
  });
  return text.replaceAll(/"?§"?/g, '');
}

test('kernels: one row for each algorithm, always available', () => {
  assert.equal(
    portableBackend
      .kernels()
      .map(({ algorithm, name, lanes, available }) =>
        [algorithm, name, lanes, available].join(' '),
      ),
    ['blake2s portable 1 true', 'sha256 portable 1 true', 'sha256d portable 1 true'],
  );
  assert.equal(portableBackend.cpuFeatures(), []);
});

test.run();
