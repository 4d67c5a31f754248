import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ChunkAnswerer,
  ChunkAsker,
  MOST_ANSWERS,
  MOST_ASKED,
} from '../../../ts/cluster/datasets/exchange.js';
import { LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import type { MessageOf } from '../../../ts/cluster/wire/messages.js';
import { turns, VirtualClock } from '../../miner/jobs.js';
import { bytesOf, chunkOf, listFor, MemoryHost } from './folder.js';

const bytes = bytesOf(9 * CHUNK_BYTES);
const list = listFor(bytes);
const { root } = list;
const never = new AbortController().signal;

test('a chunk that is asked for comes, and what is not there comes as nothing', async () => {
  const host = new MemoryHost('host', bytes);
  const asker = connected(host);
  assert.equal(await asker.get(root, 3, never), chunkOf(bytes, 3));
  assert.equal(await asker.get(root, LIST_INDEX, never), list.encoded);
  host.instead = async () => null;
  assert.is(await asker.get(root, 4, never), null);
  host.instead = () => Promise.reject(new Error('disk'));
  assert.is(await asker.get(root, 5, never), null);
});

test('no more is asked for at once than the other end allows, wanted or not', async () => {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const asker = new ChunkAsker('a', ({ first }) => void sent.push(first), clock);
  const stop = new AbortController();
  const gets = [0, 1, 2, 3, 4, 5].map((index) => asker.get(root, index, stop.signal));
  await clock.pass(1000);
  assert.equal(sent, [0, 1, 2, 3]);
  stop.abort(new Error('enough'));
  for (const get of gets) assert.match(String(await get.catch((why: unknown) => why)), 'enough');
  const seventh = asker.get(root, 6, never);
  await clock.pass(1000);
  assert.is(sent.length, MOST_ASKED, 'four are still on their way');
  asker.reply({ kind: 'dataset-chunk', root, index: 0, bytes: null });
  await clock.pass(1000);
  assert.equal(sent, [0, 1, 2, 3, 6]);
  asker.reply({ kind: 'dataset-chunk', root, index: 6, bytes: chunkOf(bytes, 6) });
  assert.equal(await seventh, chunkOf(bytes, 6));
});

test('of two who want the same chunk one may give up, and the other gets it', async () => {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const asker = new ChunkAsker('a', ({ first }) => void sent.push(first), clock);
  const stop = new AbortController();
  const both = [stop.signal, never].map((signal) => asker.get(root, 3, signal));
  const ends = Promise.allSettled(both);
  await clock.pass(1000);
  stop.abort(new Error('enough'));
  asker.reply({ kind: 'dataset-chunk', root, index: 3, bytes: chunkOf(bytes, 3) });
  const [left, stayed] = await ends;
  assert.match(String(left?.status === 'rejected' && left.reason), 'enough');
  assert.equal(stayed?.status === 'fulfilled' && stayed.value, chunkOf(bytes, 3));
  assert.equal(sent, [3]);
});

test('who gave a chunk up and wants it again waits behind those who came in between', async () => {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const asker = new ChunkAsker('a', ({ first }) => void sent.push(first), clock);
  const stop = new AbortController();
  const gets = [0, 1, 2, 3].map((index) => asker.get(root, index, never));
  const early = asker.get(root, 4, stop.signal).catch((why: unknown) => why);
  stop.abort(new Error('enough'));
  assert.match(String(await early), 'enough');
  gets.push(asker.get(root, 5, never), asker.get(root, 4, never));
  await clock.pass(1000);
  for (const index of [0, 1, 2, 3]) {
    asker.reply({ kind: 'dataset-chunk', root, index, bytes: null });
  }
  await clock.pass(1000);
  assert.equal(sent, [0, 1, 2, 3, 5, 4]);
  asker.close(new Error('over'));
  await Promise.allSettled(gets);
});

test('requests leave a hundred times a second at most', async () => {
  const clock = new VirtualClock();
  let sent = 0;
  const asker = new ChunkAsker(
    'a',
    ({ root, first: index }) => {
      sent += 1;
      queueMicrotask(() => asker.reply({ kind: 'dataset-chunk', root, index, bytes: null }));
    },
    clock,
  );
  const all = Array.from({ length: 300 }, (_, index) => asker.get(root, index, never));
  await clock.pass(1000);
  assert.ok(sent >= 90 && sent <= 102, `${sent}`);
  asker.close(new Error('over'));
  await Promise.allSettled(all);
});

test('a reply that nobody asked for is dropped', async () => {
  const asker = new ChunkAsker('a', () => {});
  asker.reply({ kind: 'dataset-chunk', root, index: 1, bytes: chunkOf(bytes, 1) });
  const stop = new AbortController();
  const get = asker.get(root, 1, stop.signal);
  await turns();
  stop.abort(new Error('still waiting'));
  assert.match(String(await get.catch((why: unknown) => why)), 'still waiting');
});

test('what waits fails with the connection, and so does what comes after', async () => {
  const asker = new ChunkAsker('a', () => {});
  const lost = new Error('lost');
  const get = asker.get(root, 1, never);
  asker.close(lost);
  assert.is(await get.catch((why: unknown) => why), lost);
  assert.is(await asker.get(root, 2, never).catch((why: unknown) => why), lost);
});

test('who asks for too much at once is told so, and memory stays bounded', async () => {
  const host = new MemoryHost('host', bytes);
  host.instead = () => new Promise(() => {});
  const answerer = new ChunkAnswerer(host, () => {});
  const ask = (first: number, count: number) =>
    answerer.request({ kind: 'dataset-request', root, first, count });
  assert.ok(ask(0, MOST_ANSWERS));
  assert.not(ask(8, 1));
  await turns();
  assert.is(host.running, MOST_ANSWERS);
});

/** Both ends, with nothing between them. */
function connected(host: MemoryHost): ChunkAsker {
  const asker: ChunkAsker = new ChunkAsker('host', (ask: MessageOf<'dataset-request'>) => {
    assert.ok(answerer.request(ask));
  });
  const answerer = new ChunkAnswerer(host, (reply) => asker.reply(reply));
  return asker;
}

test.run();
