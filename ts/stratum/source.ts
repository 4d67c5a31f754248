/** A pool as a source of work, in either dialect: reconnects, fails over, checks what it sends. */

import { hearAbort, unhearAbort } from '../core/abort.js';
import { digestOf } from '../core/digest.js';
import { printable } from '../core/printable.js';
import { PowError } from '../errors.js';
import { Intake } from '../miner/intake.js';
import type { Found, Job, Outcome, SourceStatus, WorkSource } from '../miner/ports.js';
import { mayMoveTo, type PoolAddress } from './client/address.js';
import { type Dial, socketDial } from './client/dial.js';
import { Failover } from './client/failover.js';
import { PoolLink } from './client/link.js';
import { blockTarget, isSameWork, minerJob, submission } from './client/pool-job.js';
import type { PoolEffect, PoolWork } from './client/pool-state.js';
import { PoolRecord } from './client/record.js';
import {
  type PoolSettings,
  poolSettings,
  rulesFor,
  type StratumSourceOptions,
} from './client/settings.js';

interface Given {
  readonly job: Job;
  readonly work: PoolWork;
  readonly link: PoolLink;
  /** Digests of shares that were sent: newer work of the same block leaves older shares valid. */
  readonly sent: Set<string>;
}

const LANE = 'pool';
/** Jobs that a share may still come for; the oldest go first. */
const MOST_JOBS = 1_024;

export class StratumSource implements WorkSource {
  readonly #settings: PoolSettings;
  readonly #dial: Dial;
  readonly #failover: Failover;
  readonly #record: PoolRecord;
  readonly #given = new Map<string, Given>();
  #intake: Intake | null = null;
  #readers = 0;
  #link: PoolLink | null = null;
  #newest: Given | null = null;
  #wasAuthorized = false;
  #ids = 0;
  #cancelRetry: () => void = () => {};
  #isClosed = false;

  /**
   * @param dial - default: sockets
   * @throws {@link PowError} `POW_ARGUMENT`
   */
  constructor(options: StratumSourceOptions, dial?: Dial) {
    const settings = poolSettings(options);
    this.#settings = settings;
    this.#dial = dial ?? socketDial(options.tls ?? {});
    this.#failover = new Failover(settings.failover, () => settings.random.fraction());
    this.#record = new PoolRecord(settings.clock, settings.onNotice);
  }

