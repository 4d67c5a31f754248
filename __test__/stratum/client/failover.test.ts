/** Pools that fail, move, fall silent or let nobody in: which one is tried next, and when. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mine, type PowError } from '../../../ts/index.js';
import { mayMoveTo } from '../../../ts/stratum/client/address.js';
import { turns } from '../../miner/jobs.js';
import { give, NOTIFY, type PoolEnd, Pools } from './scripted-pool.js';

/** Passes time until there have been so many connections; an hour without is a failure. */
async function untilDialled(pools: Pools, connections: number): Promise<void> {
  const untilMs = pools.clock.now() + 3_600_000;
  while (pools.ends.length < connections) {
    assert.ok(pools.clock.now() < untilMs, `connection ${connections} within an hour`);
    await pools.clock.pass(50);
  }
}

test('a pool that is lost is dialled again; jobs of before are gone', async () => {
  const pools = new Pools();
  await turns();
  await give(pools);
  assert.is(pools.source.status().connection, 'connected');
  pools.end.close('ECONNRESET');
  await turns();
  assert.equal(pools.sets.at(-1), []);
  await pools.clock.pass(500);
  assert.is(pools.ends.length, 2);
  await give(pools);
  const { connection, reconnects, lastError } = pools.source.status();
  assert.equal([connection, reconnects], ['connected', 1]);
  assert.match(lastError ?? '', 'ECONNRESET');
  assert.is(pools.job.id, 'pool/2');
  await pools.close();
});

test('pauses grow up to their bound while a pool is away', async () => {
  const pools = new Pools({ retry: { firstMs: 1_000, mostMs: 8_000 } });
  await turns();
  const gaps: number[] = [];
  for (let i = 0; i < 8; i++) {
    const [before, dialled] = [pools.clock.now(), pools.ends.length];
    pools.end.close('refused');
    await untilDialled(pools, dialled + 1);
    gaps.push(pools.clock.now() - before);
  }
  [1, 2, 4, 8, 8, 8, 8, 8].forEach((seconds, i) => {
    const gap = gaps[i] ?? 0;
    assert.ok(gap >= seconds * 500 && gap <= seconds * 1_000 + 50, `${i}: ${gap}`);
  });
  await pools.close();
});

test('the next pool of the list takes over at once, and the first is tried again later', async () => {
  const url = ['a', 'b', 'c'].map((name) => `stratum+tcp://${name}.example.com:1`);
  const pools = new Pools({ url });
  await turns();
  for (let i = 0; i < 2; i++) {
    pools.end.close('refused');
    await pools.clock.pass(0);
  }
  await give(pools);
  pools.end.close('gone');
  await pools.clock.pass(500);
  const hosts = pools.ends.map(({ address }) => address.host);
  assert.equal(
    hosts,
    ['a', 'b', 'c', 'a'].map((name) => `${name}.example.com`),
  );
  await pools.close();
});

test('a silent pool is left, and so is one that gives no job', async () => {
  const pools = new Pools({ silenceMs: 60_000, handshakeMs: 10_000 });
  await turns();
  pools.end.open();
  await pools.clock.pass(10_000);
  assert.is(pools.ends[0]?.isClosed, true);
  await pools.clock.pass(1_000);
  await give(pools);
  await pools.clock.pass(59_000);
  pools.end.say({ id: null, method: 'mining.ping', params: [] });
  await pools.clock.pass(59_000);
  assert.is(pools.ends.length, 2);
  await pools.clock.pass(1_000);
  assert.is(pools.ends[1]?.isClosed, true);
  assert.match(pools.source.status().lastError ?? '', 'silent');
  await pools.close();
});

test('a pool may send us to its own domain, and nowhere else', async () => {
  const pools = new Pools();
  await turns();
  await give(pools);
  pools.end.say({ id: null, method: 'client.reconnect', params: ['pool.evil.com', 3333, 0] });
  await pools.clock.pass(60_000);
  assert.is(pools.ends.length, 1);
  assert.match(pools.notices.at(-1)?.text ?? '', 'not its own domain');
  pools.end.say({ id: null, method: 'client.reconnect', params: ['eu.example.com', '444', 5] });
  await pools.clock.pass(4_999);
  assert.is(pools.ends.length, 1);
  await pools.clock.pass(1);
  const { host, port } = pools.end.address;
  assert.equal([host, port], ['eu.example.com', 444]);
  await pools.close();
});

for (const [from, to, may] of [
  ['pool.example.com', 'pool.example.com', true],
  ['pool.example.com', 'EU.Example.com', true],
  ['pool.example.com', 'example.com', true],
  ['example.com', 'other.com', false],
  ['example.com', 'pool.example.com', false],
  ['pool.example.com', 'notexample.com', false],
  ['pool.co.uk', 'evil.co.uk', false],
  ['10.0.0.1', '10.0.0.2', false],
  ['localhost', 'evil', false],
] as const) {
  test(`${from} ${may ? 'may' : 'may not'} send us to ${to}`, () => {
    assert.is(mayMoveTo(from, to), may);
  });
}

test('a user that the pool does not know ends the source with its words', async () => {
  const pools = new Pools();
  await turns();
  pools.end.open();
  pools.end.say({ id: 2, result: [[], 'ab', 4], error: null });
  pools.end.say({ id: 3, result: false, error: [24, 'no such user', null] });
  const error = (await pools.reading) as PowError;
  assert.is(error.code, 'POW_SOURCE');
  assert.match(error.message, 'does not know u.w: no such user');
  await pools.clock.pass(60_000);
  assert.is(pools.ends.length, 1);
  await pools.close();
});

