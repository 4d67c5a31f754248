/**
 * `auto`: a node that is a worker, and the master as well when it is elected. What a master and a
 * worker are is given to it as two functions; who is master is decided by a {@link Leadership}.
 */

import type { Clock } from '../../miner/clock.js';
import { Retry } from '../../miner/retry.js';
import type { MasterAddress } from '../statement.js';

/** Decides who is master: nodes among themselves (`mesh.ts`), or a key in NATS. */
export interface Leadership {
  /** The newest decision is always the one that counts; one comes at once. */
  follow(onDecision: (decision: Decision) => void): void;
  /** This node's master part listens there. */
  opened(epoch: number, address: MasterAddress | null): void;
  /** This node's master part is over: deposed by that epoch, or failed. */
  ended(seenEpoch: number): void;
  close(): Promise<void>;
}

export type Decision =
  | { readonly kind: 'looking' }
  | { readonly kind: 'master'; readonly epoch: number }
  /** `address` is `null` where the adapter has one address for all (NATS). */
  | {
      readonly kind: 'worker';
      readonly master: string;
      readonly epoch: number;
      readonly address: MasterAddress | null;
    };

export interface MasterPart {
  /** At least the one that was asked for. */
  readonly epoch: number;
  /** Where others reach it; `null` where the adapter has one address for all. */
  readonly address: MasterAddress | null;
  /** Resolves when the part is over by itself: deposed by that epoch, or failed. */
  readonly ended: Promise<{ readonly seenEpoch: number; readonly error?: unknown }>;
  close(): Promise<void>;
}

export interface WorkerPart {
  /** Rejects when it is over by itself: refused for good, or its thread died. */
  readonly over: Promise<void>;
  close(): Promise<void>;
}

export interface AutoOptions {
  readonly leadership: Leadership;
  /**
   * Opens the master's end of the queue and the source over it.
   *
   * @param signal - the decision is another one: reject, what is open is closed again
   */
  startMaster(epoch: number, signal: AbortSignal): Promise<MasterPart>;
  /** Joins the master there; on the node of the master, too. `null`: one address for all. */
  startWorker(master: MasterAddress | null): Promise<WorkerPart>;
  /** `always`: a worker waits for a master, wherever (NATS); `known`: it needs its address. */
  readonly workerFor: 'always' | 'known';
  readonly clock: Clock;
  /** Random, `0 <= n < 1`. */
  random(): number;
  notice(level: 'info' | 'warn', text: string): void;
}

/** A part that could not be started is tried again after so long. */
const AGAIN_MS = 1000;
/** A worker that was refused: somebody may have to do something before it is not. */
const WORKER_RETRY = { firstMs: 1000, eagerMs: 10_000, eagerForMs: 300_000, patientMs: 60_000 };

export class ClusterAuto {
  readonly #options: AutoOptions;
  #decision: Decision = { kind: 'looking' };
  #master: MasterPart | null = null;
  #worker: { readonly part: WorkerPart; readonly address: string } | null = null;
  /** Aborts when the decision changes. */
  #superseded = new AbortController();
  #running: Promise<void> | null = null;
  #isDirty = false;
  #untime = () => {};
  /** Of workers of this decision that were refused. */
  readonly #retry: Retry;
  #workerEnds: Promise<void> = Promise.resolve();
  #unretry = () => {};
  #closing: Promise<void> | null = null;