  /** Throws `POW_SOURCE` when a pool that never let us in does not know the user. */
  async *jobs(signal: AbortSignal): AsyncGenerator<readonly Job[], void, undefined> {
    if (this.#isClosed || signal.aborted) return;
    this.#readers += 1;
    if (this.#intake === null) {
      this.#intake = new Intake();
      this.#connect(this.#settings.pools[0] as PoolAddress);
    }
    try {
      yield* this.#intake.sets(signal);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) this.#disconnect();
    }
  }

  /**
   * Checks the share and sends it. Rejects with `POW_MISMATCH` when it is none of the job, with
   * `POW_SOURCE` for a job that is none of this source.
   */
  async submit(found: Found, signal: AbortSignal): Promise<Outcome> {
    const given = this.#given.get(found.job.id);
    if (given === undefined) {
      throw new PowError('POW_SOURCE', `job ${found.job.id} is none of this source, or long over`);
    }
    const { work, link, sent } = given;
    const { message } = found.solution;
    const params = submission(work, found, this.#settings.user);
    const digest = digestOf(algorithmOf(given), message);
    if (params === null || !work.target.isMetBy(digest, 'le')) {
      const what = params === null ? 'bytes that are not the job’s' : 'a hash above the target';
      throw new PowError('POW_MISMATCH', `not sent: the share has ${what}`);
    }
    const block = blockTarget(work)?.isMetBy(digest, 'le') ?? false;
    const key = Buffer.from(digest).toString('latin1');
    if (sent.has(key)) return { result: 'duplicate', block, reason: 'it was sent before' };
    if (link !== this.#link)
      return { result: 'stale', block, reason: 'not sent: the pool is gone' };
    // What becomes of a block is for the pool to say.
    if (found.stale === true && !block && sent !== this.#newest?.sent) {
      return { result: 'stale', block, reason: 'not sent: the pool has gone on' };
    }
    sent.add(key);
    const answer = await this.#record.share(() => untilAbort(link.submit(params), signal));
    // Some pools answer shares, and authorizations never.
    if (answer.result === 'accepted' && link === this.#link) this.#failover.succeeded();
    return { ...answer, block, ...reasonOf(answer) };
  }

  status(): SourceStatus {
    const age = this.#newest === null ? null : this.#record.silentMs;
    return this.#record.status(this.#isClosed, [
      { lane: LANE, workAgeMs: this.#link === null ? null : age, jobs: this.#ids },
    ]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#intake?.end();
    this.#disconnect();
  }

  #connect(address: PoolAddress): void {
    const { limits, clock } = this.#settings;
    const rules = rulesFor(this.#settings, address);
    const link: PoolLink = new PoolLink({
      ...{ address, rules, limits, dial: this.#dial, clock },
      onEffect: (effect) => this.#heard(link, effect),
      onEnd: (reason) => this.#ended(link, reason),
    });
    this.#link = link;
  }

  #disconnect(): void {
    this.#cancelRetry();
    const link = this.#link;
    this.#link = null;
    this.#newest = null;
    this.#intake = null;
    link?.end('closed');
  }

  #heard(link: PoolLink, effect: PoolEffect): void {
    if (link !== this.#link) return;
    this.#record.heard();
    switch (effect.kind) {
      case 'work':
        this.#work(link, effect.work);
        break;
      case 'authorized':
        this.#wasAuthorized = true;
        this.#countSuccess(link);
        break;
      case 'refused':
        this.#refused(link, effect.reason);
        break;
      case 'reconnect':
        this.#move(link, effect);
        break;
      case 'notice':
        this.#record.notice(effect.level, effect.text);
    }
  }

  #work(link: PoolLink, work: PoolWork): void {
    const before = this.#newest;
    const isRefresh = before?.link === link && isSameWork(before.work, work);
    this.#ids += 1;
    const id = `${LANE}/${this.#ids}`;
    const change = isRefresh ? 'refresh' : 'replace';
    let job: Job;
    try {
      job = minerJob(work, { id, lane: LANE, change, algorithm: link.address.algorithm });
    } catch (error) {
      this.#record.notice('warn', `a job that is no work: ${(error as Error).message}`);
      return;
    }
    this.#record.connected(`${link.address.host}:${link.address.port}`);
    const given = { job, work, link, sent: isRefresh ? before.sent : new Set<string>() };
    this.#newest = given;
    this.#countSuccess(link);
    this.#given.set(id, given);
    const [oldest] = this.#given.keys();
    if (this.#given.size > MOST_JOBS && oldest !== undefined) this.#given.delete(oldest);
    this.#intake?.put(job);
  }

  /** Many a pool gives work to anybody, and lets nobody in. */
  #countSuccess({ isAuthorized }: PoolLink): void {
    if (isAuthorized && this.#newest !== null) this.#failover.succeeded();
  }

  /** Whom no pool of the list has ever let in would try for ever. */
  #refused(link: PoolLink, reason: string): void {
    if (!this.#wasAuthorized && this.#settings.pools.length === 1) {
      this.#intake?.end(new PowError('POW_SOURCE', printable(reason)));
    }
    link.end(reason);
  }

  #move(link: PoolLink, to: Extract<PoolEffect, { readonly kind: 'reconnect' }>): void {
    const { host = null, port = null, waitMs } = to;
    const { address } = link;
    const next = { ...address, host: host ?? address.host, port: port ?? address.port };
    if (!mayMoveTo(address.host, next.host)) {
      this.#record.notice('warn', `the pool wants to send us to ${next.host}: not its own domain`);
      return;
    }
    this.#record.notice('info', `the pool sends us to ${next.host}:${next.port}`);
    const pauseMs = this.#failover.moved();
    if (pauseMs === null) {
      link.end('the pool sends us on and on, and gives no work');
      return;
    }
    this.#link = null;
    link.end('sent elsewhere');
    this.#lost();
    this.#cancelRetry = this.#settings.clock.after(Math.max(waitMs, pauseMs), () =>
      this.#connect(next),
    );
  }

  #ended(link: PoolLink, reason: string): void {
    if (link !== this.#link) return;
    this.#link = null;
    this.#lost();
    const { pool, delayMs } = this.#failover.failed();
    const next = this.#settings.pools[pool] as PoolAddress;
    this.#record.lost(`${link.address.host}:${link.address.port}: ${reason}`);
    this.#cancelRetry = this.#settings.clock.after(delayMs, () => this.#connect(next));
  }

  /** Shares of a connection that is gone are nobody's. */
  #lost(): void {
    this.#newest = null;
    this.#intake?.drop(LANE);
  }
}

function algorithmOf({ work, link }: Given) {
  return work.job.kind === 'chainweb' ? 'blake2s' : link.address.algorithm;
}

function reasonOf({ reason }: { readonly reason?: string | undefined }) {
  return reason === undefined ? {} : { reason: printable(reason) };
}

async function untilAbort<Answer extends { readonly result: Outcome['result'] }>(
  answer: Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer | { readonly result: 'unknown'; readonly reason: string }> {
  let stop: () => void = () => {};
  const aborted = new Promise<{ readonly result: 'unknown'; readonly reason: string }>(
    (resolve) => {
      stop = () => resolve({ result: 'unknown', reason: 'closed before the answer came' });
      hearAbort(signal, stop);
      if (signal.aborted) stop();
    },
  );
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    unhearAbort(signal, stop);
  }
}
