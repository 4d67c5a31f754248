import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkResponse } from '../../../ts/chainweb/codec.js';
import type { Fault, FaultPlace } from '../../../ts/chainweb/index.js';
import type { ChainwebSourceOptions } from '../../../ts/chainweb/source/settings.js';
import { printable } from '../../../ts/core/printable.js';
import type { PowError } from '../../../ts/errors.js';
import type { Found, Job, Outcome } from '../../../ts/miner/ports.js';
import { rejection } from '../../fixtures.js';
import { until } from '../../until.js';
import { HeldClock } from '../held-clock.js';
import { hang, info, type RawReply, type RawRequest, reply, withRawNode } from '../raw-node.js';
import { headerOf, solve } from './node-work.js';
import { endEverything, type Running, runSource, withSource } from './running-source.js';

const never = new AbortController().signal;
const fast = { firstMs: 1, eagerMs: 5 };

async function firstJob(
  untilLive: (isWanted: (live: readonly Job[]) => boolean) => Promise<readonly Job[]>,
) {
  const [job] = await untilLive((live) => live.length > 0);
  if (job === undefined) throw new Error('no job');
  return job;
}

/** What becomes of a good solution while the node fails like this. */
const FAULTS: [string, FaultPlace, Fault, Outcome['result'], RegExp][] = [
  ['a broken connection is posted again', 'solved', { kind: 'drop', times: 3 }, 'accepted', /^$/],
  ['a 503 is posted again', 'solved', { kind: 'status', value: 503, times: 3 }, 'accepted', /^$/],
  ['a lost answer is looked for', 'solved', { kind: 'lose', times: 1 }, 'accepted', /^$/],
  ['half an answer is enough', 'solved', { kind: 'half', times: 1 }, 'accepted', /^$/],
  ['a 404 at once is a rejection', 'solved', { kind: 'status', value: 404 }, 'rejected', /sticky/],
  ['a 400 is a rejection', 'solved', { kind: 'status', value: 400 }, 'rejected', /status 400/],
  [
    'a cut that fails is asked again',
    'cut',
    { kind: 'status', value: 503, times: 2 },
    'accepted',
    /^$/,
  ],
  ['a cut of garbage is asked again', 'cut', { kind: 'garbage', times: 2 }, 'accepted', /^$/],
  [
    'no cut at all: unknown',
    'cut',
    { kind: 'status', value: 404 },
    'unknown',
    /could not be looked at/,
  ],
];

for (const [title, place, fault, result, reason] of FAULTS) {
  test(`${title} (${place}: ${fault.kind} ${fault.value ?? ''})`, async () => {
    await withSource({ source: { retry: fast } }, async ({ source, untilLive }, node) => {
      const job = await firstJob(untilLive);
      const found = await solve(job);
      node.setFault(place, fault);
      const outcome = await source.submit(found, never);
      assert.is(outcome.result, result, outcome.reason);
      assert.match(outcome.reason ?? '', reason);
    });
  });
}

test('it is never posted twice after a refusal', async () => {
  await withSource({ source: { retry: fast } }, async ({ source, untilLive }, node) => {
    const found = await solve(await firstJob(untilLive));
    node.setFault('solved', { kind: 'status', value: 404 });
    await source.submit(found, never);
    assert.is(source.status().requests['solved']?.count, 1);
  });
});

test('a solution is checked before it is posted: a wrong nonce burns no work', async () => {
  await withSource({ node: { difficulty: 1e9 } }, async ({ source, untilLive }) => {
    const job = await firstJob(untilLive);
    const { work, roll } = job.work(0n);
    const solution = { nonce: 0n, hash: new Uint8Array(32), message: work.message };
    const error = (await rejection(source.submit({ job, roll, solution }, never))) as PowError;
    assert.is(error.code, 'POW_MISMATCH');
    assert.is(source.status().requests['solved']?.count, 0);
  });
});

test('a second solution of the same work is a duplicate, and not posted', async () => {
  await withSource({ source: { chains: 1 } }, async ({ source, untilLive }) => {
    const job = await firstJob(untilLive);
    const [one, other] = [await solve(job, 0n), await solve(job, 1n)];
    const both = await Promise.all([source.submit(one, never), source.submit(other, never)]);
    assert.equal(
      both.map(({ result }) => result),
      ['accepted', 'duplicate'],
    );
    assert.is(source.status().requests['solved']?.count, 1);
  });
});

for (const aheadMicros of [0n, 3_600_000_000n, -3_600_000_000n]) {
  test(`a solution from the future waits until the node’s clock has come so far, ${aheadMicros} us ahead of ours`, async () => {
    const nowMicros = () => BigInt(Date.now()) * 1000n + aheadMicros;
    await withSource({ node: { nowMicros } }, async ({ source, untilLive }, node) => {
      const job = await firstJob(untilLive);
      const found = await solve(job, 300_000n); // 0.3 s
      const outcome = await source.submit(found, never);
      assert.is(outcome.result, 'accepted', outcome.reason);
      assert.is(Math.max(...node.heights), 1);
    });
  });
}

const WORK = encodeWorkResponse(headerOf({ chain: 1, height: 7n }));

/** A node of one chain that takes solutions and never answers them. */
const swallow = ({ path }: RawRequest): RawReply => {
  if (path === '/info') return info();
  return path.includes('/mining/work') ? reply(200, WORK) : hang;
};

