/** A node of `auto` as a session sees it: one worker after the other, for whoever is master. */

import type { ClusterAuto, WorkerPart } from '../../cluster/election/auto.js';
import type { MasterAddress } from '../../cluster/statement.js';
import { ClusterWorkerNode } from '../../cluster/worker/node.js';
import type { ClusterWorkerNodeOptions } from '../../cluster/worker/options.js';
import type { EngineOptions, ThreadCount } from '../../core/engine-options.js';
import type { Notice } from '../run/tables.js';
import type { WorkerCounts } from './worker-report.js';
import type { SessionNode } from './worker-session.js';

export interface AutoNodeOptions {
  readonly engine: EngineOptions;
  /** How the master there is joined; `null`: one address for all. */
  queueAt(master: MasterAddress | null): ClusterWorkerNodeOptions['queue'];
  readonly datasets: ClusterWorkerNodeOptions['datasets'];
  readonly onNotice: (notice: Notice) => void;
}

/** The parts that the decisions of an election start and stop. */
export interface AutoParts {
  startWorker(master: MasterAddress | null): Promise<WorkerPart>;
}

type Counts = Omit<WorkerCounts, 'connection' | 'lastError' | 'leases'>;

const NOTHING: Counts = {
  ...{ units: { completed: 0, stopped: 0, failed: 0 }, hashes: 0, shares: 0, solutions: 0 },
};

export class AutoNode implements SessionNode {
  /** It ends when it is told to. */
  readonly over = new Promise<void>(() => {});
  readonly #options: AutoNodeOptions;
  readonly #auto: ClusterAuto;
  #engine: EngineOptions;
  #node: ClusterWorkerNode | null = null;
  /** Of workers that are over. */
  #past = NOTHING;

  constructor(options: AutoNodeOptions, open: (parts: AutoParts) => ClusterAuto) {
    this.#options = options;
    this.#engine = options.engine;
    this.#auto = open({ startWorker: (master) => this.#startWorker(master) });
  }

  get role(): string {
    const { leads, decision } = this.#auto;
    if (leads !== null) return `master of epoch ${leads}`;
    return decision.kind === 'worker' ? `epoch ${decision.epoch}` : 'looking for a master';
  }

  stats() {
    const now = this.#node?.stats();
    const counts = now === undefined ? this.#past : sum(this.#past, now);
    const { connection, lastError, leases, engine } = now ?? {
      ...{ connection: 'connecting' as const, lastError: null, leases: [] },
      engine: { threads: [] },
    };
    return { ...counts, connection, lastError, leases, engine };
  }

  async resize(threads: ThreadCount): Promise<void> {
    this.#engine = { ...this.#engine, threads };
    await this.#node?.resize(threads);
  }

  async limitCpu(cpuLimit: number): Promise<void> {
    this.#engine = { ...this.#engine, cpuLimit };
    await this.#node?.limitCpu(cpuLimit);
  }

  close(): Promise<void> {
    return this.#auto.close();
  }

  async #startWorker(master: MasterAddress | null): Promise<WorkerPart> {
    const { queueAt, datasets, onNotice } = this.#options;
    const queue = queueAt(master);
    const node = await ClusterWorkerNode.open({ ...this.#engine, queue, datasets, onNotice });
    this.#node = node;
    return {
      over: node.over,
      close: async () => {
        await node.close();
        this.#past = sum(this.#past, node.stats());
        if (this.#node === node) this.#node = null;
      },
    };
  }
}

function sum(one: Counts, other: Counts): Counts {
  const { completed, stopped, failed } = other.units;
  return {
    units: {
      completed: one.units.completed + completed,
      stopped: one.units.stopped + stopped,
      failed: one.units.failed + failed,
    },
    hashes: one.hashes + other.hashes,
    shares: one.shares + other.shares,
    solutions: one.solutions + other.solutions,
  };
}
