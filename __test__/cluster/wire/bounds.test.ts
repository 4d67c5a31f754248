import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Capabilities, NodeInfo, WorkerStatus } from '../../../ts/cluster/queue.js';
import { cutText } from '../../../ts/cluster/wire/codec.js';
import { decodePayload, encodePayload } from '../../../ts/cluster/wire/frame.js';
import {
  type AssignedUnit,
  type Message,
  MOST_LEASES,
  MOST_PATCH_BYTES,
  MOST_UNITS,
} from '../../../ts/cluster/wire/messages.js';
import { rowOfKind } from '../../../ts/cluster/wire/table.js';
import { WireError } from '../../../ts/cluster/wire/wire-error.js';
import {
  decodeWorkSpec,
  encodeWorkSpec,
  MOST_WORK_BYTES,
} from '../../../ts/cluster/wire/work-spec.js';
import { Work } from '../../../ts/index.js';
import { thrown } from '../../fixtures.js';
import { plain, samples } from './samples.js';

const WORK = 'ff'.repeat(16);
const TOP = 1n << 64n;
const lease = {
  work: WORK,
  index: 0xffff_ffff,
  fence: Number.MAX_SAFE_INTEGER,
  scannedTo: TOP,
};

/** As much as a node may say of itself, and more. */
const boastful: Capabilities = {
  version: 'v'.repeat(100),
  cores: 65_535,
  threads: 65_535,
  ramMb: 1e9 + 0.1,
  features: Array.from({ length: 40 }, (_, i) => `feature-${i}-`.padEnd(60, 'x')),
  aes: true,
  hashesPerSecond: Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`algorithm-${i}`.padEnd(24, 'y'), 1e9 / 3 + i]),
  ),
  datasets: Array.from({ length: 20 }, (_, i) => i.toString(16).padStart(64, '0')),
  serves: { host: 'h'.repeat(255), port: 65_535 },
};

function again(message: Message): Message {
  return decodePayload(rowOfKind(message.kind), encodePayload(message));
}

function refused(message: Message): string {
  const error = thrown(() => encodePayload(message));
  assert.instance(error, WireError);
  return (error as WireError).field;
}

test('a hello with everything that can be said, and 64 leases, fits before authentication', () => {
  const hello = {
    ...samples.hello,
    id: 'i'.repeat(64),
    name: 'é'.repeat(100),
    epochSeen: Number.MAX_SAFE_INTEGER,
    capabilities: boastful,
    held: Array.from({ length: MOST_LEASES }, () => lease),
  };
  const read = again(hello);
  assert.ok(read.kind === 'hello');
  assert.is(read.held.length, MOST_LEASES);
  assert.equal(read.held[63], lease);
  assert.is(read.name, 'é'.repeat(32));
  assert.is(read.capabilities.features.length, 16);
  assert.equal(read.capabilities.datasets, boastful.datasets.slice(-8), 'the newest');
  assert.ok(encodePayload(hello).length <= 4_096);
  assert.is(refused({ ...hello, held: [...hello.held, lease] }), 'held');
});

test('64 units with the longest patches fit into one message, and no longer patch is sent', () => {
  const patch = { offset: 0xffff_ffff, bytes: new Uint8Array(MOST_PATCH_BYTES).fill(7) };
  const assigned: AssignedUnit = {
    unit: { work: WORK, index: 1, variant: TOP - 1n, start: 0n, end: TOP, patch },
    fence: Number.MAX_SAFE_INTEGER,
    resumeAt: TOP - 1n,
    ttlMs: 120_000,
  };
  const units = Array.from({ length: MOST_UNITS }, () => assigned);
  const read = again({ kind: 'assign', units });
  assert.equal(read, { kind: 'assign', units });
  assert.is(refused({ kind: 'assign', units: [...units, assigned] }), 'units');
  const long = { ...patch, bytes: new Uint8Array(MOST_PATCH_BYTES + 1) };
  const unit = { ...assigned.unit, patch: long };
  assert.is(refused({ kind: 'assign', units: [{ ...assigned, unit }] }), 'patch');
});

test('256 shares fit into a result, and no more are sent', () => {
  const shares = Array.from({ length: 256 }, (_, i) => {
    return { nonce: TOP - 1n - BigInt(i), hash: new Uint8Array(32).fill(i) };
  });
  const result = { ...lease, outcome: 'found' as const, hashes: 2 ** 53 - 1, shares };
  assert.equal(again({ kind: 'result', serial: 0xffff_ffff, result }), {
    kind: 'result',
    serial: 0xffff_ffff,
    result,
  });
  const more = { ...result, shares: [...shares, ...shares.slice(0, 1)] };
  assert.is(refused({ kind: 'result', serial: 0, result: more }), 'shares');
});

