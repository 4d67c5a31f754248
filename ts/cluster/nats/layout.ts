/** Lays out streams, consumers and buckets on the server. Only the master does. */

import type { StreamConfig } from '@nats-io/jetstream';
import type { KvOptions } from '@nats-io/kv';
import { MOST_EPOCH } from '../statement.js';
import type { Nats } from './connection.js';
import type { Names } from './names.js';
import type { NatsLimits } from './options.js';

const NANOS = 1_000_000;
const SECOND_MS = 1_000;
/** A result that is sent again within it is recognised by the server; after it, by the record. */
const DUPLICATE_WINDOW_MS = 120_000;
/** How far a lease was is worth something for a while after its worker has died. */
const LEAST_PROGRESS_MS = 60_000;
/** Pulls that wait at a consumer: one for each worker. */
const MOST_WAITING = 4_096;
/** Of JetStream: there is no such stream. */
const NO_STREAM = 10059;
/** Of JetStream: one of that name is there, and differs. */
const STREAM_DIFFERS = 10058;
const CONSUMER_DIFFERS = 10148;

/** The bucket in which the leader stands: needed before there is one. */
export async function layOutState(nats: Nats, names: Names, replicas: number): Promise<void> {
  await bucket(nats, names.state, { history: 1, storage: 'file', replicas });
}

/** Everything but the consumers. What is there already stays, with what is in it. */
export async function layOut(
  nats: Nats,
  names: Names,
  limits: NatsLimits,
  replicas: number,
): Promise<void> {
  await layOutState(nats, names, replicas);
  await stream(nats, {
    name: names.units,
    subjects: [names.everyUnit],
    retention: 'workqueue',
    storage: 'file',
    num_replicas: replicas,
    // A unit lies there once: publishing it again is refused, however late.
    max_msgs_per_subject: 1,
    discard: 'new',
    discard_new_per_subject: true,
    allow_direct: true,
  });
  await stream(nats, {
    name: names.results,
    subjects: [names.everyResult],
    retention: 'workqueue',
    storage: 'file',
    num_replicas: replicas,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
  });
  await bucket(nats, names.nodes, {
    ...{ history: 1, storage: 'memory', replicas, ttl: limits.deadMs },
    // Without markers a watcher is never told that a key has ended.
    markerTTL: Math.max(SECOND_MS, limits.deadMs),
  });
  const ttl = Math.max(LEAST_PROGRESS_MS, 4 * limits.leaseMs);
  await bucket(nats, names.progress, { history: 1, storage: 'memory', replicas, ttl });
}

/** Whether all of that is there. */
export async function isLaidOut(nats: Nats, names: Names): Promise<boolean> {
  const there = new Set<string>();
  for await (const name of nats.jsm.streams.names()) there.add(name);
  const buckets = [names.state, names.nodes, names.progress].map((name) => `KV_${name}`);
  return [names.units, names.results, ...buckets].every((name) => there.has(name));
}

/** The consumer of a size class. Idempotent. */
export async function layOutSize(
  nats: Nats,
  names: Names,
  limits: NatsLimits,
  size: number,
): Promise<void> {
  const changing = {
    ack_wait: limits.leaseMs * NANOS,
    max_deliver: -1,
    max_ack_pending: -1,
    max_waiting: MOST_WAITING,
  };
  const name = names.consumer(size);
  try {
    await nats.jsm.consumers.add(names.units, {
      ...{ durable_name: name, ack_policy: 'explicit', deliver_policy: 'all', ...changing },
      filter_subject: names.unitsOfSize(size),
    });
  } catch (error) {
    if (!hasCode(error, CONSUMER_DIFFERS)) throw error;
    await nats.jsm.consumers.update(names.units, name, changing);
  }
}

/**
 * The consumer of the results, which is the master's alone: with a new epoch an older master's is
 * gone, and what that had not acknowledged comes at once. A newer one's stays: with it there the
 * server refuses another one.
 *
 * @returns its name
 */
export async function layOutResults(nats: Nats, names: Names, epoch: number): Promise<string> {
  const name = `master_${epoch}`;
  for await (const { name: other } of nats.jsm.consumers.list(names.results)) {
    if (other !== name && epochIn(other) <= epoch) {
      await nats.jsm.consumers.delete(names.results, other);
    }
  }
  await nats.jsm.consumers.add(names.results, {
    durable_name: name,
    ack_policy: 'explicit',
    deliver_policy: 'all',
    // A result whose work is not published yet waits here for so long.
    ack_wait: 30 * SECOND_MS * NANOS,
    max_ack_pending: -1,
  });
  return name;
}

/**
 * The epoch of the last master, by its consumer, which nobody but masters can touch.
 *
 * @returns 0: there was none
 */
export async function lastEpoch(nats: Nats, names: Names): Promise<number> {
  let last = 0;
  try {
    for await (const { name } of nats.jsm.consumers.list(names.results)) {
      last = Math.max(last, epochIn(name));
    }
  } catch (error) {
    if (!hasCode(error, NO_STREAM)) throw error;
  }
  return last;
}

/** Of a master, by the name of its consumer; 0: it is none of a master's. */
function epochIn(name: string): number {
  const epoch = Number(/^master_(\d+)$/.exec(name)?.[1] ?? 0);
  return epoch <= MOST_EPOCH ? epoch : 0;
}

async function stream(nats: Nats, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await nats.jsm.streams.add(config);
  } catch (error) {
    if (!hasCode(error, STREAM_DIFFERS)) throw error;
    await nats.jsm.streams.update(config.name, config);
  }
}

async function bucket(nats: Nats, name: string, options: Partial<KvOptions>): Promise<void> {
  await nats.kvm.create(name, { allow_direct: true, ...options });
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
