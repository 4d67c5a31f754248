/**
 * What the contract of the queue needs of each adapter. One that `ClusterStatus` names and that is
 * without a row here does not compile.
 */

import { findNats } from '../../scripts/nats.mjs';
import type { NatsMasterOptions, NatsWorkerOptions } from '../../ts/cluster/nats/options.js';
import type {
  ClusterStatus,
  MasterQueue,
  QueueEvent,
  WorkerQueue,
} from '../../ts/cluster/queue.js';
import type { TcpMasterOptions, TcpWorkerOptions } from '../../ts/cluster/tcp/options.js';
import { capabilities, Place } from '../cluster/nats/fixture.js';
import { Opened } from '../cluster/tcp/fixture.js';

/** What both adapters call the same. */
export type MasterAsked = Partial<Pick<TcpMasterOptions & NatsMasterOptions, 'id' | 'name'>> & {
  readonly journalFile?: string;
  /** Whoever gives no sign of life for a second is believed to be gone. */
  readonly isImpatient?: boolean;
};
export type WorkerAsked = Partial<
  Pick<TcpWorkerOptions & NatsWorkerOptions, 'name' | 'role' | 'clock' | 'capabilities'>
>;

/** One cluster of one test, over real sockets. */
export interface QueuePlace {
  readonly folder: string;
  /** Of all its masters, in order. */
  readonly events: readonly QueueEvent[];
  /** Another one is the successor of the one before, where workers look for it. */
  master(asked?: MasterAsked): Promise<MasterQueue>;
  worker(asked?: WorkerAsked): WorkerQueue;
  close(): Promise<void>;
}

export interface QueueFixture {
  /** `false`: it needs a program that this machine has not, and its tests are skipped. */
  readonly isHere: boolean;
  /** Of its workers, as status tells it. */
  readonly address: string;
  open(): Promise<QueuePlace>;
}

/** Of every unit. */
const UNIT_NONCES = 1_000n;
const SILENCE_MS = 1_000;

export const QUEUE_FIXTURES: Readonly<Record<ClusterStatus['adapter'], QueueFixture>> = {
  tcp: {
    ...{ isHere: true, address: '127.0.0.1' },
    async open() {
      const opened = new Opened();
      let port = 0;
      return {
        ...{ folder: opened.folder, events: opened.events, close: () => opened.close() },
        async master({ isImpatient = false, ...asked } = {}) {
          const impatient = { suspectMs: SILENCE_MS / 2, deadMs: SILENCE_MS, heartbeatMs: 100 };
          const limits = isImpatient ? impatient : {};
          const master = await opened.master({
            ...{ fixedNonces: UNIT_NONCES, listen: { port }, limits },
            ...asked,
          });
          port = master.port;
          return master;
        },
        worker: (asked) => opened.worker({ port }, { capabilities, ...asked }),
      };
    },
  },
  nats: {
    ...{ isHere: findNats() !== null, address: 'nats' },
    async open() {
      const place = await Place.open();
      const events: QueueEvent[] = [];
      return {
        ...{ folder: place.folder, events, close: () => place.close() },
        async master({ isImpatient = false, ...asked } = {}) {
          const limits = isImpatient ? { leaseMs: SILENCE_MS } : {};
          const onEvent = (event: QueueEvent) => void events.push(event);
          const how = { fixedNonces: UNIT_NONCES, limits, onEvent, ...asked };
          return (await place.master(how)).master;
        },
        worker: (asked) => place.worker(asked),
      };
    },
  },
};
