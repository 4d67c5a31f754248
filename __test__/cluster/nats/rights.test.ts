import { setTimeout as sleep } from 'node:timers/promises';
import { headers, nkeys } from '@nats-io/transport-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkNode } from '../../../ts/cluster/nats/checked-options.js';
import { connectNats } from '../../../ts/cluster/nats/connection.js';
import { LEADER_KEY, namesOf, workKey } from '../../../ts/cluster/nats/names.js';
import { idOfNkey, idOfSeed } from '../../../ts/cluster/nats/nkey.js';
import { serverAuthorization } from '../../../ts/cluster/nats/rights.js';
import { encodeWorkSpec } from '../../../ts/cluster/wire/work-spec.js';
import { until } from '../../until.js';
import { accepted, finish, isExhausted, onNats, Place, work, workOf } from './fixture.js';

function user() {
  const pair = nkeys.createUser();
  return { nkey: pair.getPublicKey(), seed: new TextDecoder().decode(pair.getSeed()) };
}

const master = user();
const worker = user();
const id = idOfNkey(worker.nkey);
const second = user();
const secondId = idOfNkey(second.nkey);
const authorization = serverAuthorization({
  masters: [master.nkey],
  workers: [worker.nkey, second.nkey],
});

onNats('a worker with its rights alone mines a work, and is refused nothing', async () => {
  const place = await Place.open(authorization);
  const { master: queue, events } = await place.master({ seed: master.seed });
  const notices: string[] = [];
  const joined = place.worker({
    seed: worker.seed,
    onNotice: ({ level, text }) => {
      if (level === 'warn') notices.push(text);
    },
  });
  void work(joined, finish);
  const { spec, space } = workOf(20);
  await queue.publish(spec, space);
  await until('all done', () => isExhausted(events));
  const looking = place.worker({ seed: worker.seed, role: 'observer' });
  const status = await looking.status();
  assert.is(status.workers.length, 1);
  assert.is(status.workers[0]?.id, id);
  await looking.close();
  assert.is((await joined.status()).workers.length, 1, 'who looks with its key does not end it');
  assert.equal(notices, []);
  await place.close();
});

onNats(
  'a worker may not speak as the master, nor as another worker, nor read results',
  async () => {
    const place = await Place.open(authorization);
    await place.master({ seed: master.seed });
    const node = checkNode({ servers: [place.server.url], seed: worker.seed });
    const nats = await connectNats(node);
    const refused: string[] = [];
    nats.onRefusal.add((text) => refused.push(text));
    const { names } = node;
    const other = 'c'.repeat(32);
    const forbidden = [
      names.control,
      names.controlOf(other),
      names.result(other),
      names.unit(1, other, 0),
      `$KV.${names.state}.leader`,
      `$KV.${names.nodes}.${other}`,
      `$JS.API.STREAM.PURGE.${names.units}`,
      `$JS.API.STREAM.DELETE.${names.units}`,
      // What workers write.
      ...[`KV_${names.nodes}`, `KV_${names.progress}`, names.results].flatMap((stream) => [
        `$JS.API.DIRECT.GET.${stream}.x`,
        `$JS.API.STREAM.MSG.GET.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}.x`,
      ]),
    ];
    for (const subject of forbidden) nats.connection.publish(subject, '');
    nats.connection.subscribe(names.everyResult, { callback: () => {} });
    await until('all refused', () => refused.length >= forbidden.length + 1);
    await nats.connection.close();
    await place.close();
  },
);

onNats('with their rights alone workers are told of each other, and of who leaves', async () => {
  const place = await Place.open(authorization);
  await place.master({ seed: master.seed });
  const one = place.worker({ seed: worker.seed });
  const two = place.worker({ seed: second.seed, name: 'two' });
  const seen = () => one.peers().map(({ name }) => name);
  await until('two is seen', () => seen().includes('two'));
  assert.equal(seen(), ['two']);
  await two.close();
  await until('two has left', () => seen().length === 0);
  await place.close();
});

onNats(
  'what a worker has the server or the master answer to others is no word of anybody',
  async () => {
    const place = await Place.open(authorization);
    const limits = { leaseMs: 1_500 };
    const { master: queue, events } = await place.master({ seed: master.seed, limits });
    const notices: string[] = [];
    const victim = place.worker({
      seed: second.seed,
      limits,
      onNotice: ({ text }) => notices.push(text),
    });
    // One unit is held on to, so that the work is there for as long as it takes.
    let isOver = false;
    const ends: string[] = [];
    void work(victim, async (lease) => {
      lease.signal.addEventListener('abort', () => ends.push(String(lease.signal.reason)));
      while (!isOver && lease.unit.index === 0) await sleep(20);
      await finish(lease);
    });
    const [long, short] = [workOf(20), workOf(3, 2)];
    await queue.publish(short.spec, short.space);
    await queue.cancel(short.spec.id, 'stale');
    await queue.publish(long.spec, long.space);
    await until('most is done', () => accepted(events).size >= 10);

    const node = checkNode({ servers: [place.server.url], seed: worker.seed });
    const nats = await connectNats(node);
    const { names } = node;
    const keyOf = (name: string) => `$KV.${names.state}.${name}`;
    const [leader, shown] = [keyOf(LEADER_KEY), keyOf(workKey(long.spec.id))];
    const read = `$JS.API.DIRECT.GET.KV_${names.state}.`;
    const question = JSON.stringify({ work: long.spec.id, index: 0, fence: 65_537 });
    const words: readonly (readonly [string, string])[] = [
      [names.result(id), 'x'],
      [`$JS.ACK.${names.units}.${names.consumer(4)}.1.1.1.0.0`, '+ACK'],
      [`$JS.API.CONSUMER.MSG.NEXT.${names.units}.${names.consumer(4)}`, '{"no_wait":true}'],
      [`$JS.API.STREAM.INFO.KV_${names.state}`, ''],
      [`${read}${keyOf('nothing')}`, ''],
      [`${read}${leader}`, ''],
      [`${read}${shown}`, ''],
      // It is over, and says so.
      [`${read}${keyOf(workKey(short.spec.id))}`, ''],
      [names.askStatus, ''],
      [names.want(id), '{"most":1,"credits":1}'],
      [names.askResume(id), question],
    ];
    const ears = [names.control, names.controlOf(secondId), names.result(secondId)];
    for (const reply of [...ears, names.node(secondId), leader, shown]) {
      for (const [subject, body] of words) nats.connection.publish(subject, body, { reply });
      await nats.connection.flush();
    }
    const own = await connectNats({
      ...node,
      access: { servers: [place.server.url], seed: master.seed },
    });
    const kv = await own.bucket(names.state);
    const isShown = async () => {
      const entry = await kv.get(workKey(long.spec.id));
      return entry !== null && Buffer.compare(entry.value, encodeWorkSpec(long.spec)) === 0;
    };
    while (!(await isShown())) await sleep(20);
    isOver = true;
    await until('all done', () => isExhausted(events));
    const bad = events.filter(({ kind }) => ['strike', 'banned', 'deposed'].includes(kind));
    assert.equal(bad, []);
    assert.equal(
      notices.filter((text) => /banned|left/.test(text)),
      [],
    );
    for (const { connection } of [nats, own]) await connection.close();
    await queue.close();
    const next = await place.master({ seed: master.seed });
    assert.is(next.master.epoch, queue.epoch + 1);
    await place.close();
  },
);

