/** A worker of a cluster: leases, queue and engine in one thread, watched from this one. */

import { Worker as Thread } from 'node:worker_threads';
import { requireInteger } from '../../core/arguments.js';
import {
  enginePlan,
  requireCpuLimit,
  type ThreadCount,
  threadCount,
} from '../../core/engine-options.js';
import { PowError } from '../../errors.js';
import type { ClusterStatus, NodeInfo } from '../queue.js';
import type { ClusterWorkerNodeOptions, ClusterWorkerStats } from './options.js';
import {
  type FromThread,
  powError,
  type Questions,
  type ThreadData,
  type ToThread,
} from './thread-messages.js';

/** Not written inside `new URL()`: a bundler would look for the source file beside `dist`. */
const THREAD_FILE = import.meta.url.endsWith('.ts') ? './thread-from-source.mjs' : './thread.js';
const THREAD = new URL(THREAD_FILE, import.meta.url);
const STATS_MS = 500;
/** Longer than leases, queue and engine take together. */
const CLOSE_MS = 10_000;

interface Asking {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Hashes what a master lends until it is closed. All of it happens in a thread of its own, so that
 * a caller which is busy or blocked keeps its leases and is still told what to stop.
 */
export class ClusterWorkerNode {
  /**
   * Resolves when the thread hashes, or waits for a master that is not there yet.
   *
   * @returns rejects with `POW_ARGUMENT`, `POW_KERNEL`, `POW_BACKEND`
   */
  static async open(options: ClusterWorkerNodeOptions): Promise<ClusterWorkerNode> {
    const { queue, datasets = null, statsMs = STATS_MS, onNotice, backend = 'auto' } = options;
    requireInteger(statsMs, 1, 60_000, 'statsMs');
    const data: ThreadData = { engine: enginePlan(options), backend, queue, datasets, statsMs };
    const node = new ClusterWorkerNode(data, onNotice);
    await node.#opened;
    return node;
  }

  /**
   * Resolves when the node is closed; rejects with `POW_SOURCE` when the queue failed for good (a
   * key that the master does not know), `POW_WORKER` when the thread died.
   */
  readonly over: Promise<void>;
  readonly #thread: Thread;
  readonly #opened: Promise<void>;
  readonly #exited: Promise<void>;
  readonly #onNotice: ClusterWorkerNodeOptions['onNotice'];
  readonly #asking = new Map<number, Asking>();
  #asked = 0;
  #stats: ClusterWorkerStats | null = null;
  #isOpen: () => void = () => {};
  #end: (error: unknown) => void = () => {};
  #isOver = false;
  #closing: Promise<void> | null = null;

  private constructor(data: ThreadData, onNotice: ClusterWorkerNodeOptions['onNotice']) {
    this.#onNotice = onNotice;
    // Loaders and inspectors of the host are none of the thread's business.
    this.#thread = new Thread(THREAD, { workerData: data, execArgv: [], name: 'pow-cluster' });
    this.over = new Promise((resolve, reject) => {
      this.#end = (error) => (error === null ? resolve() : reject(error));
    });
    this.#opened = new Promise((resolve, reject) => {
      this.#isOpen = resolve;
      this.over.then(resolve, reject);
    });
    this.#thread.on('message', (message: FromThread) => this.#hear(message));
    this.#thread.on('error', (cause) => {
      this.#over(new PowError('POW_WORKER', `the thread died: ${cause.message}`, { cause }));
    });
    this.#exited = new Promise((resolve) => {
      this.#thread.on('exit', (code) => {
        this.#over(new PowError('POW_WORKER', `the thread ended with code ${code}`));
        resolve();
      });
    });
  }

  /** The newest that came from the thread: cheap, and about `statsMs` old while this one runs. */
  stats(): ClusterWorkerStats {
    if (this.#stats === null) throw new PowError('POW_CLOSED', 'the node never opened');
    return this.#stats;
  }

  /** The master's, over the network. Rejects with `POW_SOURCE`, `POW_CLOSED`. */
  status(): Promise<ClusterStatus> {
    return this.#ask('status', null);
  }

  /** The other nodes, as the master last told them. */
  peers(): Promise<readonly NodeInfo[]> {
    return this.#ask('peers', null);
  }

  /** As `Engine.resize`; the master is told. Leases go on. */
  async resize(threads: ThreadCount): Promise<void> {
    await this.#ask('resize', threadCount(threads));
  }

  /** As `Engine.limitCpu`; the master is told. */
  async limitCpu(percent: number): Promise<void> {
    await this.#ask('limitCpu', requireCpuLimit(percent, 'percent'));
  }

  /** As `Engine.pause`: leases stay in hand, no more are taken. */
  async pause(): Promise<void> {
    await this.#ask('pause', true);
  }

  async resume(): Promise<void> {
    await this.#ask('pause', false);
  }

  /** Gives back every lease with what was hashed of it. Bounded in time; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#isOver) this.#ask('close', null).catch(() => undefined);
    const tooLong = setTimeout(() => void this.#thread.terminate(), CLOSE_MS);
    await this.#exited;
    clearTimeout(tooLong);
  }

  #ask<Name extends keyof Questions>(
    question: Name,
    value: Questions[Name][0],
  ): Promise<Questions[Name][1]> {
    if (this.#isOver) return Promise.reject(new PowError('POW_CLOSED', 'the node is closed'));
    this.#asked += 1;
    const id = this.#asked;
    this.#say({ kind: 'ask', id, question, value } as ToThread);
    return new Promise((resolve, reject) => {
      this.#asking.set(id, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'opened':
        this.#stats = message.stats;
        this.#isOpen();
        break;
      case 'stats':
        this.#stats = message.stats;
        this.#say({ kind: 'seen' });
        break;
      case 'notice':
        this.#onNotice?.(message.notice);
        break;
      case 'answer':
        this.#asking.get(message.id)?.resolve(message.value);
        this.#asking.delete(message.id);
        break;
      case 'failure':
        this.#asking.get(message.id)?.reject(powError(message.error));
        this.#asking.delete(message.id);
        break;
      case 'over':
        this.#over(message.error === null ? null : powError(message.error));
    }
  }

  #over(error: PowError | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.over.catch(() => undefined); // told to whoever asks
    this.#end(error);
    const closed = error ?? new PowError('POW_CLOSED', 'the node is closed');
    for (const { reject } of this.#asking.values()) reject(closed);
    this.#asking.clear();
  }

  #say(message: ToThread): void {
    this.#thread.postMessage(message);
  }
}
