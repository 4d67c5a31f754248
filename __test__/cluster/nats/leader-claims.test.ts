import type { KV } from '@nats-io/kv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Candidate, Leader } from '../../../ts/cluster/nats/leader.js';
import { monotonicClock } from '../../../ts/miner/clock.js';

const OWN = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

/** One key, changed by compare-and-set alone. */
class OneKey {
  revision = 0;
  claim: unknown = null;
  /** Called before each change: somebody else may come first. */
  before: () => void = () => {};

  /** Whoever is no master may only have garbage written there, or what stood there before. */
  put(claim: unknown): void {
    this.revision += 1;
    this.claim = claim;
  }

  get kv(): KV {
    const change = async (text: string, revision: number) => {
      this.before();
      if (revision !== this.revision) throw Object.assign(new Error('wrong'), { code: 10071 });
      this.put(JSON.parse(text));
      return this.revision;
    };
    const kv = {
      create: (_key: string, text: string) => change(text, 0),
      update: (_key: string, text: string, revision: number) => change(text, revision),
      get: async () => {
        const { revision, claim } = this;
        return claim === null ? null : { operation: 'PUT', revision, length: 9, json: () => claim };
      },
    };
    return kv as unknown as KV;
  }
}

const acquire = (key: OneKey, how: Partial<Candidate> = {}) =>
  Leader.acquire(key.kv, {
    ...{ id: OWN, name: 'own', record: 'r', epochAbove: 0, leaderMs: 1, otherMaster: 'refuse' },
    ...{ clock: monotonicClock, signal: new AbortController().signal },
    ...{ lastEpoch: async () => 0, onSpoilt: () => {} },
    ...how,
  });

test('a claim whose acknowledgement was lost is renewed all the same', async () => {
  const key = new OneKey();
  const leader = await acquire(key);
  key.put(leader.claim);
  assert.is(await leader.renew(), null);
  assert.is(await leader.renew(), null);
});

test('one who comes between two tries to renew is seen, and not led against', async () => {
  const key = new OneKey();
  const leader = await acquire(key);
  key.put(leader.claim);
  const rival = { ...leader.claim, id: OTHER, epoch: leader.claim.epoch + 1 };
  let tries = 0;
  key.before = () => {
    tries += 1;
    if (tries === 2) key.put(rival);
  };
  assert.equal(await leader.renew(), rival);
});

test('what is no claim does not keep a new master from leading, nor take epochs back', async () => {
  const absurd = { id: OTHER, name: 'evil', record: 'r', since: 1, resigned: false };
  for (const spoilt of [
    { stream: 'pow_RESULTS', seq: 9 },
    { ...absurd, epoch: 2 ** 37 },
  ]) {
    const key = new OneKey();
    key.put(spoilt);
    const told: string[] = [];
    const how = { lastEpoch: async () => 7, onSpoilt: (text: string) => told.push(text) };
    const leader = await acquire(key, how);
    assert.is(leader.claim.epoch, 8);
    assert.match(told.join(), 'no claim stood in the key of the leader');
  }
});

test('an older claim that stands there once more does not take epochs back', async () => {
  const key = new OneKey();
  key.put({ id: OWN, name: 'own', record: 'r', epoch: 3, since: 1, resigned: true });
  assert.is((await acquire(key, { lastEpoch: async () => 7 })).claim.epoch, 8);
});

test('a master that leads writes its claim again over garbage, and whoever waits sees it', async () => {
  const key = new OneKey();
  const leader = await acquire(key, { id: OTHER });
  key.put('garbage');
  const second = acquire(key, { leaderMs: 60_000, clock: hurried() });
  assert.is(await leader.renew(), null);
  const error = await second.catch((why: unknown) => why);
  assert.is((error as { code?: string }).code, 'POW_WORKER');
  assert.equal(key.claim, leader.claim);
});

/** Pauses take no time. */
function hurried(): Candidate['clock'] {
  return { ...monotonicClock, after: (_ms, call) => monotonicClock.after(1, call) };
}

test.run();
