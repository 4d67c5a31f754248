import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChunkAnswerer, ChunkAsker, MOST_ANSWERS } from '../../../ts/cluster/datasets/exchange.js';
import { LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES } from '../../../ts/cluster/datasets/list.js';
import { RelayHost } from '../../../ts/cluster/datasets/relay.js';
import { turns, VirtualClock } from '../../miner/jobs.js';
import { bytesOf, chunkOf, listFor, MemoryHost } from './folder.js';

const bytes = bytesOf(9 * CHUNK_BYTES);
const list = listFor(bytes);
const { root } = list;
const never = new AbortController().signal;

test('a relay gives what it has, and gets the rest of those who have it', async () => {
  const [own, other] = [new MemoryHost('own', bytes), new MemoryHost('other', bytes)];
  own.instead = async (index) => (index === 1 ? undefined : null);
  const relay = new RelayHost(own, () => [other]);
  assert.equal(await relay.get(root, 1, never), chunkOf(bytes, 1));
  assert.equal(other.asked, []);
  assert.equal(await relay.get(root, 2, never), chunkOf(bytes, 2));
  assert.equal(await relay.get(root, LIST_INDEX, never), list.encoded);
});

test('a relay passes on no wrong bytes', async () => {
  const [bad, good] = [new MemoryHost('bad', bytes), new MemoryHost('good', bytes)];
  bad.instead = async () => Buffer.from('wrong');
  assert.equal(await new RelayHost(null, () => [bad, good]).get(root, 2, never), chunkOf(bytes, 2));
  assert.is(await new RelayHost(null, () => [bad]).get(root, 2, never), null);
  assert.is(await new RelayHost(null, () => [bad]).get(root, LIST_INDEX, never), null);
});

test('a host that says it has a dataset and answers nothing holds nobody up but once', async () => {
  const clock = new VirtualClock();
  const [silent, good] = [new MemoryHost('silent', bytes), new MemoryHost('good', bytes)];
  silent.instead = () => new Promise(() => {});
  const relay = new RelayHost(null, () => [silent, good], clock);
  let first: Uint8Array | null | undefined;
  void relay.get(root, 2, never).then((got) => {
    first = got;
  });
  await clock.pass(3_000);
  assert.equal(first, chunkOf(bytes, 2));
  assert.equal(await relay.get(root, 3, never), chunkOf(bytes, 3), 'without any time passing');
  assert.equal(silent.asked, [LIST_INDEX]);
});

test('where nobody answers the places of those who ask are free again within ten seconds', async () => {
  const clock = new VirtualClock();
  const silent = new ChunkAsker('silent', () => {}, clock);
  const replies: (Uint8Array | null)[] = [];
  const relay = new RelayHost(null, () => [silent], clock);
  const answerer = new ChunkAnswerer(relay, (reply) => void replies.push(reply.bytes));
  const ask = (first: number) =>
    answerer.request({ kind: 'dataset-request', root, first, count: MOST_ANSWERS });
  assert.ok(ask(0));
  await clock.pass(5_000);
  assert.not.ok(ask(0));
  await clock.pass(4_999);
  assert.equal(replies, new Array(MOST_ANSWERS).fill(null));
  assert.ok(ask(0));
  answerer.close();
});

test('the only host there is may take longer', async () => {
  const clock = new VirtualClock();
  const slow = new MemoryHost('slow', bytes);
  slow.instead = async (index) => {
    if (index !== LIST_INDEX) await new Promise<void>((resolve) => clock.after(8_000, resolve));
    return undefined;
  };
  const got = new RelayHost(null, () => [slow], clock).get(root, 2, never);
  await clock.pass(8_000);
  assert.equal(await got, chunkOf(bytes, 2));
});

test('however many are silent, whoever has it is asked in the end, and first from then on', async () => {
  const clock = new VirtualClock();
  const silent = Array.from({ length: 7 }, (_, i) => new MemoryHost(`silent ${i}`, bytes));
  for (const host of silent) host.instead = () => new Promise(() => {});
  const good = new MemoryHost('good', bytes);
  const relay = new RelayHost(null, () => [...silent, good], clock);
  const get = async () => {
    const got = relay.get(root, 2, never);
    await clock.pass(9_000);
    return got;
  };
  assert.is(await get(), null);
  assert.is(await get(), null);
  assert.equal(await get(), chunkOf(bytes, 2));
  assert.equal(await relay.get(root, 3, never), chunkOf(bytes, 3));
});

test('who gives up is not kept waiting, and the host is not thought silent for it', async () => {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const asker = new ChunkAsker('asker', ({ first }) => void sent.push(first), clock);
  const other = new MemoryHost('other', bytes);
  const relay = new RelayHost(null, () => [asker, other], clock);
  const stop = new AbortController();
  const got = relay.get(root, 2, stop.signal);
  await turns();
  stop.abort(new Error('enough'));
  assert.match(String(await got.catch((why: unknown) => why)), 'enough');
  const again = relay.get(root, 2, never);
  await turns();
  asker.reply({ kind: 'dataset-chunk', root, index: LIST_INDEX, bytes: list.encoded });
  await clock.pass(10);
  asker.reply({ kind: 'dataset-chunk', root, index: 2, bytes: chunkOf(bytes, 2) });
  assert.equal(await again, chunkOf(bytes, 2));
  assert.equal([sent, other.asked], [[LIST_INDEX, 2], []]);
});

test.run();
