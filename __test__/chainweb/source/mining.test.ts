/** Source, miner and CPU worker against the development node, with real proof of work. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHAIN_GRAPHS } from '../../../ts/chainweb/devnet/graph.js';
import type { DevnetEvent } from '../../../ts/chainweb/index.js';
import type { MinerEvent } from '../../../ts/miner/events.js';
import { until } from '../../until.js';
import { OWN_HOST } from '../own-host.js';
import { endEverything } from './running-source.js';
import { blocksOf, type Mining, open, withMining } from './with-mining.js';

test('60 blocks over 20 chains: heights and braiding right, no block lost', async () => {
  const events: DevnetEvent[] = [];
  const node = await open({ onSolved: (event) => events.push(event) });
  await withMining(node.url, {}, async ({ outcomes }) => {
    await until('60 blocks', () => outcomes.length >= 60);
  });
  // What was on its way in the end is in the chain, too.
  assert.ok(blocksOf(node) >= 60);
  assert.is(events.filter(({ kind }) => kind === 'extended').length, blocksOf(node));
  assert.is(events.length, blocksOf(node), 'nothing orphaned, dropped or refused');
  CHAIN_GRAPHS[20].forEach((neighbours, chain) => {
    for (const neighbour of neighbours) {
      const apart = Math.abs((node.heights[chain] ?? 0) - (node.heights[neighbour] ?? 0));
      assert.ok(apart <= 1, `chains ${chain} and ${neighbour} are ${apart} apart`);
    }
  });
  await node.close();
});

test('every outcome is accepted, and every one is a block of the node', async () => {
  const node = await open();
  await withMining(node.url, { chains: 20 }, async ({ miner, outcomes }) => {
    await until('40 blocks', () => outcomes.length >= 40);
    assert.equal(new Set(outcomes), new Set(['accepted']));
    const { blocks, lanes } = miner.stats();
    assert.ok(blocks.accepted >= 40);
    assert.is(
      lanes.reduce((sum, lane) => sum + lane.blocks.accepted, 0),
      blocks.accepted,
    );
    assert.ok(lanes.length >= 10, 'statistics of each chain');
  });
  await node.close();
});

test('updates and solutions at the same moment: nobody stops, nothing is mined twice', async () => {
  const events: DevnetEvent[] = [];
  const node = await open({ onSolved: (event) => events.push(event), difficulty: 200 });
  const refresh = (event: MinerEvent) => {
    if (event.kind === 'found') node.refresh(Number(event.found.job.lane.slice('chain-'.length)));
  };
  const mine = async ({ outcomes }: Mining) => {
    await until('50 outcomes', () => outcomes.length >= 50);
    // The job before a refresh may still be solved: a second block on one parent is not posted.
    const others = outcomes.filter((text) => text !== 'accepted' && !text.startsWith('duplicate'));
    assert.equal(others, []);
  };
  await withMining(node.url, { chains: 20 }, mine, refresh);
  assert.equal(new Set(events.map(({ kind }) => kind)), new Set(['extended']));
  await node.close();
});

test('fifty changes of work leave as many jobs and threads as there were', async () => {
  const node = await open({ difficulty: 1e12 });
  await withMining(node.url, { chains: 4 }, async ({ miner, worker, source }) => {
    await until('four jobs', () => worker.stats().running.length === 4);
    const streams = () => source.status().requests['updates']?.count ?? 0;
    await until('four streams', () => streams() >= 4);
    while (miner.stats().switches < 50) {
      const before = miner.stats().switches;
      node.refresh();
      await until('a switch', () => miner.stats().switches > before);
    }
    await until('four jobs again', () => worker.stats().running.length === 4);
    const { threads, hashes } = worker.stats();
    assert.is(threads.length, 2);
    assert.ok(hashes > 0);
  });
  await node.close();
});

test('every thread mines', async () => {
  const node = await open({ difficulty: 1e12 });
  await withMining(node.url, { chains: 1 }, async ({ worker }) => {
    await until('both threads', () => worker.stats().threads.every(({ hashes }) => hashes > 0));
  });
  await node.close();
});

test('a node that is down at the start is waited for; one that stops is waited for again', async () => {
  const first = await open({ host: OWN_HOST });
  const port = Number(new URL(first.url).port);
  const { url } = first;
  await first.close();
  await withMining(url, {}, async ({ outcomes, source }) => {
    const accepted = () => outcomes.filter((outcome) => outcome === 'accepted').length;
    await until('five attempts', () => (source.status().errors['unreachable'] ?? 0) >= 5);
    for (let restart = 0; restart < 2; restart++) {
      const before = accepted();
      const node = await open({ host: OWN_HOST, port });
      await until('blocks again', () => accepted() >= before + 10);
      await node.close();
      await until('lost', () => source.status().connection === 'lost');
    }
    assert.ok(source.status().reconnects >= 1);
  });
});

test.after.each(endEverything);

test.run();
