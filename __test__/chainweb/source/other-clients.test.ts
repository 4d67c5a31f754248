/** What went wrong in other clients of this protocol, and was held by no test elsewhere here. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainwebClient } from '../../../ts/chainweb/client.js';
import {
  ChainUpdates,
  type ChainUpdatesOptions,
  type UpdateEvent,
} from '../../../ts/chainweb/updates.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import type { MinerEvent } from '../../../ts/miner/events.js';
import { RETRY_RULE } from '../../../ts/miner/retry.js';
import { until } from '../../until.js';
import {
  miner as account,
  closeLater,
  endEverything,
  openNode,
  PATIENT,
  withSource,
} from './running-source.js';
import { blocksOf, open, withMining } from './with-mining.js';

test('nine events without a data line are sent over HTTP, and nine are heard', async () => {
  const node = await openNode();
  const client = closeLater(new ChainwebClient({ ...PATIENT, url: node.url, miner: account }));
  const events: UpdateEvent[] = [];
  const options: ChainUpdatesOptions = {
    open: (signal) => client.updates('development', 3, signal),
    onEvent: (event) => events.push(event),
    onFailure: (failure) => assert.unreachable(failure.message),
    ...{ silenceMs: 240_000, retry: RETRY_RULE, clock: monotonicClock, fraction: () => 0 },
  };
  const updates = closeLater(new ChainUpdates(options));
  await until('a stream', () => updates.isConnected);
  for (let i = 0; i < 9; i++) node.refresh(3);
  await until('nine events', () => events.length >= 10);
  assert.equal(events, ['opened', ...Array(9).fill('refreshed')]);
  await updates.close();
});

test('streams that the node ends again and again are opened again, and events go on to bring work', async () => {
  const retry = { firstMs: 1, eagerMs: 5 };
  const source = { chains: 2, pollMs: 3_600_000, refreshMs: 300_000, retry };
  const node = { updateStreamTimeoutMs: 100 };
  await withSource({ source, node }, async ({ source, jobs, untilLive }, node) => {
    await untilLive((live) => live.length === 2);
    const streams = () => source.status().requests['updates']?.count ?? 0;
    await until('ten streams', () => streams() >= 10);
    const refreshed = () => jobs.filter(({ change }) => change === 'refresh').length;
    const before = refreshed();
    // An event may fall between two streams: the next stream asks for what was missed.
    node.refresh();
    await until('both chains refreshed', () => refreshed() >= before + 2);
  });
});

test('a solution that is posted again and again holds up nothing: other chains are solved meanwhile', async () => {
  const node = await open();
  node.setFault('solved', { kind: 'status', value: 503 });
  await withMining(node.url, { chains: 4 }, async ({ miner, outcomes }) => {
    await until('eight solutions on their way', () => miner.stats().submitting >= 8);
    assert.equal(outcomes, []);
    node.setFault('solved', null);
    await until('eight outcomes', () => outcomes.length >= 8);
    assert.equal(new Set(outcomes), new Set(['accepted']));
  });
  assert.ok(blocksOf(node) >= 8);
  await node.close();
});

test('the creation time moves on by itself, without an event of the node', async () => {
  const source = { chains: 1, refreshMs: 100 };
  await withSource({ source }, async ({ jobs }) => {
    await until('newer work three times', () => jobs.length >= 4);
    const times = jobs.map((job) => Buffer.from(job.work(0n).work.message).readBigInt64LE(8));
    assert.equal(new Set(jobs.slice(1).map(({ change }) => change)), new Set(['refresh']));
    times.slice(1).forEach((time, i) => {
      assert.ok(time > (times[i] ?? time), 'later than the one before');
    });
  });
});

test('nonces start anywhere: no two jobs begin at the same one, and none at zero', async () => {
  const node = await open();
  const nonces: bigint[] = [];
  const hear = (event: MinerEvent) => {
    if (event.kind === 'found') nonces.push(event.found.solution.nonce);
  };
  const mine = async () => {
    await until('20 solutions', () => nonces.length >= 20);
  };
  await withMining(node.url, {}, mine, hear);
  // A solution is a few thousand nonces from where its job began.
  const starts = nonces.map((nonce) => nonce >> 32n);
  assert.is(new Set(starts).size, starts.length);
  assert.not.ok(starts.includes(0n));
  await node.close();
});

test.after.each(endEverything);

test.run();