test('a work has 256 KiB for its message and all else, and a longer one says why it cannot go', () => {
  const { spec } = samples.work;
  const of = (bytes: number) => ({
    ...spec,
    work: new Work({
      algorithm: 'sha256d',
      message: new Uint8Array(bytes).fill(3),
      nonce: { offset: bytes, encoding: 'hex', digits: 9 },
      hashOrder: 'be',
    }),
  });
  const fits = of(MOST_WORK_BYTES - 1_024);
  const read = decodeWorkSpec(encodeWorkSpec(fits));
  assert.equal(plain({ kind: 'work', spec: read }), plain({ kind: 'work', spec: fits }));
  assert.is(refused({ kind: 'work', spec: of(MOST_WORK_BYTES) }), 'message');
});

test('lists that only inform are cut to what fits, and nothing fails for them', () => {
  const peers: NodeInfo[] = Array.from({ length: 300 }, (_, i) => ({
    id: `node-${i}`,
    name: 'n'.repeat(200),
    role: 'worker',
    capabilities: boastful,
  }));
  const list = again({ kind: 'peer-list', peers });
  assert.ok(list.kind === 'peer-list');
  assert.ok(list.peers.length > 30 && list.peers.length <= 128, `${list.peers.length}`);
  const few = again({
    kind: 'peer-list',
    peers: peers.map((peer) => ({ ...peer, capabilities: samples.capabilities.capabilities })),
  });
  assert.ok(few.kind === 'peer-list');
  assert.is(few.peers.length, 128);

  const [worker] = samples.status.status.workers as readonly [WorkerStatus];
  const [work] = samples.status.status.works;
  assert.ok(work);
  const wide = { ...worker, id: 'i'.repeat(64), name: 'n'.repeat(90), address: 'a'.repeat(400) };
  const status = {
    ...samples.status.status,
    master: 'm'.repeat(90),
    workers: Array.from({ length: 400 }, () => ({ ...wide, hashesPerSecond: 1 / 3 })),
    works: Array.from({ length: 400 }, () => ({ ...work, lane: 'l'.repeat(300), done: 1 / 3 })),
  };
  const read = again({ kind: 'status', status });
  assert.ok(read.kind === 'status');
  assert.is(read.status.master, 'm'.repeat(64));
  assert.is(read.status.workers.length, 256);
  assert.is(read.status.works.length, 256);
});

test('text is cut between characters', () => {
  assert.is(cutText('short', 5), 'short');
  assert.is(cutText('longer', 5), 'longe');
  assert.is(cutText('aé', 2), 'a');
  assert.is(cutText('aé', 3), 'aé');
  assert.is(cutText('a😀b', 4), 'a');
  assert.is(cutText('a😀b', 5), 'a😀');
  const reason = `${'x'.repeat(511)}é`;
  assert.equal(again({ kind: 'goodbye', reason }), { kind: 'goodbye', reason: 'x'.repeat(511) });
});

test('what no reader takes is refused by the writer, naming the field', () => {
  assert.is(refused({ ...samples.cancel, work: 'no id' }), 'work');
  assert.is(refused({ ...samples.cancel, work: WORK.toUpperCase() }), 'work');
  assert.is(refused({ ...samples.revoke, index: -1 }), 'index');
  assert.is(refused({ ...samples.revoke, index: 1.5 }), 'index');
  assert.is(refused({ ...samples.revoke, fence: 2 ** 53 }), 'fence');
  assert.is(refused({ kind: 'extend', leases: [{ ...lease, scannedTo: TOP + 1n }] }), 'scannedTo');
  assert.is(refused({ kind: 'extend', leases: [{ ...lease, scannedTo: -1n }] }), 'scannedTo');
  assert.is(refused({ ...samples['dataset-request'], count: 9 }), 'count');
  assert.is(
    refused({ ...samples['dataset-chunk'], bytes: new Uint8Array((1 << 20) + 1) }),
    'bytes',
  );
});

test('a name of a node is plain: it stands in files, subjects and log lines', () => {
  for (const id of ['', 'a b', 'a/b', 'a\nb', '../x', 'é', 'x'.repeat(65), 'a*', 'a>']) {
    const payload = encodePayload({ ...samples.hello, id });
    assert.throws(() => decodePayload(rowOfKind('hello'), payload), /^HELLO map\.id: /, id);
  }
});

test.run();
