/** A ChainCore node, or several, as a source of work: templates fetched, blocks posted. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { PowError } from '../errors.js';
import type { Found, Job, Outcome, SourceStatus, WorkSource } from '../miner/ports.js';
import { RequestLog } from '../miner/request-log.js';
import { SourceHealth } from '../miner/source-health.js';
import { ChaincoreClient, PURPOSES } from './client.js';
import { solvedBlockJson } from './codec.js';
import { TemplateFeed } from './source/feed.js';
import type { FetchedTemplate } from './source/nodes.js';
import { Rounds } from './source/rounds.js';
import { type ChaincoreSourceOptions, type Settings, settingsOf } from './source/settings.js';
import { submitBlock } from './source/submission.js';
import { checkedSolution, LANE } from './source/template-job.js';

/** Jobs that a solution may still come for; the oldest go first. */
const MOST_JOBS = 256;

interface Given {
  readonly job: Job;
  readonly fetched: FetchedTemplate;
}

export class ChaincoreSource implements WorkSource {
  readonly #settings: Settings;
  readonly #log = new RequestLog(PURPOSES);
  readonly #clients: readonly ChaincoreClient[];
  readonly #rounds: Rounds;
  readonly #health: SourceHealth;
  readonly #given = new Map<string, Given>();
  readonly #warnings: readonly string[];
  readonly #closing = new AbortController();
  readonly #outcomes = { accepted: 0, stale: 0, duplicate: 0, rejected: 0, unknown: 0 };
  #ids = 0;
  #feed: TemplateFeed | null = null;
  #readers = 0;
  #closed: Promise<void> | null = null;

  /** @throws {@link PowError} `POW_ARGUMENT` */
  constructor(options: ChaincoreSourceOptions) {
    const settings = settingsOf(options);
    const { ca, insecure, clock, onNotice } = settings;
    const log = this.#log;
    this.#settings = settings;
    this.#clients = settings.urls.map((url) => {
      return new ChaincoreClient({ ...{ url, ca, insecure, clock, log } });
    });
    this.#rounds = new Rounds(settings);
    this.#health = new SourceHealth(onNotice);
    const warning = 'certificates are not checked: anyone in between can pose as the node';
    this.#warnings = insecure ? [warning] : [];
    for (const text of this.#warnings) onNotice({ level: 'warn', text });
  }

  /**
   * Throws `POW_SOURCE` when every node refuses from the start (no mining API there, a certificate
   * that is not trusted).
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
   * Checks the solution, posts the block, and looks for it where the answer is lost. Rejects with
   * `POW_MISMATCH` when it is no solution of the job, with `POW_SOURCE` when it could not be sent.
   */
  async submit(found: Found, signal: AbortSignal): Promise<Outcome> {
    const given = this.#given.get(found.job.id);
    if (given === undefined) {
      throw new PowError('POW_SOURCE', `job ${found.job.id} is none of this source, or long over`);
    }
    const { template, askedAtMs } = given.fetched;
    const hash = checkedSolution(template, this.#settings.layout, found);
    if (this.#rounds.isSolved(template, askedAtMs)) {
      this.#outcomes.duplicate += 1;
      const reason = 'another block of this height was sent before: fetching a new template';
      return { result: 'duplicate', block: true, reason };
    }
    this.#rounds.markSolved(template);
    this.#feed?.intake.drop(LANE);
    const json = solvedBlockJson(template, this.#settings.layout, found.solution.nonce);
    let outcome: Outcome | null = null;
    try {
      outcome = await this.#send({ index: template.index, hash, json }, given, signal);
      this.#outcomes[outcome.result] += 1;
      return outcome;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new PowError('POW_SOURCE', `the block was not sent: ${detail}`, { cause });
    } finally {
      const result = outcome?.result === 'accepted' ? 'accepted' : 'other';
      this.#rounds.settleSolved(template, result, this.#settings.clock.now());
      this.#feed?.refetch();
    }
  }

  /**
   * The worker has hashed every nonce it may of a job: a new template is fetched.
   *
   * @param hashes - that it made
   */
  ranOut(job: Job, hashes: number): void {
    const given = this.#given.get(job.id);
    if (given === undefined) return;
    const { template, askedAtMs } = given.fetched;
    if (this.#rounds.isSolved(template, askedAtMs)) return;
    const text = `the round is over: its ${hashes} nonces hold no block (the range ran out, time did not); fetching a new template`;
    this.#settings.onNotice({ level: 'info', text });
    this.#rounds.drop();
    this.#feed?.intake.drop(LANE);
    this.#feed?.refetch();
  }

  /** What became of the blocks so far. */
  get outcomes(): Readonly<Record<Outcome['result'], number>> {
    return { ...this.#outcomes };
  }

  status(): SourceStatus {
    const receivedAtMs = this.#rounds.receivedAtMs;
    const workAgeMs = receivedAtMs === null ? null : this.#settings.clock.now() - receivedAtMs;
    return {
      connection: this.#health.connection,
      lanes: this.#ids === 0 ? [] : [{ lane: LANE, workAgeMs, jobs: this.#ids }],
      reconnects: this.#health.reconnects,
      requests: this.#log.requests,
      errors: this.#log.errors,
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
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #openFeed(): TemplateFeed {
    return new TemplateFeed({
      clients: this.#clients,
      settings: this.#settings,
      rounds: this.#rounds,
      health: this.#health,
      nextId: () => {
        this.#ids += 1;
        return `${LANE}/${this.#ids}`;
      },
      onJob: (job, fetched) => this.#remember(job, fetched),
    });
  }

  async #closeFeed(): Promise<void> {
    const feed = this.#feed;
    this.#feed = null;
    this.#rounds.drop();
    await feed?.close();
  }

  #remember(job: Job, fetched: FetchedTemplate): void {
    this.#given.set(job.id, { job, fetched });
    const [oldest] = this.#given.keys();
    if (this.#given.size > MOST_JOBS && oldest !== undefined) this.#given.delete(oldest);
  }

  async #send(
    block: { readonly index: number; readonly hash: string; readonly json: string },
    { fetched }: Given,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock, retry, retries, random } = this.#settings;
    const giveUp = new AbortController();
    const aborted = () => giveUp.abort(signal.reason);
    const closing = () => giveUp.abort(this.#closing.signal.reason);
    hearAbort(signal, aborted);
    hearAbort(this.#closing.signal, closing);
    if (signal.aborted) aborted();
    if (this.#closing.signal.aborted) closing();
    const others = this.#clients.filter((each) => each !== fetched.client);
    try {
      const options = {
        ...{ clients: [fetched.client, ...others], clock, retry, retries },
        fraction: () => random.fraction(),
        onFailure: (failure: Parameters<SourceHealth['failed']>[1]) => {
          this.#health.failed('block', failure, clock.now());
        },
      };
      return await submitBlock(block, options, giveUp.signal);
    } finally {
      unhearAbort(signal, aborted);
      unhearAbort(this.#closing.signal, closing);
    }
  }
}
