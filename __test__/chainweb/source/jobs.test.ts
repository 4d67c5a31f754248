import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DevnetEvent } from '../../../ts/chainweb/index.js';
import type { PowError } from '../../../ts/errors.js';
import { rejection } from '../../fixtures.js';
import { until } from '../../until.js';
import { solve } from './node-work.js';
import { endEverything, miner, runSource, withSource } from './running-source.js';

const never = new AbortController().signal;
const isOf = (count: number) => (live: readonly unknown[]) => live.length === count;

test('as many chains at once as asked for, each on a lane of its own', async () => {
  for (const chains of [1, 4, 20]) {
    await withSource({ source: { chains } }, async ({ untilLive }) => {
      const live = await untilLive(isOf(chains));
      assert.is(new Set(live.map(({ lane }) => lane)).size, chains);
    });
  }
});

test('the node decides which chains: asked for one, it may give another, and that is mined', async () => {
  await withSource(
    { source: { chains: 1, preferredChains: [3] } },
    async ({ source, untilLive }) => {
      const [job] = await untilLive(isOf(1));
      if (job === undefined) throw new Error('no job');
      assert.is((await source.submit(await solve(job), never)).result, 'accepted');
      const [next] = await untilLive((live) => live.length === 1 && live[0]?.id !== job.id);
      assert.ok(next);
    },
  );
});

test('an accepted block brings new work at once, also for the chains that go on', async () => {
  const events: DevnetEvent[] = [];
  const options = { node: { onSolved: (event: DevnetEvent) => events.push(event) } };
  await withSource(options, async ({ source, untilLive, live }, node) => {
    for (let block = 0; block < 40; block++) {
      const [job] = await untilLive((jobs) => jobs.length > 0);
      if (job === undefined) throw new Error('no job');
      const outcome = await source.submit(await solve(job), never);
      assert.equal(outcome, { result: 'accepted', block: true });
    }
    assert.is(
      node.heights.reduce((sum, height) => sum + height),
      40,
    );
    assert.equal(new Set(events.map(({ kind }) => kind)), new Set(['extended']));
    assert.ok(live().length <= 4);
  });
});

test('new transactions refresh, a new parent replaces; two updates in a row are both heard', async () => {
  await withSource({ source: { chains: 1 } }, async ({ source, jobs, untilLive }, node) => {
    const [first] = await untilLive(isOf(1));
    const chain = Number(first?.lane.slice('chain-'.length));
    await until('a stream', () => (source.status().requests['updates']?.count ?? 0) >= 1);
    const isAfter = (id: string | undefined) => (live: readonly { id: string }[]) =>
      live.length === 1 && live[0]?.id !== id;
    for (let i = 0; i < 5; i++) {
      const before = jobs.at(-1)?.id;
      node.refresh(chain);
      node.refresh(chain);
      const [next] = await untilLive(isAfter(before));
      assert.is(next?.change, 'refresh');
    }
  });
});

test('a solution of the work before a refresh still counts', async () => {
  await withSource({ source: { chains: 1 } }, async ({ source, untilLive }, node) => {
    const [first] = await untilLive(isOf(1));
    if (first === undefined) throw new Error('no job');
    await until('a stream', () => (source.status().requests['updates']?.count ?? 0) >= 1);
    const found = await solve(first);
    node.refresh(Number(first.lane.slice('chain-'.length)));
    await untilLive((live) => live.length === 1 && live[0]?.id !== first.id);
    assert.is((await source.submit(found, never)).result, 'accepted');
  });
});