  constructor(options: AutoOptions) {
    this.#options = options;
    this.#retry = new Retry(WORKER_RETRY, () => options.random());
    options.leadership.follow((decision) => this.#decided(decision));
  }

  /** What this node is now. */
  get decision(): Decision {
    return this.#decision;
  }

  /** Of the master part that runs here; `null`: none does. */
  get leads(): number | null {
    return this.#master?.epoch ?? null;
  }

  /** Stops both parts. Bounded in time by them; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#untime();
    this.#unretry();
    this.#superseded.abort(new Error('the node ends'));
    await this.#running;
    await this.#stopMaster();
    await this.#stopWorker();
    await this.#options.leadership.close();
  }

  #decided(decision: Decision): void {
    if (this.#closing !== null) return;
    this.#decision = decision;
    this.#superseded.abort(new Error('it is decided otherwise'));
    this.#superseded = new AbortController();
    this.#retry.succeeded();
    this.#adapt();
  }

  /** One at a time: the parts are changed in turn, and looked at again when they were. */
  #adapt(): void {
    this.#isDirty = true;
    if (this.#closing !== null) return;
    this.#running ??= this.#adaptAll().finally(() => {
      this.#running = null;
    });
  }

  async #adaptAll(): Promise<void> {
    while (this.#isDirty && this.#closing === null) {
      this.#isDirty = false;
      try {
        await this.#step(this.#decision, this.#superseded.signal);
      } catch (error) {
        if (!this.#superseded.signal.aborted) this.#failed(error);
      }
    }
  }

  async #step(decision: Decision, signal: AbortSignal): Promise<void> {
    const term = decision.kind === 'master' ? decision.epoch : null;
    if (this.#master !== null && (term === null || this.#master.epoch < term)) {
      await this.#stopMaster();
    }
    if (this.#options.workerFor === 'always') await this.#workFor(null);
    if (term !== null && this.#master === null) await this.#lead(term, signal);
    if (this.#options.workerFor === 'always' || signal.aborted) return;
    // Without a master a worker goes on with what it has, and waits for the old one.
    if (this.#master !== null) await this.#workFor(this.#master.address);
    else if (decision.kind === 'worker') await this.#workFor(decision.address);
  }

  async #lead(epoch: number, signal: AbortSignal): Promise<void> {
    const { leadership, notice } = this.#options;
    let part: MasterPart;
    try {
      part = await this.#options.startMaster(epoch, signal);
    } catch (error) {
      if (signal.aborted) return;
      notice('warn', `this node was to be the master and cannot: ${textOf(error)}`);
      leadership.ended(0);
      return;
    }
    this.#master = part;
    notice('info', `this node is the master, of epoch ${part.epoch}`);
    void part.ended.then(({ seenEpoch, error }) => this.#ended(part, seenEpoch, error));
    if (signal.aborted) this.#isDirty = true;
    else leadership.opened(part.epoch, part.address);
  }

  #ended(part: MasterPart, seenEpoch: number, error: unknown): void {
    if (this.#master !== part || this.#closing !== null) return;
    const { leadership, notice } = this.#options;
    const why = error === undefined ? `one of epoch ${seenEpoch} is` : textOf(error);
    notice('warn', `this node is the master no longer: ${why}`);
    leadership.ended(seenEpoch);
    this.#adapt();
  }

  async #stopMaster(): Promise<void> {
    const part = this.#master;
    this.#master = null;
    await part?.close();
  }

  async #workFor(address: MasterAddress | null): Promise<void> {
    const name = address === null ? '' : `${address.host}:${address.port}`;
    if (this.#worker?.address === name) return;
    await this.#stopWorker();
    const part = await this.#options.startWorker(address);
    this.#worker = { part, address: name };
    part.over.catch((error: unknown) => this.#workerEnded(part, error));
  }

  async #stopWorker(): Promise<void> {
    this.#unretry();
    const worker = this.#worker;
    this.#worker = null;
    await Promise.all([worker?.part.close(), this.#workerEnds]);
  }

  #workerEnded(part: WorkerPart, error: unknown): void {
    if (this.#worker?.part !== part || this.#closing !== null) return;
    const { clock, notice } = this.#options;
    notice('warn', `the worker of this node is over and starts again later: ${textOf(error)}`);
    this.#worker = null;
    this.#workerEnds = part.close().catch(() => {}); // it has failed already
    this.#unretry = clock.after(this.#retry.failed(clock.now()), () => this.#adapt());
  }

  #failed(error: unknown): void {
    this.#options.notice('warn', textOf(error));
    this.#untime();
    this.#untime = this.#options.clock.after(AGAIN_MS, () => this.#adapt());
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
