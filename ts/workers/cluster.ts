/** The worker whose hashing is done by other machines: it lends them the work in units. */

import type {
  ClusterStatus,
  MasterQueue,
  QueueEvent,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../cluster/queue.js';
import type { TcpMaster } from '../cluster/tcp/options.js';
import { workOfJob } from '../cluster/work-of-job.js';
import { hearAbort, unhearAbort } from '../core/abort.js';
import { PowError } from '../errors.js';
import { type Clock, monotonicClock } from '../miner/clock.js';
import { MINER_ENDS } from '../miner/ending.js';
import { errorCode } from '../miner/error-code.js';
import type { Job, MiningHow, Worker, WorkerStats } from '../miner/ports.js';
import { openDataset } from './cluster/dataset.js';
import { JobInHand } from './cluster/job-in-hand.js';
import { refusal } from './cluster/job-limits.js';
import { noticeOf } from './cluster/notices.js';
import { type ClusterWorkerOptions, openQueue, requireOptions } from './cluster/options.js';
import { type ResultEvent, WorkInHand } from './cluster/work-in-hand.js';
import { Yardstick } from './cluster/yardstick.js';
import type { WorkerHow } from './row.js';

/** More than the chains of any network. */
const LANES = 64;
/** Works that are over, kept for what a worker that was cut off may still bring. */
const PAST_WORKS = 64;
const MOST_NODES = 1024;

/** What the worker gets besides its queue. */
export interface ClusterWorkerHow extends WorkerHow {
  /** Told of everything, after the worker has dealt with it. */
  readonly onEvent?: ((event: QueueEvent) => void) | undefined;
  /** Root of a dataset that every work needs, 64 hex digits. */
  readonly dataset?: string | undefined;
  /** `false`: workers report solutions alone. Default: shares, too, as a proof of what they hash. */
  readonly proof?: boolean | undefined;
  /** Nonces of a unit, where all have the same. */
  readonly unitNonces?: number | undefined;
}

export class ClusterWorker implements Worker {
  readonly kind = 'cluster';
  readonly lanes = LANES;
  readonly #queue: MasterQueue;
  readonly #clock: Clock;
  readonly #how: ClusterWorkerHow;
  readonly #jobs = new Set<JobInHand>();
  readonly #works = new Map<WorkId, WorkInHand>();
  readonly #workOf = new WeakMap<JobInHand, WorkInHand>();
  readonly #past = new Map<WorkId, WorkInHand>();
  readonly #yardstick = new Yardstick();
  readonly #errors = new Map<string, number>();
  readonly #leftNodes = new Set<string>();
  readonly #counts = { hashes: 0, wastedHashes: 0, solutions: 0, restarts: 0 };
  #fatal: PowError | null = null;
  #closing: Promise<void> | null = null;

  private constructor(queue: MasterQueue, how: ClusterWorkerHow) {
    this.#queue = queue;
    this.#how = how;
    this.#clock = how.clock ?? monotonicClock;
  }

  /** Rejects with `POW_ARGUMENT`, or `POW_WORKER` when the record or the port cannot be had. */
  static async open(
    options: ClusterWorkerOptions = {},
    how: WorkerHow = {},
  ): Promise<ClusterWorker> {
    requireOptions(options);
    const dataset = await openDataset(options);
    const { proof, unitNonces } = options;
    const open = (onEvent: (event: QueueEvent) => void) => {
      return openQueue(options, { ...how, onEvent, dataset });
    };
    return ClusterWorker.over(open, { ...how, proof, unitNonces, dataset: dataset?.root });
  }

  /**
   * The same over a queue of your own.
   *
   * @param open - gets what the queue tells its events to; the queue is closed with the worker
   */
  static async over(
    open: (onEvent: (event: QueueEvent) => void) => Promise<MasterQueue>,
    how: ClusterWorkerHow = {},
  ): Promise<ClusterWorker> {
    const early: QueueEvent[] = [];
    let heard = (event: QueueEvent): void => void early.push(event);
    const worker = new ClusterWorker(await open((event) => heard(event)), how);
    heard = (event) => worker.#heard(event);
    for (const event of early) worker.#heard(event);
    return worker;
  }

  refuses(job: Job): string | null {
    return refusal(job);
  }

  /** Rejects with `POW_CLOSED`, `POW_WORKER` when the master cannot go on, or what `job.work` throws. */
  async mine(job: Job, how: MiningHow): Promise<'exhausted' | 'stopped'> {
    if (this.#closing !== null) throw new PowError('POW_CLOSED', 'the cluster worker is closed');
    if (how.stop.aborted || how.finishBatch.aborted) {
      how.hashed(0);
      return 'stopped';
    }
    const inHand = new JobInHand(job, how, this.#clock.now());
    this.#jobs.add(inHand);
    const stop = () => this.#stop(inHand, how.stop);
    hearAbort(how.stop, stop);
    hearAbort(how.finishBatch, stop);
    try {
      this.#begin(inHand);
      return await inHand.over;
    } catch (error) {
      inHand.end('stopped');
      this.#count(error);
      throw error;
    } finally {
      unhearAbort(how.stop, stop);
      unhearAbort(how.finishBatch, stop);
      this.#jobs.delete(inHand);
    }
  }

  /** Hashes are those of results: they come when a unit is done. */
  stats(): WorkerStats {
    const nowMs = this.#clock.now();
    const running = [...this.#jobs].map(({ job: { id, lane }, hashes, sinceMs }) => {
      return { id, lane, hashes, ageMs: nowMs - sinceMs };
    });
    const errors = Object.fromEntries(this.#errors);
    return { ...this.#counts, running, threads: [], errors, warnings: [] };
  }

  /** Workers, units and works, as `pow-native cluster status` shows them. */
  cluster(): ClusterStatus {
    return this.#queue.status();
  }

  /** Of this master. */
  get epoch(): number {
    return this.#queue.epoch;
  }

  /** Where workers join; `null` where this process does not listen itself. */
  get address(): { readonly host: string; readonly port: number } | null {
    const { host, port } = this.#queue as Partial<TcpMaster>;
    return host === undefined || port === undefined ? null : { host, port };
  }

  /** Works stay in the record, for a master that goes on with them. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Joins the work of the job when it is in hand, or publishes it. */
  #begin(inHand: JobInHand): void {
    if (this.#fatal !== null) throw this.#fatal;
    const { proof = true, unitNonces, dataset } = this.#how;
    const unitHashes = proof
      ? (unitNonces ?? this.#yardstick.unitHashes(this.#queue.status().workers))
      : undefined;
    const { spec, space } = workOfJob(inHand.job, { unitHashes, dataset });
    const known = this.#works.get(spec.id);
    if (known !== undefined && !known.isOpen) {
      // The same bytes again, while they are being cancelled.
      void known.over.then(() => this.#beginLate(inHand));
      return;
    }
    const work = known ?? this.#publish(spec, space);
    this.#workOf.set(inHand, work);
    work.join(inHand);
  }

  #beginLate(inHand: JobInHand): void {
    if (inHand.isOver) return;
    try {
      this.#begin(inHand);
    } catch (error) {
      inHand.end({ error });
    }
  }

  #publish(spec: WorkSpec, space: WorkSpace): WorkInHand {
    this.#sweep(spec);
    const work = new WorkInHand({
      ...{ queue: this.#queue, spec, space },
      onError: (error) => this.#count(error),
      onSolution: () => {
        this.#counts.solutions += 1;
      },
    });
    this.#works.set(spec.id, work);
    this.#past.delete(spec.id);
    void work.over.then(() => this.#isOver(work));
    return work;
  }

  #isOver(work: WorkInHand): void {
    this.#works.delete(work.id);
    this.#past.set(work.id, work);
    const [oldest] = this.#past.keys();
    if (this.#past.size > PAST_WORKS && oldest !== undefined) this.#past.delete(oldest);
  }

  /** Other works of the lane, on record from before, that no job waits for: they are stale now. */
  #sweep({ id: own, lane }: WorkSpec): void {
    for (const { id, lane: of } of this.#queue.status().works) {
      if (of !== lane || id === own || this.#works.has(id)) continue;
      this.#queue.cancel(id, 'stale').catch((error: unknown) => this.#count(error));
    }
  }

  #stop(inHand: JobInHand, stop: AbortSignal): void {
    const work = this.#workOf.get(inHand);
    if (work === undefined) inHand.end('stopped');
    else work.leave(inHand, stop.reason === MINER_ENDS ? 'shutdown' : 'stale');
  }

  #heard(event: QueueEvent): void {
    switch (event.kind) {
      case 'result':
        this.#result(event);
        break;
      case 'exhausted':
        this.#works.get(event.work)?.exhausted();
        break;
      case 'node':
        this.#node(event);
        break;
      case 'deposed':
        this.#end(`another master leads, in epoch ${event.epoch}`);
        break;
      case 'failed':
        this.#end('its record cannot be kept', event.error);
    }
    const notice = noticeOf(event);
    if (notice !== null) this.#how.onNotice?.(notice);
    this.#how.onEvent?.(event);
  }

  #result(event: ResultEvent): void {
    const { worker, shares, hashes } = event;
    const { work: id } = event.unit;
    const work = this.#works.get(id) ?? this.#past.get(id);
    const isOfUse = work?.result(event) ?? false;
    if (event.verdict === 'rejected') return; // a claim, and a wrong one
    this.#counts.hashes += hashes;
    if (!isOfUse) this.#counts.wastedHashes += hashes;
    if (work === undefined || event.verdict !== 'accepted') return;
    this.#yardstick.count(worker, { shares, expected: hashes / work.shareHashes });
  }

  /** A node that comes again after it left was started again, or its connection was. */
  #node({ op, node }: Extract<QueueEvent, { kind: 'node' }>): void {
    if (op === 'join' && this.#leftNodes.delete(node.id)) this.#counts.restarts += 1;
    if (op !== 'leave') return;
    this.#leftNodes.add(node.id);
    const [oldest] = this.#leftNodes;
    if (this.#leftNodes.size > MOST_NODES && oldest !== undefined) this.#leftNodes.delete(oldest);
  }

  /** Nothing can be lent any more. */
  #end(detail: string, cause?: unknown): void {
    this.#fatal ??= new PowError('POW_CLOSED', `the master cannot go on: ${detail}`, { cause });
    for (const work of [...this.#works.values()]) work.fail(this.#fatal);
    for (const inHand of this.#jobs) inHand.end({ error: this.#fatal });
  }

  #count(error: unknown): void {
    const code = errorCode(error, 'POW_WORKER');
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  async #close(): Promise<void> {
    for (const inHand of [...this.#jobs]) {
      const work = this.#workOf.get(inHand);
      if (work === undefined) inHand.end('stopped');
      else work.leave(inHand, 'shutdown');
    }
    await Promise.all([...this.#works.values()].map(({ over }) => over));
    await this.#queue.close();
  }
}
