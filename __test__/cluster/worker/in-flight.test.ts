import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LeaseRunner } from '../../../ts/cluster/worker/lease-runner.js';
import { hash, Target } from '../../../ts/index.js';
import { job, turns, VirtualClock } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { ScriptedEngine } from '../../workers/scripted-engine.js';
import { ScriptedLease, ScriptedQueue } from './scripted-queue.js';

const THREADS = 2;
const RATE = 1000;
/** One hash in 16 meets it. */
const soon = Target.fromLeadingZeroBits(4);
const of = job('1', 'a', { goal: 'all', target: soon });

/** An engine that a test ends searches of, one by one. */
class Scene {
  readonly engine = new ScriptedEngine();
  readonly queue = new ScriptedQueue();
  readonly clock = new VirtualClock();
  readonly runner = new LeaseRunner(this.queue, this.engine, {
    ...{ threads: THREADS, clock: this.clock, guess: () => RATE },
  });
  readonly ended = new Set<number>();

  constructor() {
    void this.runner.run();
  }

  /** Searches that have not ended, oldest first, by their number. */
  get open(): readonly number[] {
    return this.engine.searches.flatMap((_, i) => (this.ended.has(i) ? [] : [i]));
  }

  range(i: number): string {
    const { plan } = this.search(i);
    return `${plan.label?.split('.')[1]}: ${plan.start}-${plan.end}`;
  }

  search(i: number) {
    const search = this.engine.searches[i];
    if (search === undefined) throw new Error(`no search ${i}`);
    return search;
  }

  end(i: number, kind: 'exhausted' | 'cancelled' = 'exhausted'): void {
    this.ended.add(i);
    this.search(i).end({ kind });
  }

  find(i: number, nonce: bigint): void {
    this.ended.add(i);
    this.search(i).end({ kind: 'found', nonce });
  }

  async close(): Promise<void> {
    const closing = this.runner.close();
    for (const i of this.open) this.end(i, 'cancelled');
    await this.clock.pass(60_000);
    await closing;
    await this.queue.close();
  }
}

async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = new Scene();
  try {
    await use(scene);
  } finally {
    await scene.close();
  }
}

const winner = (from: bigint, target: Target): bigint => {
  let nonce = from;
  while (!target.isMetBy(hash(of.work(0n).work, nonce), 'be')) nonce += 1n;
  return nonce;
};

test('more slices than threads are in flight, whichever ends, up to the last of all leases', async () => {
  await withScene(async (scene) => {
    const { queue, engine } = scene;
    const leases = [0, 1, 2].map((index) => new ScriptedLease(of, 0n, 3000n, { index }));
    queue.put(...leases);
    await until('all are lent', () => queue.lent.length === 3);
    const left = () => leases.some(({ unit }) => !lastBegun(engine).has(`${unit.index}`));
    for (let i = 0; left(); i++) {
      assert.is(scene.open.length, 2 * THREADS + 1);
      scene.end(scene.open[(i * 7) % scene.open.length] ?? 0);
      await scene.clock.pass(80);
    }
    for (const i of scene.open) scene.end(i);
    await until('all are over', () => leases.every(({ isOver }) => isOver));
    for (const { results, hashes } of leases) {
      assert.equal([results.length, results[0]?.outcome, hashes], [1, 'exhausted', 3000]);
    }
  });
});

/** Leases whose last slice has begun. */
function lastBegun({ searches }: ScriptedEngine): Set<string | undefined> {
  const last = searches.filter(({ plan }) => plan.end === 3000n);
  return new Set(last.map(({ plan }) => plan.label?.split('.')[1]));
}

test('the first slices are of all sizes, so that they do not end all at once', async () => {
  await withScene(async (scene) => {
    scene.queue.put(new ScriptedLease(of, 0n, 1n << 40n));
    await until('it hashes', () => scene.open.length === 5);
    assert.equal(
      scene.open.map((i) => scene.range(i)),
      ['0: 0-40', '0: 40-120', '0: 120-240', '0: 240-400', '0: 400-600'],
    );
  });
});

