import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Nats } from '../../../ts/cluster/nats/connection.js';
import { LiveWorks, type LiveWorksHow } from '../../../ts/cluster/nats/live-works.js';
import { turns, VirtualClock } from '../../miner/jobs.js';
import { workOf } from './fixture.js';

const CANCEL_MS = 2_000;
const { spec } = workOf(3);

/** Works at a server that answers when a test says so. */
class Place {
  readonly clock = new VirtualClock();
  /** What became of the work at the server, in order. */
  readonly done: string[] = [];
  readonly works: LiveWorks;
  server: 'slow' | 'away' | 'there' = 'slow';
  /** Units on record. */
  open: object[] = [{}];
  readonly #waiting: (() => void)[] = [];
  isLive = true;

  constructor() {
    const does = (what: string) => async () => {
      if (this.server === 'away') throw new Error('no server');
      if (this.server === 'slow') await new Promise<void>((go) => this.#waiting.push(go));
      this.done.push(what);
    };
    const bucket = { put: does('shown'), purge: does('hidden') };
    const how = {
      node: { clock: this.clock, limits: { cancelMs: CANCEL_MS }, names: { state: 'state' } },
      keeper: {
        view: { spec: () => spec, outstanding: () => this.open, status: () => ({ works: [] }) },
      },
      stock: { removeWork: does('emptied'), mend: does('filled') },
      lendings: { counts: () => ({ queued: 0, held: 0 }), ofWork: () => [] },
      dispatch: { letGo: async () => {}, forget: () => {} },
      filler: this.#filler(),
      ...{ settle: async () => {}, tellOver: () => {}, onNotice: () => {} },
    };
    const nats = { bucket: async () => bucket };
    this.works = new LiveWorks(nats as unknown as Nats, how as unknown as LiveWorksHow);
  }

  /** From now on at once. */
  async answer(): Promise<void> {
    this.server = 'there';
    for (const go of this.#waiting) go();
    await turns();
  }

  #filler() {
    const live = () => (this.isLive ? [spec] : []);
    return {
      get live() {
        return live();
      },
      lends: () => this.isLive,
      begin: () => {
        this.isLive = true;
      },
      end: () => {
        this.isLive = false;
      },
      fillAll: () => {},
    };
  }
}

test('a work that is lent again while it is still taken off the server is there in the end', async () => {
  const place = new Place();
  const { works, clock, done } = place;
  const calledBack = works.callBack(spec.id, 'stale');
  await turns();
  await clock.pass(CANCEL_MS);
  await calledBack;
  assert.equal(done, [], 'nobody waits longer for the server');
  const lent = works.lend(spec);
  await turns();
  await place.answer();
  await lent;
  assert.equal(done, ['emptied', 'hidden', 'shown', 'filled']);
});

test('so is one that is lent again while what could not be taken off before goes', async () => {
  const place = new Place();
  const { works, done } = place;
  place.server = 'away';
  await works.callBack(spec.id, 'stale');
  place.server = 'slow';
  const restored = works.restore();
  await turns();
  const lent = works.lend(spec);
  await turns();
  await place.answer();
  await Promise.all([restored, lent]);
  assert.equal(done, ['emptied', 'hidden', 'shown', 'filled']);
});

test('what is lent again before the server is back is not taken off then', async () => {
  const place = new Place();
  const { works, done } = place;
  place.server = 'away';
  await works.callBack(spec.id, 'stale');
  place.server = 'slow';
  const lent = works.lend(spec);
  await turns();
  const restored = works.restore();
  await turns();
  await place.answer();
  await Promise.all([restored, lent]);
  assert.equal(done.slice(0, 2), ['shown', 'filled']);
  assert.not.ok(done.includes('hidden'));
});

test('what an earlier life of a work has left in the queue goes before units of the next one come', async () => {
  const place = new Place();
  const { works, done } = place;
  place.server = 'away';
  await works.callBack(spec.id, 'stale');
  place.open = [];
  place.server = 'there';
  await works.lend(spec);
  assert.equal(done, ['shown', 'emptied']);
});

test('a work that is called back before it is lent is not lent then', async () => {
  const place = new Place();
  const { works, done } = place;
  place.isLive = false;
  const lent = works.lend(spec);
  await turns();
  const calledBack = works.callBack(spec.id, 'stale');
  await place.answer();
  await Promise.all([lent, calledBack]);
  assert.equal(done, ['shown', 'filled', 'emptied', 'hidden']);
  assert.not.ok(place.isLive);
});

test('a work that is called back while the server is filled again is gone in the end', async () => {
  const place = new Place();
  const { works, done } = place;
  const restored = works.restore();
  await turns();
  const calledBack = works.callBack(spec.id, 'stale');
  await turns();
  await place.answer();
  await Promise.all([restored, calledBack]);
  assert.equal(done, ['shown', 'filled', 'emptied', 'hidden']);
});

test.run();
