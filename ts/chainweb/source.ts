/** A Chainweb node as a source of work: several chains at once, solutions posted and looked for. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { PowError } from '../errors.js';
import type { NodeFailure } from '../miner/node-failure.js';
import { pause } from '../miner/pause.js';
import type { Found, Job, Outcome, SourceStatus, WorkSource } from '../miner/ports.js';
import { SourceHealth } from '../miner/source-health.js';
import { ChainwebClient, type FetchedWork } from './client.js';
import type { WorkHeader } from './codec/header.js';
import { ChainBoard } from './source/board.js';
import { checkedSolution, laneOf } from './source/chain-job.js';
import { JobFeed } from './source/feed.js';
import { NodeNetwork } from './source/network.js';
import { NodeClock } from './source/node-clock.js';
import { type ChainwebSourceOptions, type Settings, settingsOf } from './source/settings.js';
import { submitHeader } from './source/submission.js';

/** Jobs that a solution may still come for; the oldest go first. */
const MOST_JOBS = 4096;

interface Given {
  readonly job: Job;
  readonly work: FetchedWork;
}

export class ChainwebSource implements WorkSource {
  readonly #settings: Settings;
  readonly #client: ChainwebClient;
  readonly #network: NodeNetwork;
  readonly #board: ChainBoard;
  readonly #nodeClock = new NodeClock();
  readonly #health: SourceHealth;
  readonly #given = new Map<string, Given>();
  readonly #jobsOf = new Map<number, number>();
  readonly #warnings: readonly string[];
  readonly #closing = new AbortController();
  #ids = 0;
  #feed: JobFeed | null = null;
  #readers = 0;
  #closed: Promise<void> | null = null;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: ChainwebSourceOptions) {
    const settings = settingsOf(options);
    this.#settings = settings;
    this.#client = new ChainwebClient({ ...options, clock: settings.clock });
    this.#network = new NodeNetwork(this.#client);
    this.#health = new SourceHealth(settings.onNotice);
    this.#board = new ChainBoard({ chains: settings.chains, newerMs: settings.refreshMs / 2 });
    const insecure = `the certificate of ${options.url} is not checked: anyone in between can pose as the node`;
    this.#warnings = options.tls?.insecure === true ? [insecure] : [];
    for (const text of this.#warnings) settings.onNotice({ level: 'warn', text });
  }

  /**
   * Throws `POW_SOURCE` when the first answer of the node is a refusal (another account, no mining
   * API, a certificate that is not trusted), and when the node turns out to be of another network.
   */
  async *jobs(signal: AbortSignal): AsyncGenerator<readonly Job[], void, undefined> {
    if (this.#closed !== null || signal.aborted) return;
    this.#readers += 1;
    this.#feed ??= this.#openFeed();
    try {
      yield* this.#feed.intake.sets(signal);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) await this.#closeFeed();
    }
  }

  /**
   * Checks the solution, posts it, and looks for the block. Rejects with `POW_MISMATCH` when it is
   * no solution of the job, with `POW_SOURCE` when it could not be sent.
   */
  async submit(found: Found, signal: AbortSignal): Promise<Outcome> {
    const given = this.#given.get(found.job.id);
    if (given === undefined) {
      throw new PowError('POW_SOURCE', `job ${found.job.id} is none of this source, or long over`);
    }
    const { job, work } = given;
    const { bytes, header } = checkedSolution(work, job, found);
    const { chain } = header;
    if (this.#board.isSolved(work)) {
      const reason = 'another solution of the same work was sent before';
      return { result: 'duplicate', block: true, reason };
    }
    if (this.#board.isOutdated(work)) {
      return { result: 'stale', block: true, reason: `not sent: chain ${chain} has gone on` };
    }
    this.#board.markSolved(work);
    this.#feed?.solved(work);
    let outcome: Outcome | null = null;
    try {
      outcome = await this.#send(bytes, header, work, signal);
      return outcome;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new PowError('POW_SOURCE', `the solution was not sent: ${detail}`, { cause });
    } finally {
      const result = outcome?.result === 'accepted' ? 'accepted' : 'other';
      this.#board.settleSolved(work, result, this.#settings.clock.now());
      this.#feed?.settled(chain);
    }
  }

  status(): SourceStatus {
    const nowMs = this.#settings.clock.now();
    return {
      connection: this.#health.connection,
      lanes: [...this.#jobsOf].map(([chain, jobs]) => {
        const checkedAtMs = this.#board.checkedAtMs(chain);
        const workAgeMs = checkedAtMs === null ? null : nowMs - checkedAtMs;
        return { lane: laneOf(chain), workAgeMs, jobs };
      }),
      reconnects: this.#health.reconnects,
      requests: this.#client.log.requests,
      errors: this.#client.log.errors,
      lastError: this.#health.lastError,
      warnings: this.#warnings,
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#health.closed();
    this.#closing.abort(new PowError('POW_CLOSED', 'the source is closed'));
    await this.#closeFeed();
    await this.#client.close();
  }

  #openFeed(): JobFeed {
    return new JobFeed({
      client: this.#client,
      network: this.#network,
      board: this.#board,
      nodeClock: this.#nodeClock,
      health: this.#health,
      settings: this.#settings,
      nextId: (chain) => {
        this.#ids += 1;
        return `${laneOf(chain)}/${this.#ids}`;
      },
      onJob: (job, work) => this.#remember(job, work),
    });
  }

  async #closeFeed(): Promise<void> {
    const feed = this.#feed;
    this.#feed = null;
    for (const chain of [...this.#board.live.keys()]) this.#board.drop(chain);
    await feed?.close();
  }

  #remember(job: Job, work: FetchedWork): void {
    const { chain } = work.header;
    this.#jobsOf.set(chain, (this.#jobsOf.get(chain) ?? 0) + 1);
    this.#given.set(job.id, { job, work });
    const [oldest] = this.#given.keys();
    if (this.#given.size > MOST_JOBS && oldest !== undefined) this.#given.delete(oldest);
  }

  async #send(
    bytes: Uint8Array,
    header: WorkHeader,
    work: FetchedWork,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock, retry, confirmMs, workLifeMs, random } = this.#settings;
    const giveUp = new AbortController();
    const aborted = () => giveUp.abort(signal.reason);
    const closing = () => giveUp.abort(this.#closing.signal.reason);
    hearAbort(signal, aborted);
    hearAbort(this.#closing.signal, closing);
    if (signal.aborted) aborted();
    if (this.#closing.signal.aborted) closing();
    try {
      // A block from the future is dropped without a word.
      const waitMs = this.#nodeClock.waitMs(header.creationTimeMicros, clock.now());
      if (waitMs > 0) await pause(clock, waitMs, giveUp.signal);
      // Known, or there would be no work of it.
      const network = this.#network.known?.network ?? '';
      const options = {
        ...{ client: this.#client, network, clock, retry, confirmMs },
        fraction: () => random.fraction(),
        untilMs: work.sentAtMs + workLifeMs,
        onRetry: (failure: NodeFailure) => {
          this.#health.failed('solution', failure, clock.now());
        },
      };
      return await submitHeader(bytes, header, options, giveUp.signal);
    } finally {
      unhearAbort(signal, aborted);
      unhearAbort(this.#closing.signal, closing);
    }
  }
}