test('a share costs no slice: what is left of it begins in the same turn', async () => {
  await withScene(async (scene) => {
    const lease = new ScriptedLease(of, 0n, 1n << 40n);
    scene.queue.put(lease);
    await until('it hashes', () => scene.open.length === 5);
    const nonce = winner(400n, soon);
    scene.find(4, nonce);
    assert.is(scene.open.length, 5);
    assert.is(scene.range(5), `0: ${nonce + 1n}-600`);
    assert.equal(lease.progressed, [0n]); // what lies below is not hashed
    for (const i of [0, 1, 2, 3]) scene.end(i);
    // Whoever went on from here would pass over a solution that the master does not have yet.
    assert.is(lease.progressed.at(-1), nonce);
    await turns();
    scene.end(5);
    assert.is(lease.progressed.at(-1), 600n);
  });
});

test('a share that no hash stands for ends the lease as failed', async () => {
  await withScene(async (scene) => {
    const lease = new ScriptedLease(of, 0n, 1n << 40n);
    scene.queue.put(lease);
    await until('it hashes', () => scene.open.length === 5);
    let nonce = 400n;
    while (soon.isMetBy(hash(of.work(0n).work, nonce), 'be')) nonce += 1n;
    scene.find(4, nonce);
    assert.ok([0, 1, 2, 3].every((i) => scene.search(i).cancelled));
    for (const i of scene.open) scene.end(i, 'cancelled');
    await until('it is given back', () => lease.isOver);
    assert.match(lease.releases[0]?.failed ?? '', /does not win/);
    assert.equal(lease.shares, []);
  });
});

test('a solution that was found while the lease was taken back is told before it is let go', async () => {
  await withScene(async (scene) => {
    const lease = new ScriptedLease(of, 0n, 1n << 40n);
    scene.queue.put(lease);
    await until('it hashes', () => scene.open.length === 5);
    scene.end(0);
    lease.stop('stale');
    assert.ok([1, 2, 3, 4, 5].every((i) => scene.search(i).cancelled));
    await turns();
    assert.equal(lease.releases, [], 'threads are still in it');
    const nonce = winner(400n, soon);
    scene.find(4, nonce);
    assert.equal(scene.open, [1, 2, 3, 5], 'nothing begins any more');
    for (const i of scene.open) scene.end(i, 'cancelled');
    await until('it is given back', () => lease.isOver);
    await turns();
    assert.equal(lease.nonces, [nonce]);
    assert.equal(lease.releases, [{ scannedTo: 40n }]);
    // Those of the cancelled ones are counted, too: 10 each.
    assert.is(lease.hashes, 40 + Number(nonce - 400n + 1n) + 40);
  });
});

test('more threads have more slices, at once', async () => {
  await withScene(async (scene) => {
    scene.queue.put(new ScriptedLease(of, 0n, 1n << 40n));
    await until('it hashes', () => scene.open.length === 5);
    scene.runner.resized(4);
    assert.is(scene.open.length, 9);
    scene.runner.resized(1);
    for (const i of [0, 1, 2, 3, 4, 5]) scene.end(i);
    assert.is(scene.open.length, 3);
  });
});

test('after failures it takes its time, longer each time, and a unit that is done ends that', async () => {
  await withScene(async ({ queue, clock, runner }) => {
    const bad = () => {
      const lease = new ScriptedLease(of, 0n, 10n);
      const unit = { ...lease.unit, patch: { offset: 1e6, bytes: new Uint8Array(1) } };
      return Object.assign(lease, { unit });
    };
    const lent = (count: number) => until(`${count} lent`, () => queue.lent.length === count);
    queue.put(bad(), bad(), bad(), new ScriptedLease(of, 5n, 5n, { index: 9 }));
    await lent(1);
    await turns();
    for (const [waitMs, count] of [
      [100, 2],
      [200, 3],
      [400, 4],
    ] as const) {
      assert.is(clock.alarms, 1);
      await clock.pass(waitMs - 1);
      assert.is(queue.lent.length, count - 1);
      await clock.pass(1);
      await lent(count);
      await turns();
    }
    await until('done', () => runner.stats().units.completed === 1);
    assert.is(runner.stats().units.failed, 3);
  });
});

test.run();
