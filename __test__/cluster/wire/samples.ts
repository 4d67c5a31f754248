/** One plain message of every kind: what the tests of the wire start from. */

import type { Capabilities, Share, Unit, WorkSpec } from '../../../ts/cluster/queue.js';
import type { Message, MessageKind, MessageOf } from '../../../ts/cluster/wire/messages.js';
import { type Pattern, Target, Work } from '../../../ts/index.js';

const WORK = '000102030405060708090a0b0c0d0e0f';
const ROOT = 'aa'.repeat(32);

const capabilities: Capabilities = {
  version: '0.1.0',
  cores: 8,
  threads: 8,
  ramMb: 16_384,
  features: ['avx2', 'blake2s:avx2'],
  aes: true,
  hashesPerSecond: { blake2s: 12_500_000.5 },
  datasets: [ROOT],
  serves: { host: '127.0.0.1', port: 9999 },
};

const unit: Unit = {
  work: WORK,
  index: 7,
  variant: 3n,
  start: 1_000_000n,
  end: 2_000_000n,
  patch: { offset: 8, bytes: Uint8Array.of(0xde, 0xad, 0xbe, 0xef) },
};

const share: Share = { nonce: 1_234_567n, hash: new Uint8Array(32).fill(0x11) };

const spec: WorkSpec = {
  id: WORK,
  lane: 'chain 3',
  work: new Work({
    algorithm: 'blake2s',
    message: Uint8Array.from({ length: 20 }, (_, i) => i),
    nonce: { offset: 12, encoding: 'u64le' },
    hashOrder: 'le',
  }),
  target: Target.fromLeadingZeroBits(40),
  shareTarget: Target.fromLeadingZeroBits(16),
  goal: 'first',
  dataset: ROOT,
};

const lease = { work: WORK, index: 7, fence: 3 * 65_536 + 2 };
const progress = { ...lease, scannedTo: 1n << 64n };

export const samples: { readonly [Kind in MessageKind]: MessageOf<Kind> } = {
  hello: {
    kind: 'hello',
    id: 'node-1',
    name: 'Rack 4, left',
    role: 'worker',
    version: 2,
    nonce: Uint8Array.from({ length: 16 }, (_, i) => i),
    epochSeen: 3,
    capabilities,
    held: [progress],
  },
  'hello-reply': {
    kind: 'hello-reply',
    master: 'node-0',
    name: 'Master',
    version: 2,
    epoch: 4,
    nonce: Uint8Array.from({ length: 16 }, (_, i) => i),
    heartbeatMs: 2_000,
    deadMs: 10_000,
    mostLeases: 64,
    kept: [{ ...lease, ttlMs: 6_000 }],
  },
  capabilities: { kind: 'capabilities', capabilities: { ...capabilities, serves: null } },
  'peer-list': {
    kind: 'peer-list',
    peers: [{ id: 'node-1', name: 'Rack 4, left', role: 'worker', capabilities }],
  },
  request: { kind: 'request', credits: 16 },
  assign: {
    kind: 'assign',
    units: [
      { unit, fence: lease.fence, resumeAt: 1_500_000n, ttlMs: 6_000 },
      {
        unit: { ...unit, index: 8, end: 1n << 64n, patch: null },
        fence: 65_537,
        resumeAt: 1_000_000n,
        ttlMs: 5_000,
      },
    ],
  },
  result: {
    kind: 'result',
    serial: 9,
    result: { ...progress, outcome: 'exhausted', hashes: 1_000_000, shares: [share] },
  },
  'dataset-request': { kind: 'dataset-request', root: ROOT, first: 16, count: 8 },
  'dataset-chunk': {
    kind: 'dataset-chunk',
    root: ROOT,
    index: 16,
    bytes: Uint8Array.of(1, 2, 3),
  },
  heartbeat: { kind: 'heartbeat', tick: 7 },
  goodbye: { kind: 'goodbye', reason: 'shutting down' },
  extend: { kind: 'extend', leases: [progress] },
  extended: { kind: 'extended', leases: [{ ...lease, ttlMs: 0 }] },
  stored: { kind: 'stored', serial: 9, verdict: 'rejected', reason: 'wrong hash' },
  release: { kind: 'release', serial: 10, ...progress, failed: 'a kernel panicked' },
  work: { kind: 'work', spec },
  cancel: { kind: 'cancel', work: WORK, reason: 'stale' },
  revoke: { kind: 'revoke', ...lease, reason: 'moved' },
  'status-request': { kind: 'status-request' },
  statement: {
    kind: 'statement',
    statement: {
      id: 'node-1',
      stands: true,
      epoch: 3,
      candidate: 4,
      leader: { id: 'node-2', epoch: 3, address: { host: '10.0.0.2', port: 9_999 } },
    },
    port: 9_998,
    known: [{ host: '10.0.0.2', port: 9_998 }],
  },
  status: {
    kind: 'status',
    status: {
      master: 'node-0',
      adapter: 'tcp',
      epoch: 4,
      workers: [
        {
          id: 'node-1',
          name: 'Rack 4, left',
          address: '127.0.0.1:50000',
          state: 'up',
          threads: 8,
          hashesPerSecond: 1.5e7,
          leases: 2,
          completed: 40,
          shares: 1_280,
          strikes: 0,
          sinceMs: 90_000,
        },
      ],
      works: [
        {
          id: WORK,
          lane: 'chain 3',
          pending: 1,
          leased: 2,
          completed: 40,
          quarantined: 0,
          done: 0.25,
        },
      ],
      totals: {
        hashes: 2e16,
        units: 40,
        solutions: 1,
        shares: 1_280,
        redelivered: 2,
        duplicates: 1,
        stale: 1,
        rejected: 0,
        quarantined: 0,
        strikes: 0,
        bans: 0,
      },
    },
  },
  error: { kind: 'error', about: 'request', text: 'too fast', retryAfterMs: 250 },
};

export const allSamples: readonly Message[] = Object.values(samples);

/** Messages as data: works have private fields, which `assert.equal` does not see. */
export function plain(message: Message): unknown {
  if (message.kind !== 'work') return message;
  const { spec: of } = message;
  const { algorithm, nonce, hashOrder, message: bytes } = of.work;
  const goalOf = (of: Target | Pattern) => ('toHex' in of ? of.toHex() : hidden(of));
  return {
    ...of,
    work: { algorithm, nonce: { digits: undefined, ...nonce }, hashOrder, bytes },
    target: goalOf(of.target),
    shareTarget: goalOf(of.shareTarget),
  };
}

/** A pattern does not show its bits; which of a few hashes have it says enough. */
function hidden(pattern: Pattern): readonly boolean[] {
  const hashes = Array.from({ length: 256 }, (_, i) => {
    return Uint8Array.from({ length: 32 }, (_, k) => (i * 37 + k * 101 + ((i * k) >> 3)) & 0xff);
  });
  return [...hashes.map((hash) => pattern.isMetBy(hash, 'be')), pattern.expectedHashes > 1];
}
