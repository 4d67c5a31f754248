/** What Bitcoin pools say, and pools that talk nonsense. */

import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mine, type PowError } from '../../../ts/index.js';
import type { Found } from '../../../ts/miner/ports.js';
import { poolAddress } from '../../../ts/stratum/client/address.js';
import { PoolLink } from '../../../ts/stratum/client/link.js';
import { NEW_POOL, type PoolRules } from '../../../ts/stratum/client/pool-state.js';
import { poolStep } from '../../../ts/stratum/client/pool-step.js';
import { parseMessage } from '../../../ts/stratum/messages.js';
import { thrown } from '../../fixtures.js';
import { turns, VirtualClock } from '../../miner/jobs.js';
import { give, NOTIFY, Pools } from './scripted-pool.js';

const RULES: PoolRules = {
  ...{ dialect: 'bitcoin', agent: 'x', user: 'u', password: 'x', versionMask: 0 },
};

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

/** Every hash in two is below it: `0x207fffff`, as on test networks. */
const BLOCKS = '207fffff';

/** A late share of the newest job. */
async function lateShare({ job }: Pools): Promise<Found> {
  const { work, roll } = job.work(0n);
  const solution = await mine(work, { target: job.target });
  if (solution === null) throw new Error('no share');
  return { job, roll, solution, stale: true };
}

for (const [when, told] of [
  ['a notification', { id: null, method: 'mining.set_version_mask', params: ['00c00000'] }],
  [
    'an answer after the first job',
    { id: 1, result: { 'version-rolling': true, 'version-rolling.mask': '00c00000' }, error: null },
  ],
] as const) {
  test(`another mask in ${when} counts at once, for the job in hand (BIP 310)`, async () => {
    const pools = new Pools();
    await turns();
    await give(pools);
    assert.is(pools.job.variants, 1n << 32n);
    pools.end.say(told);
    await turns();
    assert.is(pools.job.variants, 1n << 34n);
    // Nothing of what was found so far is stale.
    assert.is(pools.job.change, 'refresh');
    pools.end.say({ id: null, method: 'mining.set_version_mask', params: ['00c00000'] });
    await turns();
    assert.is(pools.sets.length, 2);
    await pools.close();
  });
}

for (const [answer, result, reason] of [
  // As ckpool says it.
  [{ result: false, error: null, 'reject-reason': 'Above target' }, 'rejected', 'Above target'],
  [{ result: false, error: null, 'reject-reason': 'Stale' }, 'stale', 'Stale'],
  [{ result: false, error: null, 'reject-reason': 'Invalid JobID' }, 'stale', 'Invalid JobID'],
  [{ result: false, error: null, 'reject-reason': 'Duplicate' }, 'duplicate', 'Duplicate'],
  [{ result: null, error: 'Duplicate' }, 'duplicate', 'Duplicate'],
  [{ result: null, error: [20, 'Stale', null] }, 'rejected', 'Stale'],
] as const) {
  test(`a share that is answered with ${JSON.stringify(answer)} is ${result}`, () => {
    const message = parseMessage(JSON.stringify({ id: 9, ...answer }));
    if (message === null) throw new Error('no message');
    const { effects } = poolStep(NEW_POOL, { kind: 'message', message }, RULES);
    assert.equal(effects, [{ kind: 'outcome', id: 9, outcome: { result, reason } }]);
  });
}