const TWO = ['a', 'b'].map((name) => `stratum+tcp://${name}.example.com:1`);
const RECONNECT = { id: null, method: 'client.reconnect', params: ['', 0, 0] };

/** Ten minutes of pools that all do the same with everybody who connects. */
async function tenMinutes(pools: Pools, act: (end: PoolEnd) => void): Promise<readonly string[]> {
  let served = 0;
  while (pools.clock.now() < 600_000) {
    for (; served < pools.ends.length; served++) act(pools.ends[served] as PoolEnd);
    await turns();
    await pools.clock.pass(50);
  }
  await pools.close();
  return pools.ends.map(({ address }) => address.host);
}

/** Pools that both refuse, until the pauses are of a second and more; the second one is dialled. */
async function afterRefusals(): Promise<Pools> {
  const pools = new Pools({ url: TWO });
  await turns();
  for (let i = 1; i <= 5; i++) {
    pools.end.close('refused');
    await untilDialled(pools, i + 1);
  }
  return pools;
}

/** After a success the pause is that of a first failure, and the list begins anew. */
async function assertSucceeded(pools: Pools): Promise<void> {
  const dialled = pools.ends.length;
  pools.end.close('gone');
  await pools.clock.pass(500);
  pools.end.close('refused');
  await pools.clock.pass(0);
  const hosts = pools.ends.slice(dialled).map(({ address }) => address.host);
  assert.equal(hosts, ['a.example.com', 'b.example.com']);
}

/** Gives a job before it says whether the user may mine. */
function letIn(end: PoolEnd, isIn: boolean): void {
  end.open();
  end.say({ id: 2, result: [[], 'ab', 4], error: null }, NOTIFY);
  end.say({ id: 3, result: isIn, error: isIn ? null : [24, 'banned', null] });
}

test('pools that give work and let nobody in any more are tried in turn, ever more rarely', async () => {
  let isFirst = true;
  const hosts = await tenMinutes(new Pools({ url: TWO }), (end) => {
    letIn(end, isFirst);
    if (isFirst) end.close('gone');
    isFirst = false;
  });
  assert.equal(hosts.slice(1, 5), [
    ...['a.example.com', 'b.example.com'],
    ...['a.example.com', 'b.example.com'],
  ]);
  assert.ok(hosts.length >= 20 && hosts.length <= 60, `${hosts.length} connections`);
});

test('a pool that lets us in and gives work is a success, whichever comes first', async () => {
  const answer = { id: 3, result: true, error: null };
  for (const said of [
    [NOTIFY, answer],
    [answer, NOTIFY],
  ]) {
    const pools = await afterRefusals();
    pools.end.open();
    pools.end.say({ id: 2, result: [[], 'ab', 4], error: null }, ...said);
    await turns();
    await assertSucceeded(pools);
    await pools.close();
  }
});

test('a pool that answers no authorization is one as soon as it accepts a share', async () => {
  const pools = await afterRefusals();
  pools.end.open();
  const easy = { id: null, method: 'mining.set_difficulty', params: [1e-8] };
  pools.end.say({ id: 2, result: [[], 'ab', 4], error: null }, easy, NOTIFY);
  await turns();
  const { work, roll } = pools.job.work(0n);
  const solution = await mine(work, { target: pools.job.target });
  if (solution === null) throw new Error('no solution');
  const { outcome, sent } = await pools.submit({ job: pools.job, roll, solution });
  pools.end.say({ id: sent.at(-1)?.['id'], result: true, error: null });
  assert.is((await outcome).result, 'accepted');
  await assertSucceeded(pools);
  await pools.close();
});

test('who is sent on and on without work in between leaves for the next pool, with pauses', async () => {
  const hosts = await tenMinutes(new Pools({ url: TWO }), (end) => {
    end.open();
    end.say(RECONNECT);
  });
  // To where it is sent it goes four times.
  const [a, b] = ['a.example.com', 'b.example.com'];
  assert.equal(hosts.slice(0, 11), [...Array(5).fill(a), ...Array(5).fill(b), a]);
  assert.ok(hosts.length >= 20 && hosts.length <= 240, `${hosts.length} connections`);
});

test('who is sent from a front door to a region to a server gets there', async () => {
  const doors = ['pool.example.com', 'eu.example.com', 'eu2.example.com'];
  const pools = new Pools({ url: `stratum+tcp://${doors[0]}:1` });
  const hosts = await tenMinutes(pools, (end) => {
    const next = doors[doors.indexOf(end.address.host) + 1];
    if (next === undefined) return letIn(end, true);
    end.open();
    end.say({ ...RECONNECT, params: [next, 1, 0] });
  });
  assert.equal(hosts.slice(0, 3), doors);
});

test('who is sent on with work in between goes along, but not without end in no time', async () => {
  const pools = new Pools({ url: TWO, retry: { firstMs: 1_000, mostMs: 60_000 } });
  const hosts = await tenMinutes(pools, (end) => {
    letIn(end, true);
    end.say(RECONNECT);
  });
  assert.equal([...new Set(hosts)], ['a.example.com']);
  assert.ok(hosts.length >= 600 && hosts.length <= 1_200, `${hosts.length} connections`);
});

test.run();
