import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChunkHost } from '../../../ts/cluster/datasets/host.js';
import type { Lease } from '../../../ts/cluster/queue.js';
import type { TcpMaster, TcpWorker } from '../../../ts/cluster/tcp/options.js';
import { until } from '../../until.js';
import { workAsked } from '../faults/work.js';
import { CAPABILITIES, Opened, sharesOf, work } from './fixture.js';
import { Wire } from './wire.js';

let opened: Opened;
const wires: Wire[] = [];
test.before.each(() => {
  opened = new Opened();
});
test.after.each(async () => {
  for (const wire of wires.splice(0)) wire.close();
  await opened.close();
});

const ASKED = { number: 1, units: 6, unitNonces: 64 };

/** Leases in the hands of a worker, and its end of the wire. */
async function holding(most: number, master: TcpMaster) {
  const wire = await Wire.to(master.port);
  wires.push(wire);
  const worker = opened.worker(wire);
  const held: Lease[] = [];
  const stop = new AbortController();
  const over = (async () => {
    for await (const lease of worker.leases({ most: () => most, signal: stop.signal })) {
      held.push(lease);
    }
  })();
  await until('leases', () => held.length === most);
  return { wire, worker, held, stop, over };
}

const report = (lease: Lease) =>
  lease.report({
    ...{ outcome: 'exhausted', scannedTo: lease.unit.end, shares: sharesOf(lease) },
    hashes: 64,
  });

test('a worker that was cut off for a moment keeps its leases, and nobody else gets them', async () => {
  const master = await opened.master({ fixedNonces: 64n });
  const { spec, space } = workAsked(ASKED);
  await master.publish(spec, space);
  const { wire, worker, held, stop, over } = await holding(2, master);
  wire.cut();
  await until('lost', () => worker.connection() === 'lost');
  await until('back', () => worker.connection() === 'connected');
  assert.ok(held.every(({ signal }) => !signal.aborted));
  const [first, second] = held as [Lease, Lease];
  await Promise.all([report(first), report(second)]);
  assert.equal([...opened.accepted].sort(), [first.unit.index, second.unit.index].sort());
  assert.is(master.status().totals.redelivered, 0);
  stop.abort();
  await over;
});

test('what was reported while nobody was there is stored after the next connection', async () => {
  const master = await opened.master({ fixedNonces: 64n });
  const { spec, space } = workAsked(ASKED);
  await master.publish(spec, space);
  const { wire, worker, held, stop, over } = await holding(2, master);
  wire.cut();
  await until('lost', () => worker.connection() === 'lost');
  const [first] = held as [Lease];
  await report(first);
  assert.equal(opened.accepted, [first.unit.index]);
  stop.abort();
  await over;
});

test('a worker that stays away loses its leases, and is told so when it returns', async () => {
  const master = await opened.master({ fixedNonces: 64n, limits: { graceMs: 1, deadMs: 1_000 } });
  const { spec, space } = workAsked(ASKED);
  await master.publish(spec, space);
  const away = await holding(2, master);
  away.wire.freeze();
  const stop = new AbortController();
  const working = work(opened.worker(master), stop.signal);
  await until('exhausted', () => opened.events.some(({ kind }) => kind === 'exhausted'));
  assert.is(new Set(opened.accepted).size, 6);
  away.wire.thaw();
  await until('lost', () => away.held.every(({ signal }) => signal.aborted));
  assert.equal(
    away.held.map(({ signal }) => signal.reason).filter((reason) => reason !== 'lost'),
    [],
  );
  stop.abort();
  away.stop.abort();
  await Promise.all([working, away.over]);
});

test('a worker whose first master is away takes the next of its seeds', async () => {
  const gone = await opened.master();
  await gone.close();
  const master = await opened.master();
  const seeds = [gone, master].map(({ port }) => ({ host: '127.0.0.1', port: port || 1 }));
  const worker = opened.worker(master, { seeds });
  await until('connected', () => worker.connection() === 'connected');
});

test('a master that starts again on its journal gives a worker its leases back', async () => {
  const journalFile = join(opened.folder, 'journal');
  const options = { fixedNonces: 64n, journalFile };
  const first = await opened.master(options);
  const { spec, space } = workAsked(ASKED);
  await first.publish(spec, space);
  const { worker, held, stop, over } = await holding(2, first);
  await first.close();
  await until('lost', () => worker.connection() === 'lost');
  const told = held.map(report);
  const again = await opened.master(options);
  wires[0]?.aim(again.port);
  await again.publish(spec, space);
  await Promise.all(told);
  assert.is(again.epoch, first.epoch + 1);
  assert.is(again.status().totals.redelivered, 0);
  assert.is(opened.accepted.length, 2);
  stop.abort();
  await over;
});

test('a worker does not go back to a master of an older epoch', async () => {
  const newer = await opened.master({ epochAbove: 2 ** 36 - 1 });
  const older = await opened.master({ epochAbove: 0 });
  const worker: TcpWorker = opened.worker(newer, {
    seeds: [newer, older].map(({ port }) => ({ host: '127.0.0.1', port })),
  });
  await until('connected', () => worker.connection() === 'connected');
  await newer.close();
  await until('deposed', () => opened.events.some(({ kind }) => kind === 'deposed'));
  assert.is.not(worker.connection(), 'connected');
  assert.is(older.status().workers.length, 0);
});

/** Chunks of 1 MiB, which fit no buffer of a kernel whole. */
function hostOf(name: string, root: string): ChunkHost {
  return {
    name,
    get: async (asked, index) =>
      asked === root && index < 4 ? new Uint8Array(1 << 20).fill(index + 1) : null,
  };
}

test('chunks of a dataset come from the master, and from workers that serve it', async () => {
  const [ours, theirs] = ['a'.repeat(64), 'b'.repeat(64)];
  const master = await opened.master({ chunks: hostOf('m', ours) });
  const worker = opened.worker(master, {
    serves: hostOf('w', theirs),
    capabilities: { ...CAPABILITIES, datasets: [theirs] },
  });
  const { signal } = new AbortController();
  await until('connected', () => worker.connection() === 'connected');
  const chunks = await Promise.all([0, 1, 2, 3, 4].map((i) => worker.chunks.get(ours, i, signal)));
  assert.equal(
    chunks.map((bytes) => (bytes === null ? null : [bytes.length, bytes[0], bytes.at(-1)])),
    [[1 << 20, 1, 1], [1 << 20, 2, 2], [1 << 20, 3, 3], [1 << 20, 4, 4], null],
  );
  const [host] = master.chunkHosts(theirs);
  const chunk = await host?.get(theirs, 2, signal);
  assert.equal([chunk?.length, chunk?.[0]], [1 << 20, 3]);
  assert.is(master.chunkHosts(ours).length, 0);
});

test.run();