test('a block of another miner makes work stale: it is replaced, and not posted', async () => {
  const other = {
    account: 'k:other',
    predicate: 'keys-all',
    publicKeys: ['other'],
  };
  await withSource({ source: { chains: 20 } }, async (mine, node) => {
    const rival = runSource(node.url, { miner: other, chains: 20 });
    const before = await mine.untilLive(isOf(20));
    await rival.untilLive(isOf(20));
    const [job] = before;
    if (job === undefined) throw new Error('no job');
    const theirs = rival.live().find(({ lane }) => lane === job.lane);
    if (theirs === undefined) throw new Error('no job of the other');
    const found = await solve(job);
    await until('streams', () => (mine.source.status().requests['updates']?.count ?? 0) >= 20);
    assert.is((await rival.source.submit(await solve(theirs), never)).result, 'accepted');
    await mine.untilLive((live) => live.every(({ id }) => id !== job.id));
    await until('other work', () => mine.live().length >= 19);
    const { solved } = mine.source.status().requests;
    const outcome = await mine.source.submit(found, never);
    assert.is(outcome.result === 'accepted', false);
    assert.is(solved?.count, 0);
    await rival.stop();
  });
});

test('a source says how it is doing', async () => {
  await withSource({ source: { chains: 2 } }, async ({ source, untilLive, notices }) => {
    assert.is(source.status().connection, 'connecting');
    await untilLive(isOf(2));
    const { connection, lanes, reconnects, lastError, warnings } = source.status();
    assert.equal([connection, reconnects, lastError], ['connected', 0, null]);
    assert.equal(warnings, []);
    for (const { lane, workAgeMs, jobs } of lanes) {
      assert.match(lane, /^chain-\d+$/);
      assert.ok((workAgeMs ?? -1) >= 0 && jobs >= 1);
    }
    assert.equal(
      notices.map(({ text }) => text),
      ['the node gives work, network development'],
    );
    await source.close();
    await source.close();
    assert.is(source.status().connection, 'closed');
  });
});

test('another account than the node’s is refused, with a word on what to do', async () => {
  await withSource(
    { node: { miners: [{ ...miner, predicate: 'keys-any' }] } },
    async ({ end, source }) => {
      const error = (await end) as PowError;
      assert.is(error.code, 'POW_SOURCE');
      assert.match(error.message, /status 403, "Unauthorized Miner: k:abab/);
      assert.match(error.message, 'account, predicate and public keys must all equal');
      assert.is(source.status().requests['work']?.count, 1, 'asked once');
    },
  );
});

test('a node that goes is missed at once: its streams end, whatever the interval of requests', async () => {
  for (const how of ['close', 'drop'] as const) {
    await withSource({ source: { pollMs: 3_600_000 } }, async ({ source, untilLive }, node) => {
      await untilLive(isOf(4));
      // For each chain once, and once more when its stream has opened.
      await until('streams', () => (source.status().requests['work']?.count ?? 0) >= 8);
      node.setFault('all', { kind: 'drop' });
      if (how === 'close') await node.close();
      await until('lost', () => source.status().connection === 'lost');
    });
  }
});

test('work whose life is over is mined no longer, though the node gives no other', async () => {
  const source = { chains: 1, workLifeMs: 1_500, pollMs: 100 };
  await withSource({ source }, async ({ untilLive }, node) => {
    const [job] = await untilLive(isOf(1));
    assert.ok((job?.deadlineMs ?? Number.NaN) - performance.now() <= 1_500);
    node.setFault('work', { kind: 'hang' });
    await untilLive(isOf(0));
  });
});

test('jobs end when the signal aborts, at once when it has, and may be read again', async () => {
  await withSource({}, async ({ untilLive, source }) => {
    await untilLive((live) => live.length > 0);
    const gone = AbortSignal.abort();
    for await (const _ of source.jobs(gone)) assert.unreachable();
    const stop = new AbortController();
    for await (const set of source.jobs(stop.signal)) if (set.length > 0) stop.abort();
  });
});

test('a solution of a job that was never given out is refused', async () => {
  await withSource({}, async ({ untilLive, source }) => {
    const [job] = await untilLive((live) => live.length > 0);
    if (job === undefined) throw new Error('no job');
    const found = await solve(job);
    const strange = { ...found, job: { ...job, id: 'chain-0/999' } };
    assert.is(((await rejection(source.submit(strange, never))) as PowError).code, 'POW_SOURCE');
  });
});

test.after.each(endEverything);

test.run();
