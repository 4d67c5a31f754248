/** Pools that fail, move, fall silent or talk nonsense. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../../ts/index.js';
import { mayMoveTo, poolAddress } from '../../../ts/stratum/client/address.js';
import { thrown } from '../../fixtures.js';
import { turns } from '../../miner/jobs.js';
import { Pools } from './scripted-pool.js';

const NOTIFY = {
  ...{ id: null, method: 'mining.notify' },
  params: ['j', '00'.repeat(32), '01', '02', [], '20000000', '1d00ffff', '6553f100', true],
};

/** Opens the newest connection, and has it give work. */
async function give(pools: Pools): Promise<void> {
  pools.end.open();
  const asked = pools.end.take();
  const id = asked.find(({ method }) => method === 'mining.subscribe')?.['id'];
  pools.end.say({ id, result: [[], 'ab', 4], error: null }, NOTIFY);
  await turns();
}

test('what is said to a Bitcoin pool, and in which order', async () => {
  const pools = new Pools({ password: 'secret', agent: 'me/1' });
  await turns();
  pools.end.open();
  const mask = { 'version-rolling.mask': '1fffe000' };
  assert.equal(pools.end.take(), [
    { id: 1, method: 'mining.configure', params: [['version-rolling'], mask] },
    { id: 2, method: 'mining.subscribe', params: ['me/1'] },
  ]);
  pools.end.say({ id: 2, result: [[], 'ab', 4], error: null });
  assert.equal(pools.end.take(), [
    { id: 3, method: 'mining.authorize', params: ['u.w', 'secret'] },
    { id: 4, method: 'mining.extranonce.subscribe', params: [] },
  ]);
  await pools.close();
});

test('difficulty and extranonce count from the next job on', async () => {
  const pools = new Pools();
  await turns();
  await give(pools);
  pools.end.say(
    { id: null, method: 'mining.set_difficulty', params: [4] },
    { id: null, method: 'mining.set_extranonce', params: ['cd', 6] },
  );
  await turns();
  assert.is(pools.sets.length, 1);
  assert.is(pools.job.variants, 1n << 32n);
  pools.end.say({ ...NOTIFY, params: NOTIFY.params.with(0, 'k') });
  await turns();
  assert.is(pools.job.variants, 1n << 48n);
  assert.ok(Math.abs(pools.job.target.expectedHashes / 2 ** 34 - 1) < 1e-4);
  await pools.close();
});

test('versions roll in the bits that the pool allows', async () => {
  const pools = new Pools();
  await turns();
  pools.end.open();
  pools.end.say(
    { id: 1, result: { 'version-rolling': true, 'version-rolling.mask': '00c00001' }, error: null },
    { id: 2, result: [[], 'ab', 1], error: null },
    NOTIFY,
  );
  await turns();
  assert.is(pools.job.variants, 256n * 4n);
  const versions = [0n, 256n, 512n, 768n].map((variant) => pools.job.work(variant).roll.version);
  assert.equal(versions, [0x2000_0000, 0x2040_0000, 0x2080_0000, 0x20c0_0000]);
  await pools.close();
});

test('what a pool asks is answered, with a null id not at all', async () => {
  const pools = new Pools();
  await turns();
  await give(pools);
  pools.end.take();
  pools.end.say(
    { id: 5, method: 'client.get_version', params: [] },
    { id: 6, method: 'mining.ping', params: [] },
    { id: 7, method: 'client.get_stats', params: [] },
    { id: null, method: 'whatever', params: [] },
    { id: null, method: 'client.show_message', params: ['hello\u001b[2J'] },
  );
  assert.equal(pools.end.take(), [
    { id: 5, result: 'pow-native', error: null },
    { id: 6, result: 'pong', error: null },
    { id: 7, result: null, error: [20, 'unknown method', null] },
  ]);
  assert.match(pools.notices.at(-1)?.text ?? '', 'hello\\x1b[2J');
  await pools.close();
});

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
    while (pools.ends.length === dialled) await pools.clock.pass(50);
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

test('whatever a pool says, the source goes on or dials again', async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('ff', '00'.repeat(32), -1, Number.MAX_VALUE),
  );
  const method = fc.constantFrom(
    ...['notify', 'set_difficulty', 'set_target', 'set_extranonce', 'set_version_mask'].map(
      (name) => `mining.${name}`,
    ),
    ...['client.reconnect', 'client.show_message', 'x'],
  );
  const message = fc.oneof(
    fc.record({ id: value, method, params: fc.array(value, { maxLength: 9 }) }),
    fc.record({ id: fc.nat(9), result: value, error: value }),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(message),
      fc.constantFrom('bitcoin', 'chainweb'),
      async (said, dialect) => {
        const pools = new Pools({ url: `stratum+tcp://pool.example.com:1?dialect=${dialect}` });
        await turns();
        pools.end.open();
        for (const each of said) pools.end.say(each);
        await turns();
        await pools.close();
        assert.is(pools.source.status().connection, 'closed');
      },
    ),
    { numRuns: 150 },
  );
});

test('URLs say where a pool is, and wrong ones are refused', () => {
  assert.equal(poolAddress('stratum+ssl://[::1]:443?dialect=chainweb'), {
    ...{ host: '::1', port: 443, isSecure: true, dialect: 'chainweb', algorithm: 'sha256d' },
  });
  assert.is(poolAddress('tcp://a:1?algorithm=blake2s').algorithm, 'blake2s');
  for (const url of [
    ...[
      '',
      'pool:3333',
      'http://a:1',
      'stratum+tcp://a',
      'stratum+tcp://a:0',
      'stratum+tcp://a:1/x',
    ],
    ...['stratum+tcp://u:p@a:1', 'stratum+tcp://a:1?dialect=x', 'stratum+tcp://a:1?x=1'],
    ...['stratum+tcp://a:1?algorithm=md5', 'stratum+tcp://a:99999'],
  ]) {
    assert.is((thrown(() => poolAddress(url)) as PowError).argument, 'url', url);
  }
});

test.run();
