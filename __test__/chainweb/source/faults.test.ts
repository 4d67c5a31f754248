/** Every way in which a node can fail to give work: nothing hangs, nothing leaks, mining goes on. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkResponse } from '../../../ts/chainweb/codec.js';
import type { Fault, FaultPlace } from '../../../ts/chainweb/index.js';
import type { PowError } from '../../../ts/errors.js';
import { until } from '../../until.js';
import { selfSigned } from '../certificate.js';
import { HeldClock } from '../held-clock.js';
import {
  drop,
  hang,
  info,
  type RawReply,
  type RawRequest,
  reply,
  withRawNode,
} from '../raw-node.js';
import { headerOf, solve } from './node-work.js';
import { endEverything, miner, openNode, runSource } from './running-source.js';

const never = new AbortController().signal;
const source = {
  retry: { firstMs: 1, eagerMs: 5, patientMs: 20 },
  ...{ pollMs: 50, refreshMs: 50 },
};

/** Where, how, and what the failure counts as; `null`: nothing failed. */
const PASSING: [FaultPlace, Fault, string | null][] = [
  ['work', { kind: 'delay', value: 100, times: 3 }, null],
  ['work', { kind: 'status', value: 503, times: 5 }, 'failing'],
  ['work', { kind: 'drop', times: 5 }, 'lost'],
  ['work', { kind: 'lose', times: 5 }, 'lost'],
  ['work', { kind: 'garbage', times: 5 }, 'nonsense'],
  ['work', { kind: 'short', times: 5 }, 'nonsense'],
  ['work', { kind: 'half', times: 5 }, 'lost'],
  ['info', { kind: 'status', value: 502, times: 5 }, 'failing'],
  ['info', { kind: 'garbage', times: 5 }, 'nonsense'],
  ['info', { kind: 'half', times: 5 }, 'lost'],
  ['all', { kind: 'drop', times: 20 }, 'lost'],
];

for (const [place, fault, kind] of PASSING) {
  const title = `${place}: ${fault.kind} ${fault.value ?? ''}`.trim();
  test(`${title}: asked again until it works, at the start and later`, async () => {
    const node = await openNode();
    node.setFault(place, fault);
    const running = runSource(node.url, source);
    try {
      await running.untilLive((live) => live.length === 4);
      assert.is(kind === null || (running.source.status().errors[kind] ?? 0) > 0, true);
      node.setFault(place, fault);
      for (let block = 0; block < 5; block++) {
        const [job] = await running.untilLive((live) => live.length > 0);
        if (job === undefined) throw new Error('no job');
        const outcome = await running.source.submit(await solve(job), never);
        assert.is(outcome.result, 'accepted', outcome.reason);
      }
      await running.untilLive((live) => live.length === 4);
      assert.is(running.source.status().connection, 'connected');
    } finally {
      await running.stop();
      await node.close();
    }
  });
}

/** A node of one chain. */
const oneChain = ({ path }: RawRequest): RawReply => {
  if (path === '/info') return info();
  return path.endsWith('/updates') ? hang : reply(200, encodeWorkResponse(headerOf({ chain: 1 })));
};

for (const [place, end] of [
  ['work', '/mining/work?chain=1'],
  ['info', '/info'],
] as const) {
  test(`${place}: hung: given up in time and asked again, at the start and later`, async () => {
    const clock = new HeldClock();
    let left = 3;
    const answer = (request: RawRequest): RawReply => {
      const isIt = request.path.endsWith(end) || (place === 'work' && /work$/.test(request.path));
      if (!isIt || left === 0) return oneChain(request);
      left -= 1;
      return () => setImmediate(() => clock.giveUp());
    };
    await withRawNode(answer, async ({ url, open, requests }) => {
      const patient = { ...source, chains: 1, clock, timeoutMs: clock.heldMs };
      const running = runSource(url, patient);
      await running.untilLive((live) => live.length === 1);
      assert.is(left, 0);
      const { errors } = running.source.status();
      assert.ok((errors['late'] ?? 0) >= 3);
      await until('a stream', () => requests.some(({ path }) => path.endsWith('/updates')));
      left = 3;
      // Behind the address may be another node when the connection was lost: it is asked its name.
      for (const socket of open) socket.destroy();
      await until('asked again', () => left === 0);
      await until('connected', () => running.source.status().connection === 'connected');
      await running.untilLive((live) => live.length === 1);
      await running.stop();
    });
  });
}

