/** What every adapter of the queue keeps to, both ends of it, over real sockets. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lease } from '../../ts/cluster/queue.js';
import { hash, Target, Work } from '../../ts/index.js';
import {
  accepted,
  capabilities,
  finish,
  isExhausted,
  work,
  workOf,
} from '../cluster/nats/fixture.js';
import { until } from '../until.js';
import { allDone, bring, hold, nodesOf, workLent } from './leases.js';
import type { QueueFixture, QueuePlace } from './queues.js';

const UNITS = 60;
/** What a worker of two threads may hold. */
const MOST = 4;

/** Registers the tests of one adapter. */
export function queueContract(adapter: string, fixture: QueueFixture): void {
  const run = fixture.isHere ? test : test.skip;

  /** A behaviour: a cluster of its own, which ends with it. */
  function keeps(sentence: string, how: (place: QueuePlace) => Promise<void>): void {
    run(`${adapter}: ${sentence}`, async () => {
      const place = await fixture.open();
      try {
        await how(place);
      } finally {
        await place.close();
      }
    });
  }

  keeps('every unit is accepted once, and then the work is exhausted', async (place) => {
    const master = await place.master();
    for (let i = 0; i < 3; i++) void work(place.worker(), finish, MOST);
    const { spec, space } = workOf(UNITS);
    await master.publish(spec, space);
    await allDone(place, UNITS);
    assert.is(master.status().totals.units, UNITS);
    assert.is(master.status().works[0]?.done, 1);
  });

  keeps('a work that is published twice is one work', async (place) => {
    const master = await place.master();
    const { spec, space } = workOf(UNITS);
    await Promise.all([master.publish(spec, space), master.publish(spec, space)]);
    void work(place.worker(), finish, MOST);
    await until('some are done', () => accepted(place.events).size > 5);
    await master.publish(spec, space);
    await allDone(place, UNITS);
    assert.is(master.status().works.length, 1);
  });

  keeps('a worker that closes gives its leases back, and others finish them', async (place) => {
    const master = await place.master();
    const lazy = place.worker();
    const held = hold(lazy, 2);
    const { spec, space } = workOf(10);
    await master.publish(spec, space);
    await until('two leases', () => held.length === 2);
    await lazy.close();
    assert.ok(held.every(({ signal }) => signal.aborted));
    void work(place.worker(), finish, MOST);
    await allDone(place, 10);
  });

  keeps('what a worker gives back goes on elsewhere from where it was', async (place) => {
    const master = await place.master();
    let first: Lease | null = null;
    const resumed: bigint[] = [];
    const each = async (lease: Lease) => {
      const isFirst = first === null;
      first ??= lease;
      if (isFirst) {
        const scannedTo = lease.unit.start + 700n;
        await lease.report({ outcome: 'partial', scannedTo, shares: [], hashes: 700 });
        await lease.release({ scannedTo });
        return;
      }
      if (lease.unit.index === first.unit.index) resumed.push(lease.resumeAt - lease.unit.start);
      await finish(lease);
    };
    void work(place.worker(), each, MOST);
    const { spec, space } = workOf(6);
    await master.publish(spec, space);
    await allDone(place, 6);
    assert.equal(resumed, [700n]);
  });

  keeps(
    'a unit whose worker is silent goes to another one, under a higher fence',
    async (place) => {
      const master = await place.master({ isImpatient: true });
      // Its clock stands still, as if its process were stopped: no sign of life comes after the first.
      const mute = place.worker({ clock: { now: () => 0, after: () => () => {} } });
      const held = hold(mute, 1);
      const { spec, space } = workOf(1);
      await master.publish(spec, space);
      await until('held', () => held.length === 1);
      const fences: number[] = [];
      void work(place.worker(), (lease) => {
        fences.push(lease.fence);
        return finish(lease);
      });
      await allDone(place, 1);
      assert.ok((fences[0] ?? 0) > (held[0]?.fence ?? 0));
    },
  );

  keeps('a unit that fails everywhere is split, then given up; the rest is done', async (place) => {
    const master = await place.master();
    const poison = 2_500n;
    void work(place.worker(), async (lease) => {
      const { start, end } = lease.unit;
      const isBad = start <= poison && poison < end;
      if (isBad) await lease.release({ scannedTo: start, failed: 'poison' });
      else await finish(lease);
    });
    const { spec, space } = workOf(5);
    await master.publish(spec, space);
    await until('all that can be is done', () => isExhausted(place.events));
    const { quarantined, completed } = master.status().works[0] ?? {};
    // Halved three times: the half without the poison is done each time.
    assert.equal([quarantined, completed], [1, 4 + 3]);
  });

  keeps('a cancelled work reaches every holder, and nothing of it is lent again', async (place) => {
    const master = await place.master();
    const held = hold(place.worker(), MOST, (lease) => {
      void lease.release({ scannedTo: lease.resumeAt });
    });
    const { spec, space } = workOf(UNITS);
    await master.publish(spec, space);
    await until('some are held', () => held.length === MOST);
    await until('the master knows', () => master.status().works[0]?.leased === MOST);
    const { purged } = await master.cancel(spec.id, 'stale');
    assert.is(purged, UNITS - MOST);
    assert.equal(
      held.map(({ signal }) => signal.reason),
      Array(MOST).fill('stale'),
    );
    assert.is(master.status().works.length, 0);
    const other = workOf(3, 2);
    await master.publish(other.spec, other.space);
    await until('the next work is lent', () => held.length > MOST);
    assert.is(held[MOST]?.spec.id, other.spec.id);
  });

  keeps('a work that is published again while it is cancelled is lent and done', async (place) => {
    const master = await place.master();
    const held: Lease[] = [];
    let each: (lease: Lease) => void | Promise<void> = (lease) => void held.push(lease);
    void work(place.worker(), (lease) => each(lease));
    const { spec, space } = workOf(3);
    await master.publish(spec, space);
    await until('all are held', () => master.status().works[0]?.leased === 3);
    // Its holder does not let go: the end of the work is waited for.
    const cancelled = master.cancel(spec.id, 'stale');
    each = finish;
    await Promise.all([cancelled, master.publish(spec, space)]);
    await allDone(place, 3);
  });

  keeps(
    'a solution is told, hashed again, and a wrong hash is refused and struck',
    async (place) => {
      const master = await place.master();
      const { spec, space } = workOf(2);
      const easy = Target.fromLeadingZeroBits(0);
      const liar = place.worker({ name: 'liar' });
      void work(liar, (lease) => bring(lease, new Uint8Array(32)), 1);
      await master.publish({ ...spec, target: easy, shareTarget: easy, goal: 'first' }, space);
      await until('it is struck', () => place.events.some(({ kind }) => kind === 'strike'));
      await liar.close();
      void work(place.worker(), (lease) => bring(lease, hash(workLent(lease), lease.resumeAt)));
      const results = () => place.events.filter((event) => event.kind === 'result');
      await until('it is found', () => results().some(({ verdict }) => verdict === 'accepted'));
      const [lie] = results();
      assert.equal([lie?.verdict, lie?.solutions], ['rejected', []]);
      const found = results().find(({ verdict }) => verdict === 'accepted');
      assert.equal(
        found?.solutions.map(({ nonce }) => nonce),
        [found?.unit.start],
      );
    },
  );

  keeps('a master that starts again goes on with its record, in a higher epoch', async (place) => {
    const asked = { journalFile: join(place.folder, 'journal'), id: 'a'.repeat(32) };
    const before = await place.master(asked);
    for (let i = 0; i < 2; i++) void work(place.worker(), finish, MOST);
    const { spec, space } = workOf(UNITS);
    await before.publish(spec, space);
    await until('some are done', () => accepted(place.events).size > 10);
    await before.close();
    const after = await place.master(asked);
    assert.ok(after.epoch > before.epoch);
    await after.publish(spec, space);
    await allDone(place, UNITS);
  });

  keeps('status tells of workers, works and units, on both ends', async (place) => {
    const master = await place.master({ name: 'the master' });
    const worker = place.worker({ name: 'rig' });
    const { spec, space } = workOf(UNITS);
    await master.publish(spec, space);
    await until('it has joined', () => nodesOf(place, 'join').length === 1);
    for (const status of [master.status(), await worker.status()]) {
      assert.equal([status.master, status.adapter], ['the master', adapter]);
      assert.is(status.epoch, master.epoch);
      assert.equal(
        status.workers.map(({ name, state, address }) => [name, state, address]),
        [['rig', 'up', fixture.address]],
      );
      assert.equal(
        status.works.map(({ id, lane, done }) => [id, lane, done]),
        [[spec.id, spec.lane, 0]],
      );
    }
  });

  keeps('workers are told of each other, of what changes, and of who leaves', async (place) => {
    await place.master();
    const [one, two] = ['one', 'two'].map((name) => place.worker({ name }));
    const seen = () => one?.peers().map(({ name }) => name) ?? [];
    await until('two is seen', () => seen().includes('two'));
    assert.equal(
      seen().filter((name) => name !== 'two'),
      [],
    );
    two?.announce({ ...capabilities, datasets: ['ab'.repeat(32)] });
    await until('two has a dataset', () => one?.peers()[0]?.capabilities.datasets.length === 1);
    await two?.close();
    await until('two has left', () => !seen().includes('two'));
  });

  keeps('an observer gets no leases', async (place) => {
    const master = await place.master();
    const held = hold(place.worker({ role: 'observer' }), 2);
    const { spec, space } = workOf(UNITS);
    await master.publish(spec, space);
    const slow = async (lease: Lease) => {
      await sleep(20); // units lie ready meanwhile, for whoever asks
      await finish(lease);
    };
    void work(place.worker(), slow, 1);
    await allDone(place, UNITS);
    assert.is(held.length, 0);
  });

  keeps('what a worker can do now is told to the master', async (place) => {
    const master = await place.master();
    const worker = place.worker();
    await until('it has joined', () => nodesOf(place, 'join').length === 1);
    // It may not have heard yet that it has.
    worker.announce({ ...capabilities, threads: 7 });
    await until('told', () => master.status().workers[0]?.threads === 7);
    assert.is(nodesOf(place, 'update')[0]?.capabilities.threads, 7);
  });

  keeps('a work with a message of 200 KiB reaches a worker as it is', async (place) => {
    const master = await place.master();
    const { spec, space } = workOf(1);
    const { algorithm, hashOrder, nonce } = spec.work;
    const message = new Uint8Array(200 << 10).fill(7);
    assert.ok(master.guarantees.mostMessageBytes >= message.length);
    const seen: Uint8Array[] = [];
    void work(place.worker(), (lease) => {
      seen.push(lease.spec.work.message);
      return finish(lease);
    });
    const large = new Work({ algorithm, hashOrder, nonce, message });
    await master.publish({ ...spec, work: large }, space);
    await allDone(place, 1);
    assert.ok(Buffer.from(seen[0] ?? []).equals(message));
  });
}
