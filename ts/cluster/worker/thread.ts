/** What runs in the thread of a worker: its queue, its leases, its engine. */

import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { printable } from '../../core/printable.js';
import type { Backend, BackendEngine } from '../../native/contract.js';
import { selectBackend } from '../../native/select.js';
import type { Capabilities, WorkerQueue } from '../queue.js';
import { capabilitiesOf, measureThread, type ThreadRates } from './capabilities.js';
import { WorkerDatasets } from './datasets.js';
import { join } from './join.js';
import { LeaseRunner } from './lease-runner.js';
import type { ClusterWorkerStats, DatasetOptions, JoinedQueue, WorkerNotice } from './options.js';
import {
  type Asked,
  type FromThread,
  plainError,
  type ThreadData,
  type ToThread,
} from './thread-messages.js';

class WorkerThread {
  readonly #port: MessagePort;
  readonly #data: ThreadData;
  readonly #backend: Backend;
  readonly #engine: BackendEngine;
  readonly #rates: ThreadRates;
  #threads: number;
  #datasets: WorkerDatasets | null = null;
  #queue: JoinedQueue | null = null;
  #runner: LeaseRunner | null = null;
  #lastError: string | null = null;
  #isSeen = true;
  #timer: NodeJS.Timeout | null = null;
  #closing: Promise<void> | null = null;

  constructor(port: MessagePort, data: ThreadData) {
    this.#port = port;
    this.#data = data;
    this.#backend = selectBackend(data.backend);
    this.#engine = this.#backend.openEngine(data.engine);
    this.#threads = data.engine.threads;
    this.#rates = measureThread(this.#backend, this.#engine.stats().kernels);
  }

  /** Until it is closed, or the queue fails for good. */
  async run(): Promise<void> {
    try {
      await this.#run();
      await this.close(null);
    } catch (error) {
      await this.close(error);
    }
  }

  async #run(): Promise<void> {
    const { queue: address, statsMs } = this.#data;
    const onNotice = (notice: WorkerNotice) => this.#tell({ kind: 'notice', notice });
    if (this.#data.datasets !== null) this.#datasets = await this.#keep(this.#data.datasets);
    const datasets = this.#datasets;
    const serves = datasets?.cache;
    const queue = await join(address, { capabilities: this.#capabilities(), serves, onNotice });
    this.#queue = queue;
    const runner = new LeaseRunner(queue, this.#engine, {
      threads: this.#threads,
      guess: (algorithm) => this.#rates[algorithm] ?? 1,
      prepare: datasets === null ? undefined : (lease) => datasets.prepare(lease),
      onError: (error) => this.#note(error),
    });
    this.#runner = runner;
    this.#port.on('message', (message: ToThread) => {
      if (message.kind === 'seen') this.#isSeen = true;
      else void this.#answer(message);
    });
    this.#tell({ kind: 'opened', stats: this.#stats(queue, runner) });
    this.#timer = setInterval(() => {
      if (!this.#isSeen) return;
      this.#isSeen = false;
      this.#tell({ kind: 'stats', stats: this.#stats(queue, runner) });
    }, statsMs);
    await runner.run();
  }

  /** @param error - why, when nobody asked for it */
  close(error: unknown): Promise<void> {
    this.#closing ??= this.#close(error);
    return this.#closing;
  }

  async #close(error: unknown): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const [queue, runner] = [this.#queue, this.#runner];
    const lettingGo = runner?.close();
    await this.#datasets?.close(); // leases that wait for one are let go with the others
    await lettingGo;
    await queue?.close();
    await this.#engine.close();
    if (queue !== null && runner !== null) {
      this.#tell({ kind: 'stats', stats: this.#stats(queue, runner) });
    }
    this.#tell({ kind: 'over', error: error === null ? null : plainError(error) });
    this.#port.close(); // what is heard would keep the thread alive
  }

  async #answer({ id, ...asked }: Asked): Promise<void> {
    try {
      this.#tell({ kind: 'answer', id, value: await this.#do(asked) });
    } catch (error) {
      this.#tell({ kind: 'failure', id, error: plainError(error) });
    }
  }

  async #do(asked: Omit<Asked, 'id'>): Promise<unknown> {
    const [queue, runner] = [this.#queue, this.#runner];
    if (queue === null || runner === null) return null;
    switch (asked.question) {
      case 'status':
        return queue.status();
      case 'peers':
        return queue.peers();
      case 'resize':
        await this.#engine.resize(asked.value as number);
        this.#threads = asked.value as number;
        runner.resized(this.#threads);
        break;
      case 'limitCpu':
        this.#engine.limitCpu(asked.value as number);
        break;
      case 'pause':
        runner.paused(asked.value as boolean);
        if (asked.value === true) this.#engine.pause();
        else this.#engine.resume();
        break;
      case 'close':
        await this.close(null);
        return null;
    }
    // Whoever has the answer sees the figures that go with it.
    this.#tell({ kind: 'stats', stats: this.#stats(queue, runner) });
    if (asked.question !== 'pause') queue.announce(this.#capabilities());
    return null;
  }

  #stats(queue: WorkerQueue, runner: LeaseRunner): ClusterWorkerStats {
    return {
      connection: queue.connection(),
      lastError: this.#lastError ?? queue.lastError(),
      capabilities: this.#capabilities(),
      engine: this.#engine.stats(),
      ...runner.stats(),
    };
  }

  #capabilities(): Capabilities {
    const { kernels, cpuLimit } = this.#engine.stats();
    const datasets = this.#datasets?.cache.roots() ?? [];
    const serves = this.#datasets?.serves ?? null;
    const now = { threads: this.#threads, cpuLimit, kernels, datasets, serves };
    return capabilitiesOf(this.#backend, this.#rates, now);
  }

  #keep(options: DatasetOptions): Promise<WorkerDatasets> {
    return WorkerDatasets.open(options, {
      nodes: () => this.#queue?.peers() ?? [],
      master: () => this.#queue?.chunks,
      onChange: () => this.#queue?.announce(this.#capabilities()),
    });
  }

  #note(error: unknown): void {
    this.#lastError = printable(error instanceof Error ? error.message : String(error));
    this.#tell({ kind: 'notice', notice: { level: 'warn', text: this.#lastError } });
  }

  #tell(message: FromThread): void {
    this.#port.postMessage(message);
  }
}

if (parentPort === null) throw new Error('runs in a worker thread');
const port = parentPort;
try {
  await new WorkerThread(port, workerData as ThreadData).run();
} catch (error) {
  port.postMessage({ kind: 'over', error: plainError(error) } satisfies FromThread);
  port.close();
}