for (const [nBits, clean, isSent] of [
  ['1d00ffff', [false], true],
  ['1d00ffff', [true], false],
  // What came before the last clean job is over, whatever followed on that.
  ['1d00ffff', [true, false], false],
  // The pool decides what becomes of a block, and some pools send one back for another reason.
  [BLOCKS, [true], true],
] as const) {
  test(`a late share of nBits ${nBits} is sent after jobs that are clean: ${clean}? ${isSent}`, async () => {
    const pools = new Pools({ versionMask: 0 });
    await turns();
    pools.end.open();
    pools.end.say(
      { id: 1, result: [[], 'ab', 4], error: null },
      { id: null, method: 'mining.set_difficulty', params: [2 ** -30] },
      { ...NOTIFY, params: NOTIFY.params.with(6, nBits) },
    );
    await turns();
    const found = await lateShare(pools);
    for (const [i, isClean] of clean.entries()) {
      pools.end.say({ ...NOTIFY, params: NOTIFY.params.with(0, `k${i}`).with(8, isClean) });
      await turns();
    }
    pools.end.take();
    const { sent, outcome } = await pools.submit(found);
    assert.is(sent.length === 1, isSent);
    if (isSent) pools.end.say({ id: sent[0]?.['id'], result: true, error: null });
    assert.is((await outcome).result, isSent ? 'accepted' : 'stale');
    assert.is((await outcome).block, nBits === BLOCKS);
    await pools.close();
  });
}

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

test('shares leave nothing behind in what is known of a pool', () => {
  const first = poolStep(NEW_POOL, { kind: 'opened' }, RULES).state;
  let state = first;
  const ids = new Set<unknown>();
  for (let i = 0; i < 5_000; i++) {
    const { state: next, lines } = poolStep(state, { kind: 'submit', params: [] }, RULES);
    ids.add(JSON.parse(lines[0] ?? '').id);
    state = next;
  }
  assert.is(ids.size, 5_000);
  assert.equal({ ...state, nextId: 0 }, { ...first, nextId: 0 });
});

test('an answer that comes too late is nobody’s, and the next share has its own', async () => {
  const sent: number[] = [];
  let hear: (bytes: Uint8Array) => void = () => {};
  const clock = new VirtualClock();
  const link = new PoolLink({
    ...{ address: poolAddress('tcp://a:1'), rules: RULES, clock, onEffect() {}, onEnd() {} },
    limits: { handshakeMs: 1e9, silenceMs: 1e9, answerMs: 30_000 },
    dial: (_, { received }) => {
      hear = received;
      return { send: (text) => sent.push(JSON.parse(text).id), close() {} };
    },
  });
  const answer = (id: number | undefined, result: boolean) =>
    hear(Buffer.from(`{"id":${id},"result":${result},"error":null}\n`));
  // As many as may be on their way at once.
  const late = Array.from({ length: 4_096 }, () => link.submit([]));
  assert.is((await link.submit([])).result, 'rejected');
  await clock.pass(30_000);
  for (const each of late) assert.is((await each).result, 'unknown');
  const next = link.submit([]);
  answer(sent[0], false);
  answer(sent.at(-1), true);
  assert.equal(await next, { result: 'accepted' });
  assert.is(new Set(sent).size, 4_097);
});

for (const [what, lines, said] of [
  ['a message', [{ id: null, method: 'client.show_message', params: [{ toString: 1 }] }], 'says'],
  ['no message', [{ id: null, method: 'client.show_message', params: [] }], 'says: null'],
  [
    'a port and a wait',
    [{ id: null, method: 'client.reconnect', params: ['', { toString: 1 }, { toString: 1 }] }],
    'sends us to pool.example.com:3333',
  ],
  ['an error', [{ id: 2, result: null, error: [20, { toString: 1 }, null] }], '{"toString":1}'],
  ['an error of no list', [{ id: 2, result: null, error: { toString: 1 } }], '{"toString":1}'],
  ['a code alone', [{ id: 2, result: null, error: [20] }], 'not subscribed: [20]'],
  ['a size', [{ id: 2, result: [[], 'ab', { toString: 1 }], error: null }], '{"toString":1} bytes'],
] as const) {
  test(`${what} that cannot be made a text or a number is told as it came`, async () => {
    const pools = new Pools();
    await turns();
    pools.end.open();
    pools.end.say(...lines);
    await turns();
    assert.match(pools.notices.at(-1)?.text ?? '', said);
    await pools.close();
  });
}

test('whatever a pool says, the source goes on or dials again', async () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    // What neither `String` nor `Number` can make anything of.
    fc.constantFrom('ff', '00'.repeat(32), -1, Number.MAX_VALUE, { toString: 1 }, { valueOf: 1 }),
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
