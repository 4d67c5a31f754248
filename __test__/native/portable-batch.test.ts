import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALGORITHMS, GOAL_BYTES, type MessageBatch } from '../../ts/native/contract.js';
import { portableBackend } from '../../ts/native/portable.js';
import { Random, thrown } from '../fixtures.js';
import { chainwebWork, goalOf, isMet } from './portable-plans.js';

interface Message {
  /** Index into `ALGORITHMS`. */
  readonly algorithm: number;
  readonly bytes: Uint8Array;
}

function batchOf(messages: readonly Message[]): MessageBatch {
  const ends = new Uint32Array(messages.length);
  messages.forEach(({ bytes }, i) => {
    ends[i] = (ends[i - 1] ?? 0) + bytes.length;
  });
  return {
    algorithms: Uint8Array.from(messages, ({ algorithm }) => algorithm),
    bytes: Buffer.concat(messages.map(({ bytes }) => bytes)),
    ends,
  };
}

function randomMessages(random: Random, count: number): Message[] {
  return Array.from({ length: count }, () => ({
    algorithm: random.between(0, 2),
    bytes: random.bytes(random.between(0, 200)),
  }));
}

function plainDigest({ algorithm, bytes }: Message): Buffer {
  const [name, times] = algorithm === 0 ? ['blake2s256', 1] : ['sha256', algorithm];
  let digest = Buffer.from(bytes);
  for (let i = 0; i < times; i++) digest = createHash(name).update(digest).digest();
  return digest;
}

test('digests of many messages, empty ones too, are those of node:crypto', () => {
  assert.equal(ALGORITHMS, ['blake2s', 'sha256', 'sha256d']);
  const messages = [
    ...[0, 1, 2].map((algorithm) => ({ algorithm, bytes: new Uint8Array() })),
    ...randomMessages(new Random(1), 200),
  ];
  const digests = portableBackend.hashMessages(batchOf(messages));
  assert.is(digests.length, 32 * messages.length);
  messages.forEach((message, i) => {
    assert.equal(Buffer.from(digests.subarray(32 * i, 32 * i + 32)), plainDigest(message));
  });
});

test('a message gets 1 exactly where its goal is met', () => {
  const random = new Random(2);
  const messages = randomMessages(random, 400);
  const goals = new Uint8Array(GOAL_BYTES * messages.length);
  const expected = messages.map((message, i) => {
    const goal = goalOf(1, random);
    const order = random.pick(['le', 'be'] as const);
    goals.set([goal.kind === 'target' ? 0 : 1, order === 'le' ? 0 : 1], GOAL_BYTES * i);
    goals.set(goal.value, GOAL_BYTES * i + 2);
    if (goal.kind === 'pattern') goals.set(goal.mask, GOAL_BYTES * i + 34);
    return isMet(goal, order, plainDigest(message)) ? 1 : 0;
  });
  assert.equal(new Set(expected), new Set([0, 1]));
  assert.equal([...portableBackend.verifyMessages(batchOf(messages), goals)], expected);
});

test('an empty batch has no digests and no verdicts', () => {
  assert.is(portableBackend.hashMessages(batchOf([])).length, 0);
  assert.is(portableBackend.verifyMessages(batchOf([]), new Uint8Array()).length, 0);
});

test('a kernel is timed on every layout, down to one digit', () => {
  for (const nonceDigits of [null, 1, 20]) {
    const work = { ...chainwebWork, nonceEncoding: 'decimal', nonceDigits } as const;
    const row = portableBackend.benchKernel(work, 'portable', 2);
    assert.ok(row.hashes > 0);
    assert.ok(row.seconds > 0);
    assert.is(row.cyclesPerHash, null);
  }
  const error = thrown(() => portableBackend.benchKernel(chainwebWork, 'avx2', 1));
  assert.is((error as { code?: string }).code, 'POW_KERNEL');
});

test.run();