onNats(
  'streams that a worker has had deleted are laid out again, and the work goes on',
  async () => {
    const place = await Place.open(authorization);
    const limits = { watchdogMs: 200, leaseMs: 1_500 };
    const { master: queue, events } = await place.master({ seed: master.seed, limits });
    const { spec, space } = workOf(20);
    await queue.publish(spec, space);
    const node = checkNode({ servers: [place.server.url], seed: worker.seed });
    const nats = await connectNats(node);
    const { names } = node;
    const ack = `$JS.ACK.${names.units}.${names.consumer(4)}.1.1.1.0.0`;
    const joined = place.worker({ seed: second.seed, limits });
    void work(joined, async (lease) => {
      if (lease.unit.index === 5) {
        for (const stream of [`KV_${names.state}`, names.units]) {
          const reply = `$JS.API.STREAM.DELETE.${stream}`;
          nats.connection.publish(ack, '+ACK', { reply });
        }
      }
      await finish(lease);
    });
    await until('all done', () => isExhausted(events));
    await until('told', () =>
      events.some((event) => event.kind === 'notice' && /laid out again/.test(event.text)),
    );
    await nats.connection.close();
    await place.close();
  },
);

onNats('what is repeated out of a stream, or of no epoch that can be, is no control', async () => {
  const place = await Place.open();
  const { master: queue } = await place.master();
  const notices: string[] = [];
  const joined = place.worker({ onNotice: ({ text }) => notices.push(text) });
  const ends: unknown[] = [];
  void work(joined, (lease) => {
    lease.signal.addEventListener('abort', () => ends.push(lease.signal.reason));
  });
  const { spec, space } = workOf(4);
  await queue.publish(spec, space);
  await until('it works', () => queue.status().works[0]?.leased === 4);
  const { connection } = await connectNats(checkNode({ servers: [place.server.url] }));
  const banned = { kind: 'banned', forMs: 3_600_000 };
  const repeated = headers();
  repeated.set('Nats-Stream', 'KV_pow_nodes');
  const { control } = namesOf('pow');
  const said = JSON.stringify({ epoch: 1, ...banned });
  connection.publish(control, said, { headers: repeated });
  connection.publish(control, said, { reply: '$JS.ACK.KV_pow_nodes.x.1.1.1.0.0' });
  for (const epoch of [2 ** 50, 2 ** 36, 2 ** 30]) {
    connection.publish(control, JSON.stringify({ epoch, ...banned }));
  }
  await connection.flush();
  await queue.cancel(spec.id, 'stale');
  await until('the master is heard', () => ends.length === 4);
  assert.equal(ends, ['stale', 'stale', 'stale', 'stale']);
  assert.equal(
    notices.filter((text) => /banned/.test(text)),
    [],
  );
  await connection.close();
  await place.close();
});

onNats('a key that the server does not know is refused for good', async () => {
  const place = await Place.open(authorization);
  const stranger = place.worker({ seed: user().seed });
  const signal = new AbortController().signal;
  const leases = stranger.leases({ most: () => 1, signal })[Symbol.asyncIterator]();
  const error = await leases.next().then(
    () => null,
    (why: unknown) => why,
  );
  assert.is((error as { code?: string }).code, 'POW_SOURCE');
  assert.is(stranger.connection(), 'closed');
  await place.close();
});

test('a node has the id of its key, whether that is read from the seed or from the public key', () => {
  for (let i = 0; i < 20; i += 1) {
    const { nkey, seed } = user();
    assert.is(idOfSeed(seed), idOfNkey(nkey));
    assert.match(idOfNkey(nkey), /^[0-9a-f]{32}$/);
  }
});

test('what is no key does not get into the configuration of a server', () => {
  const bad = () => serverAuthorization({ masters: ['U" }'], workers: [] });
  assert.throws(bad, (error: { code?: string }) => error.code === 'POW_ARGUMENT');
  const worse = () => serverAuthorization({ cluster: 'x.>', masters: [], workers: [] });
  assert.throws(worse, (error: { code?: string }) => error.code === 'POW_ARGUMENT');
});

test.run();