for (const [place, status] of [
  ['work', 403],
  ['work', 404],
  ['work', 400],
  ['info', 404],
] as const) {
  test(`${place}: ${status} at the start ends it, later on it is waited for`, async () => {
    const node = await openNode();
    node.setFault(place, { kind: 'status', value: status });
    const refused = runSource(node.url, source);
    assert.is(((await refused.end) as PowError).code, 'POW_SOURCE');
    assert.is(refused.source.status().requests[place]?.failures, 1, 'a refusal is not retried');
    await refused.stop();
    node.setFault(place, null);
    const running = runSource(node.url, source);
    await running.untilLive((live) => live.length === 4);
    node.setFault('work', { kind: 'status', value: status });
    await until('lost', () => running.source.status().connection === 'lost');
    node.setFault('work', null);
    await until('connected again', () => running.source.status().connection === 'connected');
    assert.ok(running.source.status().reconnects >= 1);
    await running.stop();
    await node.close();
  });
}

test('a node of another network behind the same address ends it', async () => {
  let network = 'development';
  const answer = (request: RawRequest): RawReply => {
    if (request.path === '/info') return info(network);
    return network === 'development' || request.path.endsWith('/updates')
      ? oneChain(request)
      : drop;
  };
  await withRawNode(answer, async ({ url }) => {
    const running = runSource(url, { ...source, chains: 1 });
    await running.untilLive((live) => live.length === 1);
    network = 'mainnet01';
    const error = (await running.end) as PowError;
    assert.is(error.code, 'POW_SOURCE');
    assert.match(error.message, 'was of network development and is now of mainnet01');
    await running.stop();
  });
});

const tls = selfSigned();

test('TLS: an unknown authority is refused at once, with a word on what to do', async () => {
  const node = await openNode({ tls });
  const running = runSource(node.url, source);
  const error = (await running.end) as PowError;
  assert.is(error.code, 'POW_SOURCE');
  assert.match(error.message, '--ca FILE');
  assert.is(running.source.status().requests['info']?.count, 1);
  await running.stop();
  await node.close();
});

test('TLS: insecure takes any certificate, and warns of it', async () => {
  const node = await openNode({ tls });
  const running = runSource(node.url, { ...source, tls: { insecure: true } });
  await running.untilLive((live) => live.length === 4);
  assert.match(running.source.status().warnings[0] ?? '', 'not checked');
  assert.equal([running.notices[0]?.level, running.source.status().warnings.length], ['warn', 1]);
  await running.stop();
  await node.close();
});

test('TLS: a known authority mines, update streams too, without a warning', async () => {
  const node = await openNode({ tls });
  const running = runSource(node.url, { ...source, tls: { ca: tls.cert } });
  const [job] = await running.untilLive((live) => live.length === 4);
  if (job === undefined) throw new Error('no job');
  assert.is((await running.source.submit(await solve(job), never)).result, 'accepted');
  assert.equal(running.source.status().warnings, []);
  assert.equal(running.source.status().errors, {});
  await running.stop();
  await node.close();
});

test('a node that answers everything with a page is told from one of ours', async () => {
  await withRawNode(
    () => reply(200, '<html></html>'),
    async ({ url, requests }) => {
      const running = runSource(url, { ...source, miner });
      await until('asked again', () => requests.length > 5);
      assert.match(running.source.status().lastError ?? '', '/info is not JSON');
      await running.stop();
    },
  );
});

test('after all that no socket and no timer is left', async () => {
  const kinds = () =>
    process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)).length;
  await until(`sockets and timers gone: ${process.getActiveResourcesInfo()}`, () => kinds() <= 1);
});

test.after.each(endEverything);

test.run();