for (const [title, stop] of [
  ['giving up', (giveUp) => giveUp()],
  ['closing the source', (_, { source }) => source.close()],
] as [string, (giveUp: () => void, running: Running) => unknown][]) {
  test(`${title} while a solution is on its way: what became of it is unknown`, async () => {
    await withRawNode(swallow, async ({ url, requests }) => {
      const running = runSource(url, { chains: 1 });
      const found = await solve(await firstJob(running.untilLive));
      const giveUp = new AbortController();
      const submitting = running.source.submit(found, giveUp.signal);
      await until('sent', () => requests.some(({ path }) => path.endsWith('/mining/solved')));
      await stop(() => giveUp.abort(new Error('enough')), running);
      assert.is((await submitting).result, 'unknown');
      await running.stop();
    });
  });
}

test('giving up before a solution is sent is an error', async () => {
  await withSource({}, async ({ source, untilLive }) => {
    const found = await solve(await firstJob(untilLive));
    const error = await rejection(source.submit(found, AbortSignal.abort(new Error('enough'))));
    assert.is((error as PowError).code, 'POW_SOURCE');
    assert.match((error as PowError).message, /was not sent: enough/);
    assert.is(source.status().requests['solved']?.count, 0);
  });
});

/** A node of one chain whose answers to solutions and questions are scripted. */
async function submitTo(
  script: (request: RawRequest) => RawReply,
  options: Partial<ChainwebSourceOptions> = {},
): Promise<{
  outcome: Outcome | PowError;
  paths: readonly string[];
}> {
  let result: { outcome: Outcome | PowError; paths: readonly string[] } | null = null;
  const answer = (request: RawRequest): RawReply => {
    if (request.path === '/info') return info();
    if (request.path.includes('/mining/work')) return reply(200, WORK);
    if (request.path.endsWith('/updates')) return hang;
    return script(request);
  };
  await withRawNode(answer, async ({ url, requests }) => {
    const running = runSource(url, { retry: fast, chains: 1, ...options });
    const found: Found = await solve(await firstJob(running.untilLive));
    const outcome = await running.source
      .submit(found, never)
      .catch((error: unknown) => error as PowError);
    const paths = requests.map(({ path }) => path.replace(/^\/chainweb\/0\.0\/development/, ''));
    result = {
      outcome,
      paths: paths.filter((path) => !/^\/(info|mining\/(work|updates))/.test(path)),
    };
    await running.stop();
  });
  if (result === null) throw new Error('nothing happened');
  return result;
}

const cut = (height: number) =>
  reply(
    200,
    JSON.stringify({ hashes: { 1: { height, hash: Buffer.alloc(32, 9).toString('base64url') } } }),
  );

test('200 proves nothing: another block of that height in the cut makes it stale', async () => {
  const { outcome } = await submitTo(({ method }) => (method === 'POST' ? reply(200) : cut(7)));
  assert.is((outcome as Outcome).result, 'stale');
});

test('200 proves nothing: the cut is looked at until it has come so far', async () => {
  let looks = 0;
  const { outcome } = await submitTo(({ method }) => {
    if (method === 'POST') return reply(200);
    looks += 1;
    return cut(looks < 4 ? 6 : 7);
  });
  assert.is((outcome as Outcome).result, 'stale');
  assert.is(looks, 4);
});

test('200 proves nothing: a cut that never gets there is unknown', async () => {
  const { outcome } = await submitTo(({ method }) => (method === 'POST' ? reply(200) : cut(6)), {
    confirmMs: 100,
  });
  assert.is((outcome as Outcome).result, 'unknown');
  assert.match((outcome as Outcome).reason ?? '', 'not in its chain');
});

test('a hung answer is posted again', async () => {
  const clock = new HeldClock();
  let posts = 0;
  const script = ({ method, path }: RawRequest): RawReply => {
    if (method !== 'POST') return path.includes('/header/') ? reply(200, 'x') : cut(9);
    posts += 1;
    return posts === 1 ? () => setImmediate(() => clock.giveUp()) : reply(200);
  };
  const { outcome } = await submitTo(script, { clock, timeoutMs: clock.heldMs });
  assert.equal(outcome, { result: 'accepted', block: true });
  assert.is(posts, 2);
});

test('a cut that hangs: unknown', async () => {
  const clock = new HeldClock();
  const hung: RawReply = () => setImmediate(() => clock.giveUp());
  const script = ({ method }: RawRequest) => (method === 'POST' ? reply(200) : hung);
  const options = { clock, timeoutMs: clock.heldMs, confirmMs: 100 };
  const { outcome } = await submitTo(script, options);
  assert.is((outcome as Outcome).result, 'unknown');
  assert.match((outcome as Outcome).reason ?? '', 'could not be looked at');
});

for (const [status, result] of [
  [200, 'accepted'],
  [404, 'stale'],
] as const) {
  test(`the chain has gone on: the header decides, ${status} is ${result}`, async () => {
    const { outcome, paths } = await submitTo(({ method, path }) => {
      if (method === 'POST') return reply(200);
      return path.includes('/header/') ? reply(status, 'x') : cut(9);
    });
    assert.is((outcome as Outcome).result, result);
    assert.match(paths.at(-1) ?? '', /^\/chain\/1\/header\/[\w-]{43}$/);
  });
}

test('404 after an answer was lost is unknown, not rejected', async () => {
  let posts = 0;
  const { outcome } = await submitTo(({ method }) => {
    if (method !== 'POST') return cut(6);
    posts += 1;
    return posts === 1 ? (socket) => socket.destroy() : reply(404, 'No associated Payload');
  });
  assert.is((outcome as Outcome).result, 'unknown');
  assert.match((outcome as Outcome).reason ?? '', 'the first answer was lost');
  assert.is(posts, 2);
});

test('what the node says about a rejection is shown without control characters', async () => {
  const { outcome } = await submitTo(() => reply(400, 'bad\x1b[31m\r\nerror: fine\u202e'));
  const { result, reason = '' } = outcome as Outcome;
  assert.is(result, 'rejected');
  assert.is(reason, printable(reason));
});

test.after.each(endEverything);

test.run();
